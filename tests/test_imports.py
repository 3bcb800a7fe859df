"""The house rules, read from the imports: who may use what, nothing in a circle, no TensorFlow where students are served."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("fer_model", "classroom", "train", "benchmarks")


def files(*parts: str) -> list[Path]:
    """Python files of these folders and files of the repository."""
    found = []
    for part in parts:
        path = ROOT / part
        found += [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
    return found


def imports(path: Path, at_import_only: bool = False) -> Iterator[str]:
    """Dotted names that a file imports, wherever in it; with ``at_import_only`` those that run when it is imported.

    ``from a import b`` counts as ``a`` and as ``a.b``, because ``b`` may be a module.
    """
    pending: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide what is used"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        if at_import_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        pending.extend(ast.iter_child_nodes(node))


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def test_the_reader_of_imports_sees_every_kind_of_import(tmp_path):
    file = tmp_path / "file.py"
    file.write_text("")
    assert list(imports(file)) == []
    file.write_text("import a.b, c\nif c:\n    from d import e\ndef f():\n    import g\n")
    assert set(imports(file)) == {"a.b", "c", "d", "d.e", "g"}
    assert set(imports(file, at_import_only=True)) == {"a.b", "c", "d", "d.e"}


RULES = [
    ("fer_model", {"streamlit", "streamlit_webrtc", "sqlalchemy", "plotly", "tensorflow", "keras", "mediapipe", "classroom", "train"}, "face to emotion, and nothing of a class"),
    ("train", {"classroom", "streamlit", "sqlalchemy", "mediapipe"}, "training knows no class"),
    ("classroom", {"train", "benchmarks", "tensorflow", "keras", "mediapipe", "tests"}, "students are served without TensorFlow, and without what reports to its maker"),
    ("pages", {"tensorflow", "keras", "train", "benchmarks", "sqlalchemy", "mediapipe"}, "pages are thin"),
    ("home.py", {"tensorflow", "keras", "train", "benchmarks", "sqlalchemy", "mediapipe"}, "pages are thin"),
    ("streamlit_app.py", {"tensorflow", "keras", "train", "benchmarks", "sqlalchemy", "mediapipe"}, "the server starts at once"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "forbidden", "why"), RULES)
def test_nobody_imports_what_is_not_theirs(part, forbidden, why):
    found = files(part)
    assert found, f"{part} has moved: this test reads nothing"
    wrong = {str(path.relative_to(ROOT)): sorted(roots(path) & forbidden) for path in found if roots(path) & forbidden}
    assert not wrong, why


def test_of_the_class_only_its_ui_imports_streamlit():
    ui = ROOT / "classroom" / "ui"
    core = [path for path in files("classroom") if ui not in path.parents]
    assert len(core) > 20
    streamlits = {"streamlit", "streamlit_webrtc", "aiortc", "starlette"}
    assert {path.name: roots(path) & streamlits for path in core if roots(path) & streamlits} == {}
    assert any("streamlit" in roots(path) for path in files("classroom/ui"))


def test_of_the_class_only_its_store_speaks_to_the_database():
    store = ROOT / "classroom" / "store"
    others = [path for path in files("classroom") if store not in path.parents]
    assert {path.name for path in others if roots(path) & {"sqlalchemy", "psycopg", "sqlite3"}} == set()


def test_of_the_benchmarks_only_the_peers_load_tensorflow():
    """Students are served without it, so they are measured without it; the peers run in a process of their own."""
    frameworks = {"tensorflow", "keras", "train.model", "train.export", "train.fit"}
    used = {path.name: set(imports(path)) for path in files("benchmarks")}
    assert {name for name, names in used.items() if names & frameworks} == {"peers.py"}
    assert {name for name, names in used.items() if "benchmarks.peers" in names} == set()


def test_only_the_comparison_uses_mediapipe():
    """Its library reports to its maker. It has an environment of its own, requirements-reference.txt."""
    users = {path.name for path in files("benchmarks", "tests") if "mediapipe" in roots(path)}
    assert users == {"mediapipe_detector.py"}


def test_only_one_module_calls_streamlit_webrtc():
    used = {path.name for path in files("classroom", "pages", "home.py", "streamlit_app.py") if "streamlit_webrtc" in roots(path)}  # fmt: skip
    assert used == {"camera.py"}


def test_no_page_decodes_what_was_uploaded():
    """A picture made to crash a decoder costs a child process, never the one that serves everybody."""
    served = files("classroom/ui", "pages", "home.py", "streamlit_app.py")
    decoders = {"classroom.pictures.frame_of", "classroom.pictures.camera_frame_of"}
    users = {path.name for path in files("classroom") if decoders & set(imports(path))}
    assert users == {"analyse.py", "picture_faces.py", "recording_process.py", "picture_process.py"}
    assert {path.name for path in served if roots(path) & {"cv2", "PIL"}} == set()


def test_no_page_puts_anything_at_an_address_of_its_own():
    """Streamlit keeps what these show at an address that everybody can open who knows it; pictures stay in the page."""
    kept = {"image", "video", "audio", "download_button", "pyplot", "logo"}
    for path in files("classroom/ui", "pages", "home.py"):
        calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        used = {func.attr for func in calls if isinstance(func, ast.Attribute) and ast.unparse(func).startswith("st.")}
        assert not used & kept, path.name


def test_nothing_uses_navigation_that_bypasses_the_gate():
    """``st.navigation`` and the ``pages/`` folder do not mix: a direct link would run a page alone."""
    for path in files("classroom", "pages", "home.py", "streamlit_app.py"):
        assert "st.navigation(" not in path.read_text("utf-8"), path


def test_every_page_opens_through_the_one_helper_first():
    """A page that reads or shows anything before has no gate."""
    pages = files("pages", "home.py")
    assert len(pages) >= 5
    for path in pages:
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        first = next(node for node in sorted(calls, key=lambda n: n.lineno) if _is_page_call(node))
        assert ast.unparse(first.func) == "open_page", f"{path.name} begins with {ast.unparse(first)}"


def _is_page_call(node: ast.Call) -> bool:
    """A call that shows something or asks the server; reading the visitor's cookie is neither."""
    name = ast.unparse(node.func)
    return name == "open_page" or name.startswith(("st.", "server.", "visit."))


@pytest.mark.parametrize("package", ["fer_model", "classroom", "train"])
def test_there_are_no_import_circles(package):
    modules = {_module(path): path for path in files(package)}
    uses = {
        name: {each for each in imports(path, at_import_only=True) if each in modules and each != name}
        for name, path in modules.items()
    }
    circle = _circle(uses)
    assert not circle, " -> ".join(circle)


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _circle(uses: dict[str, set[str]]) -> list[str]:
    """One way that leads back to its beginning; empty when there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for each in sorted(uses[name]):
            if found := walk(each, [*way, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(uses) if (found := walk(name, []))), [])


@pytest.mark.parametrize(
    ("uses", "circle"),
    [
        ({}, []),
        ({"a": {"b"}, "b": set()}, []),
        ({"a": {"b", "c"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b", "c", "b"]),
    ],
)
def test_a_circle_would_be_found(uses, circle):
    assert _circle(uses) == circle


@pytest.mark.parametrize("module", ["classroom.server", "classroom.engine_process", "classroom.room_process", "classroom.ui.board_view", "classroom.ui.routes", "benchmarks.inference"])  # fmt: skip
def test_serving_imports_neither_tensorflow_nor_mediapipe_even_where_they_are_installed(tmp_path, module):
    """Made-up ones that end the process stand first on the path."""
    for unwanted in ("tensorflow", "mediapipe"):
        (tmp_path / unwanted).mkdir()
        (tmp_path / unwanted / "__init__.py").write_text(f"raise SystemExit('{unwanted} was imported')")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n"
        f"import {module}\n"
        "loaded = {name.split('.')[0] for name in sys.modules if sys.modules[name] is not None}\n"
        "assert not loaded & {'tensorflow', 'keras', 'mediapipe'}, loaded\n"
        "print('served')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.stdout.strip().endswith("served"), done.stdout + done.stderr


def test_the_serving_process_loads_no_network():
    """Faces are read in a process of their own; the pages' process stays small and does not crash with it."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import classroom.server, classroom.ui.routes; print('ai_edge_litert' in sys.modules)"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "False", done.stdout + done.stderr
