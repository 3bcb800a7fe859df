"""Pictures that were made to hurt, through the process that decodes them: each ends in faces or in one sentence.

The thousand mutations are the same in every run. They are small, so that all of them take seconds.
"""

import cv2
import psutil
import pytest

from classroom.analysis_desk import AnalysisDesk
from classroom.errors import BadInput
from classroom.picture_faces import PictureFaces
from tests.corpus.damage import mutations
from tests.corpus.pictures import KINDS, encoded, hostile
from tests.media import astronaut_bgr

COUNT, SEED = 1000, 20_260
# What the process may grow by: one picture of 25 megapixels with its copies.
GROWS_BYTES = 500e6


@pytest.fixture(scope="module")
def desk():
    # The process is nice to others, so that a machine with other work keeps it waiting; only a real hang takes this long.
    desk = AnalysisDesk(read_timeout_s=120)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def face_rgb():
    head = astronaut_bgr()[20:240, 120:340, ::-1]
    return cv2.resize(head, (96, 96), interpolation=cv2.INTER_AREA)


def outcome(desk: AnalysisDesk, content: bytes) -> str:
    """``faces``, or the sentence."""
    try:
        found = desk.picture(content)
    except BadInput as error:
        return str(error)
    assert isinstance(found, PictureFaces) and len(found.crowd.faces) < 50
    return "faces"


def is_one_sentence(said: str) -> bool:
    return said.endswith(".") and 20 < len(said) < 200 and "\n" not in said and "Traceback" not in said


def test_every_file_that_was_made_to_hurt_is_faces_or_a_sentence(desk, face_rgb):
    said = {name: outcome(desk, content) for name, content in hostile(face_rgb).items()}
    assert [name for name, each in said.items() if each != "faces" and not is_one_sentence(each)] == []
    # What stands behind a picture is not looked at, and 24 megapixels of nothing can be read; all others are refused.
    behind = {"a JPEG with a page of a web site behind it", "a ZIP behind a PNG"}
    zeros = {"a PNG of zeros that unpacks to a thousand times its size"}
    assert {name for name, each in said.items() if each == "faces"} == behind | zeros


def test_a_thousand_damaged_pictures_end_in_faces_or_a_sentence_and_the_process_lives_on(desk, face_rgb):
    good = [encoded(face_rgb, kind) for kind in KINDS]
    assert [outcome(desk, content) for content in good] == ["faces"] * 3
    pid = desk.pid
    process = psutil.Process(pid)
    before, said = process.memory_info().rss, []
    for content in mutations(good, COUNT, SEED):
        said.append(outcome(desk, content))
        assert process.memory_info().rss - before < GROWS_BYTES
    assert desk.pid == pid, "it never had to be started again"
    assert all(each == "faces" or is_one_sentence(each) for each in said)
    # Both ends are there, or the mutations would be too weak or too strong to tell anything.
    assert 0.1 < said.count("faces") / COUNT < 0.9
    assert [outcome(desk, content) for content in good] == ["faces"] * 3


def test_the_mutations_are_the_same_in_every_run(face_rgb):
    good = [encoded(face_rgb, "PNG")]
    first, again = list(mutations(good, 50, 1)), list(mutations(good, 50, 1))
    assert first == again
    assert len(set(first)) > 45 and list(mutations(good, 50, 2)) != first
