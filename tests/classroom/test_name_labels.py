"""With made-up programs under Tesseract's name, and with the real one."""

import logging
import os
import subprocess

import numpy as np
import pytest

from benchmarks.gallery import Gallery
from classroom.name_labels import Label, LabelReader, can_read_names, labels_in, names_of_faces

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
FRAME = np.zeros((400, 800, 3), np.uint8)
FACES = np.array([[100, 40, 180, 120], [500, 40, 580, 120]], np.float32)


def table(*words: tuple[str, int, int, float]) -> str:
    """Words as (text, left, top, sureness), 12 pixels high; those of one height are one line."""
    rows = [
        f"5\t1\t1\t1\t{top}\t1\t{left}\t{top}\t{10 * len(text)}\t12\t{sure}\t{text}" for text, left, top, sure in words
    ]
    return "\n".join([HEAD, "1\t1\t0\t0\t0\t0\t0\t0\t800\t400\t-1\t", *rows]) + "\n"


def label(text: str, left: float, top: float) -> Label:
    return Label(text, (left, top, left + 10 * len(text), top + 12))


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a shell script where Tesseract would be found first."""

    def install(script: str) -> None:
        path = tmp_path / "tesseract"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return install


def printing(tmp_path, content: str) -> str:
    """A script that takes the picture and prints this."""
    (tmp_path / "words.tsv").write_text(content)
    return (
        f'cat > {tmp_path}/given; case "$1" in stdin) cat {tmp_path}/words.tsv;; *) printf "List\\neng\\nosd\\n";; esac'
    )


def test_without_the_program_there_is_no_reader(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert LabelReader.find() is None
    assert not can_read_names()


def test_each_face_gets_the_label_below_it(program, tmp_path):
    # The program is given the picture enlarged three times, and nothing of what is too far below the faces.
    program(printing(tmp_path, table(("Ada", 3 * 60, 3 * 190, 96), ("Bo", 3 * 460, 3 * 190, 96))))
    assert LabelReader.find().read(FRAME, FACES) == ("Ada", "Bo")
    assert (tmp_path / "given").read_bytes().startswith(b"P5 2400 960 255\n")


def test_without_faces_the_program_is_not_asked(program, tmp_path):
    program(printing(tmp_path, table(("Ada", 180, 570, 96))))
    assert LabelReader.find().read(FRAME, np.empty((0, 4), np.float32)) == ()
    assert not (tmp_path / "given").exists()


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("exec sleep 60", id="hangs"),
        pytest.param("exit 1", id="fails"),
        pytest.param("echo something else", id="prints no table"),
        pytest.param("head -c 3000 /dev/urandom", id="prints no text"),
        pytest.param("exit 0", id="prints nothing"),
    ],
)
def test_whatever_goes_wrong_means_no_names_and_one_line_in_the_log(program, script, caplog):
    program(script)
    reader = LabelReader.find(timeout_s=0.5)
    with caplog.at_level(logging.WARNING):
        assert reader.read(FRAME, FACES) == ("", "")
        assert reader.read(FRAME, FACES) == ("", "")
    assert len(caplog.records) == 1


def test_a_program_that_goes_away_is_no_failure(program, tmp_path):
    program("exit 0")
    reader = LabelReader.find()
    (tmp_path / "tesseract").unlink()
    assert reader.read(FRAME, FACES) == ("", "")


def test_what_was_read_is_not_logged(program, tmp_path, caplog):
    program(printing(tmp_path, "level\tAda Lovelace"))
    LabelReader.find().read(FRAME, FACES)
    assert caplog.text and "Lovelace" not in caplog.text


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([("Ada", 10, 50, 96), ("Lovelace", 45, 50, 95)], ["Ada Lovelace"], id="words of one line"),
        pytest.param([("Ada", 10, 50, 96), ("Bo", 300, 50, 95)], ["Ada", "Bo"], id="far apart"),
        pytest.param([("Ada", 10, 50, 69)], [], id="not sure"),
        pytest.param([("Ada", 10, 50, 96), ("—", 45, 50, 95)], ["Ada"], id="a dash is no name"),
        pytest.param(
            [("4", 10, 50, 96), ("Ada", 25, 50, 95), ("2", 60, 50, 95)], ["Ada 2"], id="microphone, and a number"
        ),
        pytest.param([("Ada,", 10, 50, 96)], ["Ada"], id="comma"),
        pytest.param([("Ada", 10, 50, 96), ("(you)", 45, 50, 95)], ["Ada"], id="what a call writes beside"),
        pytest.param([("Muted", 10, 50, 96)], [], id="no name"),
        pytest.param([("O'Neill-Ng", 10, 50, 96), ("J.", 115, 50, 95)], ["O'Neill-Ng J."], id="signs of names"),
        pytest.param([("Ñandú", 10, 50, 96)], ["Ñandú"], id="accents"),
        pytest.param([("मीरा", 10, 50, 96)], ["मीरा"], id="vowel signs"),
        pytest.param([("X", 10, 50, 96)], [], id="one letter"),
        pytest.param([("Bo", 10, 50, 96)], ["Bo"], id="two letters"),
        pytest.param([("ali", 10, 50, 96)], [], id="a few small letters"),
        pytest.param([("anna", 10, 50, 96)], ["anna"], id="a name in small letters"),
        pytest.param([("12:45", 10, 50, 96)], [], id="a clock"),
        pytest.param([("https://a.example", 10, 50, 96)], [], id="an address"),
        pytest.param([("a" * 41, 10, 50, 96)], [], id="too long"),
    ],
)
def test_what_may_be_a_name(words, texts):
    assert [label.text for label in labels_in(table(*words))] == texts


def test_boxes_are_those_of_the_frame():
    (found,) = labels_in(table(("Ada", 20, 50, 96)), scale=2)
    assert found.box_xyxy == (10, 25, 25, 31)


def test_no_labels_and_no_faces_are_ordinary():
    assert names_of_faces([], FACES) == ("", "")
    assert names_of_faces([label("Ada", 0, 0)], np.empty((0, 4), np.float32)) == ()


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ((60, 20), "above the face"),
        ((60, 380), "too far below"),
        ((400, 200), "begins far to the right"),
    ],
)
def test_a_label_elsewhere_is_not_the_faces(place, reason):
    assert names_of_faces([label("Ada", *place)], FACES[:1]) == ("",), reason


def test_a_label_is_one_faces_and_the_nearest_ones():
    two_in_a_tile = np.array([[100, 40, 180, 120], [160, 60, 240, 140]], np.float32)
    assert names_of_faces([label("Ada", 90, 160)], two_in_a_tile) == ("Ada", "")


def test_a_label_that_begins_right_of_a_face_is_its_neighbours():
    faces = np.array([[20, 40, 100, 120], [330, 40, 410, 120]], np.float32)
    assert names_of_faces([label("Bo", 150, 160)], faces) == ("", "Bo")


def test_the_label_of_a_tile_without_a_camera_is_not_that_of_the_face_above():
    faces = np.array([[300 * i + 100, 40, 300 * i + 180, 120] for i in range(3)], np.float32)
    labels = [label("Ada", 30, 150), label("Bo", 330, 150), label("Cem", 630, 310)]
    assert names_of_faces(labels, faces) == ("Ada", "Bo", "")


def test_tesseract_reads_most_labels_of_a_made_up_gallery_and_hardly_one_wrong():
    if not can_read_names():
        reason = "needs Tesseract (apt-get install tesseract-ocr)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    assert b"tesseract" in subprocess.run(["tesseract", "--version"], capture_output=True, check=True).stdout
    flat = np.full((50, 48, 48), 120, np.uint8)
    gallery = Gallery(flat, np.zeros(50, np.int64), columns=5, rows=4, size_px=(1600, 900), seed=3)
    frame, truth = gallery.frame()
    read = LabelReader.find().read(frame, truth.boxes_xyxy)
    names = [gallery.people[person].name for person in truth.people]
    assert sum(one == other for one, other in zip(read, names, strict=True)) >= 0.8 * len(names)
    assert sum(one not in ("", other) for one, other in zip(read, names, strict=True)) <= 1
    assert LabelReader.find().read(frame, truth.boxes_xyxy) == read
