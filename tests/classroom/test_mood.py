import numpy as np
import pandas as pd
import pytest

from classroom.mood import (
    COUNTS,
    MAX_POINTS,
    SHOWN_MS,
    SUMS,
    add_windows,
    class_windows,
    coarser,
    drawable,
    shown_now,
    student_windows,
    without_breaks,
)
from fer_model.affect import PLACEMENTS
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading, Reason
from tests.fakes import MONDAY_MS, NO_FACE, face, readings_frame, visits_frame

T = MONDAY_MS
NONE = readings_frame([])
NOBODY = visits_frame([])
HAPPY, SAD, NEUTRAL = face("happy", 1.0), face("sad", 1.0), face("neutral", 1.0)


def lesson(seed: int = 0, count: int = 400) -> pd.DataFrame:
    """Readings of five students over some ten minutes, a quarter of them without a face, in the order of storing."""
    rng = np.random.default_rng(seed)
    rows = []
    for at_ms in np.sort(rng.integers(T, T + 600_000, count)):
        seen = NO_FACE if rng.random() < 0.25 else FaceReading(probs=tuple(rng.dirichlet(np.ones(7))), faces_seen=1)
        rows.append((int(at_ms), int(rng.integers(1, 6)), seen))
    return readings_frame(rows)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one.sort_index(), other.sort_index(), check_dtype=False, rtol=1e-9)


class TestStudentWindows:
    def test_no_readings_give_no_windows_with_all_columns(self):
        windows = student_windows(NONE, 10)
        assert len(windows) == 0
        assert list(windows.columns) == [*COUNTS, *SUMS]
        assert windows.index.names == ["window_ms", "student_id"]

    def test_counts_and_sums_by_hand(self):
        windows = student_windows(
            readings_frame(
                [(T, 1, HAPPY), (T + 4_000, 1, SAD), (T + 9_999, 1, NO_FACE), (T + 10_000, 1, HAPPY), (T, 2, NO_FACE)]
            ),
            10,
        )
        first, second = windows.loc[(T, 1)], windows.loc[(T + 10_000, 1)]
        assert (first["analyses"], first["usable"], first["happy"], first["sad"]) == (3, 2, 1, 1)
        assert first["valence_sum"] == pytest.approx(PLACEMENTS["happy"][0] + PLACEMENTS["sad"][0])
        assert first["arousal_sum"] == pytest.approx(PLACEMENTS["happy"][1] + PLACEMENTS["sad"][1])
        assert (second["analyses"], second["happy"]) == (1, 1), "a window ends before its last millisecond's next"
        unknown = windows.loc[(T, 2)]
        assert (unknown["analyses"], unknown["usable"], unknown["valence_sum"]) == (1, 0, 0)
        assert len(windows) == 3

    def test_the_emotions_of_a_window_are_its_usable_readings(self):
        windows = student_windows(lesson(), 10)
        assert (windows[list(EMOTIONS)].sum(axis=1) == windows["usable"]).all()
        assert windows["analyses"].sum() == 400

    def test_a_windows_begin_does_not_depend_on_the_first_reading(self):
        early, late = student_windows(lesson(), 60), student_windows(lesson().iloc[37:], 60)
        assert set(late.index) <= set(early.index)
        assert all(at_ms % 60_000 == 0 for at_ms, _ in early.index)

    @pytest.mark.parametrize("cut", [0, 1, 7, 200, 399, 400])
    @pytest.mark.parametrize("window_s", [1, 10, 60])
    def test_the_windows_of_all_are_the_sum_of_the_windows_of_any_two_parts(self, cut, window_s):
        """Whatever a live board has read at which moment, it shows what the report shows."""
        readings = lesson()
        parts = [student_windows(part, window_s) for part in (readings.iloc[:cut], readings.iloc[cut:])]
        same(add_windows(*parts), student_windows(readings, window_s))
        same(add_windows(*reversed(parts)), add_windows(*parts))

    def test_adding_reading_by_reading_is_still_the_same(self):
        readings = lesson(count=40)
        total = student_windows(NONE, 10)
        for number in range(len(readings)):
            total = add_windows(total, student_windows(readings.iloc[[number]], 10))
        same(total, student_windows(readings, 10))

    @pytest.mark.parametrize("window_s", [10, 20, 60, 600])
    def test_coarser_windows_are_those_of_a_longer_window(self, window_s):
        same(coarser(student_windows(lesson(), 10), window_s), student_windows(lesson(), window_s))

    def test_no_windows_stay_no_windows(self):
        nothing = student_windows(NONE, 10)
        assert len(add_windows(nothing, nothing)) == len(coarser(nothing, 60)) == 0


class TestClassWindows:
    def test_a_class_without_anybody_has_no_windows_and_all_columns(self):
        mood = class_windows(student_windows(NONE, 10), NOBODY, 10)
        assert len(mood) == 0
        assert {*COUNTS, "share_happy", "valence", "arousal", "coverage", "students_present"} <= set(mood.columns)

    def test_people_without_a_reading_are_present_and_not_known(self):
        mood = class_windows(student_windows(NONE, 10), visits_frame([(1, T, T + 10_000)]), 10)
        assert mood.index.tolist() == [T, T + 10_000]
        assert mood["students_present"].tolist() == [1, 1]
        assert mood["coverage"].tolist() == [0, 0]
        assert mood[["valence", "arousal", "share_neutral"]].isna().all(axis=None)

    def test_pictures_without_a_face_are_not_known_rather_than_neutral(self):
        mood = class_windows(student_windows(readings_frame([(T, 1, NO_FACE)] * 3), 10), NOBODY, 10).loc[T]
        assert (mood["analyses"], mood["usable"]) == (3, 0)
        assert mood[["valence", "arousal", *(f"share_{emotion}" for emotion in EMOTIONS)]].isna().all()

    def test_shares_and_means_by_hand(self):
        rows = [(T, 1, HAPPY), (T, 1, HAPPY), (T, 2, SAD), (T, 3, NO_FACE), (T + 1, 3, NEUTRAL)]
        mood = class_windows(student_windows(readings_frame(rows), 10), visits_frame([(4, T, T)]), 10).loc[T]
        assert (mood["share_happy"], mood["share_sad"], mood["share_neutral"]) == (0.5, 0.25, 0.25)
        happy, sad = PLACEMENTS["happy"][0], PLACEMENTS["sad"][0]
        assert mood["valence"] == pytest.approx((2 * happy + sad) / 4), "a picture without a face is no zero in it"

    @pytest.mark.parametrize(
        ("rows", "visits", "coverage", "why"),
        [
            ([(T, 1, HAPPY)], [(1, T, T)], 1, "the only one"),
            ([(T, 1, HAPPY)], [(1, T, T), (2, T, T)], 1 / 2, "one of two"),
            ([(T, 1, HAPPY)] * 9, [(1, T, T), (2, T, T)], 1 / 2, "students count, not pictures"),
            ([(T, 1, HAPPY), (T, 1, NO_FACE)], [(1, T, T)], 1, "one usable picture is enough"),
            ([(T, 1, NO_FACE)], [(1, T, T)], 0, "here and not seen"),
            ([(T, 1, HAPPY)], [(1, T, T), (2, T - 60_000, T - 1)], 1, "gone before the window began"),
            ([(T, 1, HAPPY)], [(1, T, T), (2, T + 9_999, T + 60_000)], 1 / 2, "came in its last moment"),
            ([(T, 1, HAPPY)], [(1, T, T), (2, T, T + 1), (2, T + 5_000, T + 6_000)], 1 / 2, "two visits of one"),
            ([(T, 1, HAPPY)], [], 1, "read before the first visit was written: never over one"),
        ],
    )
    def test_coverage_is_students_seen_of_students_present(self, rows, visits, coverage, why):
        mood = class_windows(student_windows(readings_frame(rows), 10), visits_frame(visits), 10)
        assert mood.loc[T, "coverage"] == pytest.approx(coverage)

    def test_there_are_no_holes_in_time(self):
        rows = [(T, 1, HAPPY), (T + 95_000, 1, HAPPY)]
        mood = class_windows(student_windows(readings_frame(rows), 10), NOBODY, 10)
        assert mood.index.tolist() == list(range(T, T + 100_000, 10_000))
        assert mood["analyses"].tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        assert mood["valence"].isna().sum() == 8

    def test_every_number_stays_in_its_range(self):
        mood = class_windows(student_windows(lesson(), 10), visits_frame([(1, T, T + 600_000)]), 10)
        shares = mood[[f"share_{emotion}" for emotion in EMOTIONS]]
        assert shares.sum(axis=1)[mood["usable"] > 0].to_numpy() == pytest.approx(1)
        assert mood["coverage"].dropna().between(0, 1).all()
        assert mood["valence"].dropna().between(-1, 1).all()
        assert mood["analyses"].sum() == 400


class TestDrawable:
    @pytest.mark.parametrize(
        ("minutes", "window_s", "drawn_s", "why"),
        [
            (0, 10, 10, "nothing"),
            (39, 10, 10, "short enough as it is"),
            (45, 10, 20, "twice as coarse"),
            (240, 10, 60, "four hours"),
            (45, 7, 14, "a length that is in no table is doubled"),
        ],
    )
    def test_a_long_class_is_drawn_coarser(self, minutes, window_s, drawn_s, why):
        rows = [(T + second * 1000, 1, HAPPY) for second in range(0, minutes * 60, 5)]
        windows = student_windows(readings_frame(rows), window_s)
        drawn, step_s = drawable(windows, NOBODY, window_s)
        assert step_s == drawn_s
        assert len(drawn) <= MAX_POINTS + 1
        assert drawn["analyses"].sum() == len(rows), "coarser, and nothing is left out"


class TestShownNow:
    def test_nobody_shows_nothing(self):
        shown = shown_now(NONE, T)
        assert len(shown) == 0
        assert {"emotion", "confidence", "reason", "valence", "faces_seen"} <= set(shown.columns)

    @pytest.mark.parametrize(
        ("faces", "emotion", "reason", "why"),
        [
            ([HAPPY], "happy", None, "one picture"),
            ([HAPPY, NO_FACE], "happy", None, "half of them is enough"),
            ([HAPPY, NO_FACE, NO_FACE], None, "no face", "less is not"),
            ([face("happy", 0.5), face("happy", 0.5), face("sad", 0.9)], "sad", None, "probabilities, not votes"),
            ([NO_FACE, FaceReading(reason=Reason.TOO_DARK), NO_FACE], None, "no face", "the commonest reason"),
        ],
    )
    def test_the_mean_of_the_last_seconds(self, faces, emotion, reason, why):
        row = shown_now(readings_frame([(T + number, 1, one) for number, one in enumerate(faces)]), T + 10).loc[1]
        assert (row["emotion"], row["reason"]) == (emotion, reason)
        assert np.isnan(row["confidence"]) == np.isnan(row["valence"]) == (emotion is None)
        assert row["analyses"] == len(faces)

    def test_confidence_and_valence_are_of_the_mean(self):
        row = shown_now(readings_frame([(T, 1, HAPPY), (T + 1, 1, NEUTRAL), (T + 2, 1, HAPPY)]), T + 3).loc[1]
        assert row["confidence"] == pytest.approx(2 / 3)
        assert row["valence"] == pytest.approx(2 / 3 * PLACEMENTS["happy"][0])

    def test_what_is_older_than_the_last_seconds_is_not_now(self):
        rows = readings_frame([(T, 1, HAPPY), (T + SHOWN_MS, 2, SAD)])
        assert shown_now(rows, T + SHOWN_MS - 1).index.tolist() == [1, 2]
        assert shown_now(rows, T + SHOWN_MS).index.tolist() == [2]

    def test_students_never_mix(self):
        rows = [(T, 1, HAPPY), (T, 2, SAD), (T, 3, NO_FACE)]
        assert shown_now(readings_frame(rows), T)["emotion"].tolist() == ["happy", "sad", None]

    def test_faces_seen_are_those_of_the_newest_picture_in_time(self):
        rows = [(T + 2, 1, face("happy", faces_seen=1)), (T + 1, 1, face("happy", faces_seen=3))]
        assert shown_now(readings_frame(rows), T + 3).loc[1, "faces_seen"] == 1


class TestBreaks:
    PAUSE = ((T + 20_000, T + 45_000),)
    ROWS = [(T + second * 1000, 1, HAPPY if second < 20 else SAD) for second in range(60)]
    HERE = visits_frame([(1, T, T + 59_000)])

    def test_without_a_break_everything_stays(self):
        assert without_breaks(lesson(), ()) is not None
        same(without_breaks(lesson(), ()), lesson())
        assert len(without_breaks(NONE, self.PAUSE)) == 0

    def test_readings_in_a_break_are_dropped_from_its_first_millisecond_to_before_its_end(self):
        rows = [(at, 1, HAPPY) for at in (T + 19_999, T + 20_000, T + 44_999, T + 45_000)]
        assert without_breaks(readings_frame(rows), self.PAUSE)["at_ms"].tolist() == [T + 19_999, T + 45_000]

    def test_a_break_that_lasts_drops_everything_after_its_begin(self):
        assert len(without_breaks(readings_frame(self.ROWS), ((T + 20_000, None),))) == 20

    def test_nobody_counts_as_present_in_a_window_that_is_all_break(self):
        windows = student_windows(without_breaks(readings_frame(self.ROWS), self.PAUSE), 10)
        mood = class_windows(windows, self.HERE, 10, self.PAUSE)
        assert mood["students_present"].tolist() == [1, 1, 0, 0, 1, 1]
        assert mood["analyses"].tolist() == [10, 10, 0, 0, 5, 10], "without a hole in time"
        assert np.isnan(mood["coverage"].iloc[2]) and np.isnan(mood["valence"].iloc[2])
        assert mood["coverage"].iloc[4] == 1, "a window that is partly break counts with the rest of it"

    def test_totals_are_those_of_the_readings_outside(self):
        windows = student_windows(without_breaks(lesson(), self.PAUSE), 10)
        kept = lesson()[~lesson()["at_ms"].between(T + 20_000, T + 44_999)]
        assert windows["analyses"].sum() == len(kept) < len(lesson())
