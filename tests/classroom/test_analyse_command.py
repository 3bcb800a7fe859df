"""The command line on real files."""

import csv
import json
import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest

from classroom.analyse import main
from classroom.recordings import recording_info
from tests.fakes import FakeReader
from tests.media import media, stand_in_clip


@pytest.fixture
def out(tmp_path):
    return tmp_path / "results"


def test_a_photograph_of_five_gives_a_row_and_a_face_each(out, capsys):
    assert main([str(media("multi_face.jpg")), "--out", str(out), "--json"]) == 0
    assert len((out / "multi_face.csv").read_text("utf-8-sig").splitlines()) == 6
    faces = json.loads((out / "multi_face.json").read_text())["faces"]
    assert len(faces) == 5
    assert all(0 <= left < right <= 2000 for left, _, right, _ in (face["box_xyxy"] for face in faces))
    assert "multi_face.jpg: multi_face.csv" in capsys.readouterr().out


def test_boxes_are_of_the_picture_itself_however_large_it_is(out, tmp_path):
    small = cv2.imread(str(media("single_face.jpg")))
    large = cv2.resize(small, None, fx=7, fy=7)
    cv2.imwrite(str(tmp_path / "large.jpg"), large)
    assert main([str(tmp_path / "large.jpg"), str(media("single_face.jpg")), "--out", str(out), "--json"]) == 0
    boxes = [
        json.loads((out / f"{name}.json").read_text())["faces"][0]["box_xyxy"] for name in ("large", "single_face")
    ]
    assert np.allclose(np.array(boxes[0]) / 7, boxes[1], atol=12)


def test_a_recording_gives_the_csv_of_a_class_and_its_tracks(out, tmp_path):
    clip = stand_in_clip(tmp_path, seconds=4)
    assert main([str(clip), "--out", str(out), "--json", "--every", "0.25"]) == 0
    (track,) = json.loads((out / "stand_in.json").read_text())["tracks"]
    assert len(track["readings"]) == 16
    lines = (out / "stand_in.csv").read_text("utf-8-sig").splitlines()
    assert sum(int(line.split(",")[4]) for line in lines[1:]) == 16


def test_names_in_the_picture_are_said_to_be_read_and_can_be_left_alone(out, tmp_path, capsys, monkeypatch):
    clip, asked = stand_in_clip(tmp_path, seconds=1), []

    class Named(FakeReader):
        def __init__(self, path, every_s, models_dir, with_names):
            asked.append(with_names)
            super().__init__(path, every_s, 1, models_dir, recording_info(path), with_names)

        def samples(self):
            for sample in super().samples():
                yield replace(sample, names=("Ada",) * len(sample.scores) if self.with_names else ())

    monkeypatch.setattr("classroom.analyse.RecordingReader", Named)
    assert main([str(clip), "--out", str(out)]) == 0
    assert "check them" in capsys.readouterr().err
    lines = (out / "stand_in.csv").read_text("utf-8-sig").splitlines()
    assert {row["student"] for row in csv.DictReader(lines)} == {"Ada", "Ada (2)"}
    (out / "stand_in.csv").unlink()
    assert main([str(clip), "--out", str(out), "--no-names"]) == 0
    assert capsys.readouterr().err == ""
    assert asked == [True, False]


def test_a_folder_goes_on_where_it_was_stopped(out, tmp_path, capsys):
    folder = tmp_path / "lessons"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(media("single_face.jpg"), folder / name)
    (folder / "notes.txt").write_text("nothing to see")
    assert main([str(folder), "--out", str(out)]) == 0
    first = (out / "a.csv").stat().st_mtime_ns
    (out / "b.csv").unlink()
    capsys.readouterr()
    assert main([str(folder), "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines() == ["a.jpg: done before, see a.csv", "b.jpg: b.csv"]
    assert (out / "a.csv").stat().st_mtime_ns == first
    assert sorted(path.name for path in out.iterdir()) == ["a.csv", "b.csv"]


def test_files_that_share_a_name_but_for_the_ending_keep_it(out, tmp_path):
    shutil.copy(media("single_face.jpg"), tmp_path / "stand_in.jpg")
    assert main([str(stand_in_clip(tmp_path, 1)), str(tmp_path / "stand_in.jpg"), "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["stand_in.jpg.csv", "stand_in.mp4.csv"]


def bomb(path):
    """A small PNG of 20,000 x 20,000 pixels."""
    cv2.imwrite(str(path), np.zeros((20_000, 20_000), np.uint8))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("lesson.mp4", b"Dear students, " * 300, "is not a recording"),
        ("empty.mp4", b"", "is empty"),
        ("empty.jpg", b"", "This file is empty"),
        ("text.png", b"hello", "is not a JPEG, PNG or WebP picture"),
        ("bomb.png", bomb, "megapixels, and at most 25 can be read"),
    ],
)
def test_a_bad_file_is_one_sentence_and_the_others_are_done(out, tmp_path, capsys, name, content, says):
    bad, good = tmp_path / name, media("single_face.jpg")
    content(bad) if callable(content) else bad.write_bytes(content)
    assert main([str(bad), str(good), "--out", str(out)]) == 1
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith(name)]
    assert len(said) == 1 and says in said[0]
    assert [path.name for path in out.iterdir()] == ["single_face.csv"]


@pytest.mark.parametrize("given", [["none.mp4"], ["empty_folder"]])
def test_nothing_to_read_is_one_sentence(out, tmp_path, capsys, given):
    (tmp_path / "empty_folder").mkdir()
    assert main([str(tmp_path / given[0]), "--out", str(out)]) == 1
    assert capsys.readouterr().err.startswith("There ")
    assert not out.exists()
