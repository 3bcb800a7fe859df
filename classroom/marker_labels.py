"""Where the labels of markers stand over a chart, so that they never lie on each other. Pure: times in, places out."""

from collections.abc import Sequence
from dataclasses import dataclass

from classroom.records import Marker

ROWS = 2
LONGEST = 22
# A label is as wide as its signs; where the chart is wider than this, there is more room than needed.
_SIGN_PX = 6.6
_GAP_PX = 10
_CHART_PX = 880


@dataclass(frozen=True)
class Label:
    """A label at a marker's time; it reaches to the right of it, or to the left where it would leave the chart.

    Attributes:
        row: 0 is next to the chart.
        more: further markers for whose labels there is no room; their lines are there.
    """

    marker: Marker
    row: int
    to_left: bool
    more: int = 0

    @property
    def text(self) -> str:
        return words(self.marker) + (f" +{self.more}" if self.more else "")


def words(marker: Marker) -> str:
    """A marker in few signs: what the teacher typed, or else its kind."""
    text = marker.text or marker.kind.value
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def place(markers: Sequence[Marker], from_ms: int, to_ms: int) -> list[Label]:
    """Labels of the markers between two times, in their order; what finds no room is counted at the label before."""
    labels: list[Label] = []
    free_px = [0.0] * ROWS  # up to where each row is taken
    for marker in sorted(markers, key=lambda each: (each.at_ms, each.id)):
        if not from_ms <= marker.at_ms <= to_ms:
            continue
        at_px = (marker.at_ms - from_ms) / max(to_ms - from_ms, 1) * _CHART_PX
        width_px = len(words(marker)) * _SIGN_PX + _GAP_PX
        to_left = at_px + width_px > _CHART_PX
        left_px = at_px - width_px if to_left else at_px
        row = next((row for row in range(ROWS) if free_px[row] <= max(left_px, 0)), None)
        if row is not None:
            labels.append(Label(marker, row, to_left))
            free_px[row] = at_px if to_left else at_px + width_px
        elif labels:
            last = labels.pop()
            labels.append(Label(last.marker, last.row, last.to_left, last.more + 1))
            if not last.more:
                free_px[last.row] += 3 * _SIGN_PX
    return labels
