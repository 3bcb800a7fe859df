from datetime import UTC

import numpy as np
import pytest

from classroom.before_after import before_after
from classroom.before_after_words import before_after_html, change_words, points, share, valence
from classroom.paired import paired_change
from classroom.records import Marker, MarkerKind
from tests.fakes import MONDAY_MS, face, readings_frame

T = MONDAY_MS


@pytest.mark.parametrize(
    ("before", "after", "numbers", "words", "why"),
    [
        ([], [], (valence, valence), ("", "", "nothing can be said"), "nobody"),
        ([0.1], [0.3], (valence, valence), ("+0.10 → +0.30", "", "nothing can be said"), "one has no interval"),
        (
            [0.1] * 4,
            [0.3] * 4,
            (valence, valence),
            ("+0.10 → +0.30", "+0.20 (+0.20 to +0.20)", "nothing can be said"),
            "four",
        ),
        (
            [0.3] * 5,
            [0.1] * 5,
            (valence, valence),
            ("+0.30 → +0.10", "−0.20 (−0.20 to −0.20)", "lower afterwards"),
            "down",
        ),
        (
            [0.3] * 5,
            [0.4] * 5,
            (share, points),
            ("30% → 40%", "+10.0 (+10.0 to +10.0)", "higher afterwards"),
            "a share",
        ),
        (
            [0.0] * 5,
            [0.004] * 5,
            (share, points),
            ("0% → 0%", "+0.4 (+0.4 to +0.4)", "higher afterwards"),
            "a small one",
        ),
    ],
)
def test_a_change_in_words(before, after, numbers, words, why):
    assert change_words(paired_change(np.array(before), np.array(after)), *numbers) == words


def test_what_was_typed_is_text_in_the_table():
    marker = Marker(1, 1, MarkerKind.NOTE, "<script>alert(1)</script>", T)
    rows = [(T - 1000, 1, face("sad")), (T, 1, face("happy"))]
    table = before_after_html(before_after([marker], readings_frame(rows)), UTC)
    assert "<script>" not in table
    assert "&lt;script&gt;" in table
    assert "10:00:00" in table and "1 and 1 readings" in table and "1 student on both sides" in table
