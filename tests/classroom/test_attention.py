"""Made-up readings with known answers; the blink is one of a real clip."""

import numpy as np
import pandas as pd
import pytest

from classroom.attention import (
    CLOSED_SHARE,
    FACING_PITCH_DEG,
    FACING_YAW_DEG,
    OWN_MS,
    Attention,
    mark,
    perclos,
    seen_now,
    totals,
    yawns,
)
from fer_model.reader import FaceReader
from fer_model.reading import FaceReading, Geometry, Reason
from tests.fakes import MONDAY_MS, NO_FACE, readings_frame
from tests.media import frames, media

OPEN = 0.3
FIRST_S = OWN_MS // 1000
ANN, BEN = 1, 2


def held(yaw: float = 0, pitch: float = 0, eyes: float = OPEN, mouth: float = 0.05) -> FaceReading:
    """A face whose expression is not clear, held like this."""
    return FaceReading(reason=Reason.LOW_CONFIDENCE, faces_seen=1, geometry=Geometry(yaw, pitch, 0.0, eyes, mouth))


def class_of(*later: FaceReading, usual: FaceReading | None = None, every_s: float = 1.0, student=ANN) -> pd.DataFrame:
    """One student: two minutes as usual, then these."""
    first = [usual or held()] * round(FIRST_S / every_s)
    step_ms = round(every_s * 1000)
    return readings_frame((MONDAY_MS + i * step_ms, student, each) for i, each in enumerate([*first, *later]))


def marks(readings: pd.DataFrame, name: str, last: int) -> list:
    return mark(readings)[name].iloc[-last:].tolist()


def test_no_readings_have_no_marks_and_no_sums():
    nothing = mark(readings_frame([]))
    assert len(nothing) == len(totals(nothing)) == len(perclos(nothing, MONDAY_MS)) == len(yawns(nothing)) == 0
    assert seen_now(nothing, MONDAY_MS) == {}


def test_nothing_is_known_before_two_minutes_in_view_are_over():
    marked = mark(class_of(held()))
    assert marked["facing"].iloc[:-1].isna().all() and marked["facing"].iloc[-1] == 1


def test_nothing_is_known_from_too_few_readings_however_long_they_took():
    marked = mark(class_of(*[held()] * 12, every_s=6))
    assert marked["facing"].notna().sum() == 2  # 20 in the first two minutes, 30 are asked for


def test_a_reading_without_a_geometry_is_not_known():
    assert np.isnan(marks(class_of(NO_FACE, FaceReading(reason=Reason.BLURRED, faces_seen=1)), "facing", 2)).all()


@pytest.mark.parametrize(
    ("usual", "now", "facing", "why"),
    [
        (held(), held(), 1, "as always"),
        (held(), held(yaw=FACING_YAW_DEG - 1), 1, "the edge of the screen"),
        (held(), held(yaw=FACING_YAW_DEG + 1), 0, "turned to the own left"),
        (held(), held(yaw=-FACING_YAW_DEG - 1), 0, "turned to the own right"),
        (held(), held(pitch=-FACING_PITCH_DEG - 1), 0, "down on the desk"),
        (held(), held(pitch=FACING_PITCH_DEG + 1), 0, "up"),
        (held(yaw=25, pitch=12), held(yaw=25, pitch=12), 1, "the camera stands aside and low"),
        (held(yaw=25), held(yaw=-15), 0, "aside of where this student usually looks"),
        (held(yaw=70), held(yaw=70), 0, "nobody's screen is so far aside of the camera"),
        (held(yaw=70), held(yaw=10), 1, "and who turns to it then is seen"),
    ],
)
def test_facing_is_near_the_own_usual_pose(usual, now, facing, why):
    assert marks(class_of(now, usual=usual), "facing", 1) == [facing], why


def test_a_few_glances_aside_do_not_change_what_is_usual():
    first = [held(yaw=60) if second % 4 == 0 else held() for second in range(FIRST_S)]
    rows = [(MONDAY_MS + second * 1000, ANN, each) for second, each in enumerate([*first, held(), held(yaw=60)])]
    assert marks(readings_frame(rows), "facing", 2) == [1, 0]


@pytest.mark.parametrize("usual", [0.2, 0.3, 0.4])
def test_eyes_are_shut_as_a_share_of_the_own_open_ones(usual):
    shut, narrow = held(eyes=usual * (CLOSED_SHARE - 0.02)), held(eyes=usual * (CLOSED_SHARE + 0.02))
    readings = class_of(shut, shut, narrow, narrow, usual=held(eyes=usual))
    assert marks(readings, "eyes_shut", 4) == [0, 1, 0, 0]


def test_a_blink_is_never_shut_eyes_however_many_there_are():
    blinking = [held(eyes=0.1) if second % 2 else held() for second in range(60)]
    readings = class_of(*blinking)
    assert max(marks(readings, "eyes_shut", 60)) == 0
    assert perclos(mark(readings), int(readings["at_ms"].max())).loc[ANN, "perclos"] == 0


def test_two_blinks_with_a_hole_between_are_two_blinks():
    rows = [(MONDAY_MS + second * 1000, ANN, held()) for second in range(FIRST_S)]
    rows += [(MONDAY_MS + (FIRST_S + second) * 1000, ANN, held(eyes=0.1)) for second in (0, 30)]
    assert marks(readings_frame(rows), "eyes_shut", 2) == [0, 0]


def test_eyes_of_who_faces_away_are_not_known():
    assert np.isnan(marks(class_of(held(yaw=60, eyes=0.1), held(pitch=-40, eyes=0.1)), "eyes_shut", 2)).all()


BLURRED = held(eyes=np.nan, mouth=np.nan)


def test_of_a_blurred_face_it_is_known_where_it_looks_and_no_more():
    marked = mark(class_of(held(yaw=60, eyes=np.nan, mouth=np.nan), BLURRED)).iloc[-2:]
    assert marked["facing"].tolist() == [0, 1]
    assert marked[["eyes_shut", "mouth_wide"]].isna().all(axis=None)


def test_eyes_are_not_known_of_who_was_blurred_in_the_first_minutes():
    readings = class_of(held(eyes=0.1), held(eyes=0.1), usual=BLURRED)
    assert marks(readings, "facing", 2) == [1, 1] and np.isnan(marks(readings, "eyes_shut", 2)).all()


def test_marks_are_the_same_in_any_portions():
    rng = np.random.default_rng(5)
    rows = []
    for second in range(300):
        for student in (ANN, BEN):
            seen = held(rng.normal(0, 25), rng.normal(0, 15), rng.uniform(0.12, 0.3), rng.uniform(0, 0.7))
            rows.append((MONDAY_MS + second * 1000, student, NO_FACE if rng.random() < 0.1 else seen))
    whole = readings_frame(rows)
    for cuts in ([1, 2, 250, 260, 261], list(range(0, 600, 7))):
        attention, borders = Attention(), zip([0, *cuts], [*cuts, len(whole)], strict=True)
        parts = [attention.mark(whole.iloc[begin:end]) for begin, end in borders]
        pd.testing.assert_frame_equal(pd.concat(parts), mark(whole))


def test_totals_stand_with_their_n_and_can_be_added():
    later = [held(), held(yaw=60), held(eyes=0.1), held(eyes=0.1), NO_FACE]
    marked = mark(class_of(*later))
    row = totals(marked).loc[ANN]
    assert row.to_dict() == {
        "analyses": FIRST_S + 5,
        "in_view": FIRST_S + 4,
        "facing_known": 4,
        "facing": 3,
        "eyes_known": 3,
        "eyes_open": 2,
        "mouth_known": 4,
    }
    halves = totals(marked.iloc[:50]).add(totals(marked.iloc[50:]), fill_value=0)
    assert (halves.loc[ANN] == row).all()


@pytest.mark.parametrize("every_s", [0.5, 1.0, 2.0])
def test_perclos_is_the_share_of_the_last_minute(every_s):
    n = round(20 / every_s)
    readings = class_of(*[held()] * (3 * n), *[held(eyes=0.1)] * (n + 1), every_s=every_s)
    found = perclos(mark(readings), int(readings["at_ms"].max()))
    assert found.loc[ANN, "perclos"] == pytest.approx(20 / 60, abs=0.01)
    assert found.loc[ANN, "n"] == round(60 / every_s)


def test_perclos_of_half_a_minute_is_not_known():
    readings = class_of(*[held(eyes=0.1)] * 30)
    assert np.isnan(perclos(mark(readings), int(readings["at_ms"].max())).loc[ANN, "perclos"])


def test_perclos_of_a_minute_that_was_mostly_out_of_view_is_not_known():
    readings = class_of(*[held()] * 60, *[NO_FACE] * 45)
    assert np.isnan(perclos(mark(readings), int(readings["at_ms"].max())).loc[ANN, "perclos"])


@pytest.mark.parametrize(
    ("mouths", "count", "why"),
    [
        ([0.1] * 8, 0, "shut"),
        ([0.1, 0.6, 0.1, 0.6, 0.1], 0, "wide for a moment, as in talking"),
        ([0.1, 0.6, 0.7, 0.7, 0.6, 0.1], 1, "wide for three seconds"),
        ([0.6, 0.7, 0.6, 0.1, 0.6, 0.7, 0.6], 2, "twice"),
        ([0.37] * 8, 0, "a long laugh"),
    ],
)
def test_a_mouth_wide_open_for_two_seconds_is_counted_once(mouths, count, why):
    assert yawns(mark(class_of(*[held(mouth=mouth) for mouth in mouths]))).loc[ANN] == count, why


def test_a_mouth_that_was_not_seen_between_is_not_one_long_yawn():
    rows = [(MONDAY_MS + second * 1000, ANN, held()) for second in range(FIRST_S)]
    rows += [(MONDAY_MS + (FIRST_S + second) * 1000, ANN, held(mouth=0.7)) for second in (0, 60)]
    assert yawns(mark(readings_frame(rows))).loc[ANN] == 0


@pytest.mark.parametrize(
    ("later", "word", "why"),
    [
        ([held()] * 15, None, "nothing is said of who is as always"),
        ([held(yaw=60)] * 15, "facing away", "for all of the last seconds"),
        ([held()] * 15 + [held(yaw=60)] * 5, None, "a glance aside"),
        ([held(eyes=0.1)] * 15, "eyes lowered", "shut"),
        ([held(yaw=60)] * 15 + [NO_FACE] * 20, None, "not known is no word"),
        ([NO_FACE] * 14 + [held(yaw=60)], None, "one reading says nothing"),
    ],
)
def test_a_tile_says_at_most_one_thing_and_only_what_lasts(later, word, why):
    readings = class_of(*later)
    assert seen_now(mark(readings), int(readings["at_ms"].max())).get(ANN) == word, why


@pytest.fixture(scope="module")
def clip() -> pd.DataFrame:
    """The emotional clip, read twice a second, after two minutes of its own wide-open eyes."""
    reader = FaceReader.open()
    seen = [reader.read(frame) for frame in frames(media("one-face-emotional.mp4"), every_s=0.5)]
    reader.close()
    usual = seen[15]  # second 7.5: she looks up, eyes wide open
    return class_of(*seen, usual=usual, every_s=0.5)


def test_on_a_real_clip_shut_eyes_are_told_and_open_ones_are_not(clip):
    shut = np.array(marks(clip, "eyes_shut", 39))
    # Second 2 to 3: she cries, before her hand comes over the face. At 1.5 the lids are at 0.60 of her usual, the limit.
    assert shut[4:7].tolist() == [1] * 3
    assert np.nanmax(shut[13:36]) == 0  # second 6.5 to 18: she looks, laughs, blinks


def test_on_a_real_clip_a_laugh_is_no_yawn(clip):
    assert yawns(mark(clip)).loc[ANN] == 0


def test_on_a_real_clip_the_turning_head_faces_away_and_back():
    reader = FaceReader.open()
    seen = [reader.read(frame) for frame in frames(media("head-pose-face-detection-female.mp4"))]
    reader.close()
    facing = marks(class_of(*seen, usual=seen[9], every_s=0.1), "facing", len(seen))
    assert facing[:6] == [0] * 6 and facing[8:11] == [1] * 3 and facing[18:22] == [1] * 4
