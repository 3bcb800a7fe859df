"""What lies in ``deploy/`` fits together and fits the program: names of settings, addresses, what the container holds."""

import ast
import re
from pathlib import Path

from classroom import open_files

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"


def read(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def test_every_setting_is_one_that_the_program_reads():
    known = set(re.findall(r'"(CLASSPULSE_\w+)"', (ROOT / "classroom" / "settings.py").read_text("utf-8")))
    only_here = {"CLASSPULSE_HOST", "CLASSPULSE_UPSTREAM"}  # of the compose file and of Caddy
    for file in DEPLOY.iterdir():
        assert set(re.findall(r"CLASSPULSE_[A-Z_]+", read(file.name))) <= known | only_here, file.name


def test_the_relay_reaches_the_class_and_nothing_else():
    compose, turn = read("compose.yaml"), read("turnserver.conf")
    assert "denied-peer-ip=0.0.0.0-255.255.255.255" in turn
    assert "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" in turn
    allowed = re.findall(r"--allowed-peer-ip=(\S+)", compose)
    assert allowed == [_address(compose, "classpulse")]
    assert "allowed-peer-ip=" not in re.sub("#.*", "", turn)


def test_only_the_proxy_is_believed_who_asks():
    compose = read("compose.yaml")
    assert re.findall(r"FORWARDED_ALLOW_IPS: (\S+)", compose) == [_address(compose, "caddy")]


def test_a_server_may_have_as_many_files_open_as_it_takes_if_it_can():
    allowed = [*re.findall(r"^LimitNOFILE=(\d+)$", read("classpulse.service"), re.MULTILINE)]
    allowed += re.findall(r"ulimits: \{nofile: (\d+)\}", read("compose.yaml"))
    assert allowed == [str(open_files.WANTED)] * 2


def test_no_secret_is_written_into_a_file_of_the_project():
    assert re.findall(r"^CLASSPULSE_TURN_SECRET=(.*)$", read("env.example"), re.MULTILINE) == [""]
    assert "static-auth-secret=" not in re.sub("#.*", "", read("turnserver.conf"))


def test_the_container_holds_what_the_pages_import_and_no_data_of_anybody():
    left_out = set((ROOT / ".dockerignore").read_text("utf-8").splitlines())
    sources = [ROOT / "home.py", ROOT / "streamlit_app.py", *(ROOT / "pages").glob("*.py")]
    sources += [*(ROOT / "classroom").rglob("*.py"), *(ROOT / "fer_model").rglob("*.py")]
    used = {name for path in sources for name in _imported(path)}
    assert used >= {"classroom", "fer_model"}
    assert not (used | {"pages", "assets", ".streamlit", "train"}) & left_out
    assert left_out >= {"data", "runs", "deploy", ".git", "*.db*"}


def _address(compose: str, service: str) -> str:
    """The fixed address of a service in the compose file."""
    part = re.search(rf"^  {service}:\n(.*?)(?=^  \w+:|^\w+:)", compose, re.MULTILINE | re.DOTALL).group(1)
    return re.search(r"ipv4_address: ([\d.]+)", part).group(1)


def _imported(path: Path) -> set[str]:
    """First parts of the names that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names
