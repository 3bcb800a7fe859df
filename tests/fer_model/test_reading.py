import pickle

import pytest

from fer_model.affect import PLACEMENTS
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading, Reason

HAPPY = tuple(1.0 if emotion == "happy" else 0.0 for emotion in EMOTIONS)


def test_a_reading_without_a_face_knows_nothing_and_says_so():
    reading = FaceReading(reason=Reason.NO_FACE)
    assert not reading.usable
    assert (reading.emotion, reading.confidence, reading.valence, reading.arousal) == (None, None, None, None)
    assert (reading.faces_seen, reading.box_xyxy) == (0, ())


def test_a_reading_names_its_most_probable_emotion():
    reading = FaceReading(probs=HAPPY, faces_seen=1, box_xyxy=(1.0, 2.0, 3.0, 4.0))
    assert reading.usable
    assert (reading.emotion, reading.confidence) == ("happy", 1.0)
    assert (reading.valence, reading.arousal) == pytest.approx(PLACEMENTS["happy"])


@pytest.mark.parametrize(
    ("probs", "reason", "why"),
    [
        ((), None, "neither"),
        (HAPPY, Reason.BLURRED, "both"),
        (HAPPY[:3], None, "too few numbers"),
        (HAPPY[:3], Reason.BLURRED, "too few numbers and a reason"),
    ],
)
def test_what_is_neither_known_nor_unknown_is_refused(probs, reason, why):
    with pytest.raises(ValueError, match="either seven probabilities or a reason"):
        FaceReading(probs=probs, reason=reason)


def test_a_reading_survives_the_way_between_processes():
    for reading in (FaceReading(probs=HAPPY, faces_seen=2), FaceReading(reason=Reason.CAMERA_OFF)):
        assert pickle.loads(pickle.dumps(reading)) == reading


def test_stored_reasons_keep_their_names():
    # They are in databases already: a changed value would orphan old rows.
    assert [str(reason) for reason in Reason] == [
        "camera off",
        "no face",
        "too small",
        "too dark",
        "blurred",
        "not clear",
        "not computed",
    ]
