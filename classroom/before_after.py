"""What a class showed before and after each marker.

A student counts who was read on both sides; the means, the shares and the change are of these students, so that the
change is the difference of what stands beside it, and nobody who came or went looks like a change. Over twenty markers
one clear change is to be expected by chance alone: the interval is a 95 % one for each of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from classroom.markers import around, breaks_of
from classroom.mood import PLEASANT, UNPLEASANT, Breaks
from classroom.paired import Change, paired_change
from classroom.records import Marker
from classroom.store.tables import PROB_COLUMNS
from fer_model.affect import valence_arousal
from fer_model.labels import EMOTIONS

# Long enough that a class of twenty has some thousand readings in it, short enough to be about the marker.
SPAN_MS = 180_000

# A measure gives each reading a number, NaN where it is not known: ``(readings) -> (n,) float``.
Measure = Callable[[pd.DataFrame], np.ndarray]


@dataclass(frozen=True)
class BeforeAfter:
    """One marker: the change of each measure, and the usable readings behind it on either side."""

    marker: Marker
    changes: dict[str, Change]
    readings_before: int
    readings_after: int

    @property
    def students(self) -> int:
        """Students with usable readings on both sides."""
        return self.changes["valence"].students


def valence(readings: pd.DataFrame) -> np.ndarray:
    return valence_arousal(readings[PROB_COLUMNS].to_numpy(float))[..., 0]


def share_of(emotions: Sequence[str]) -> Measure:
    """1 where the most probable emotion is one of these, else 0."""
    chosen = [EMOTIONS.index(emotion) for emotion in emotions]

    def measure(readings: pd.DataFrame) -> np.ndarray:
        probs = readings[PROB_COLUMNS].to_numpy(float)
        shown = np.nan_to_num(probs).argmax(axis=1)
        return np.where(np.isnan(probs).any(axis=1), np.nan, np.isin(shown, chosen))

    return measure


def facing(readings: pd.DataFrame) -> np.ndarray:
    """1 where the head faces the screen, 0 where it does not; not known where nobody has looked for it."""
    return readings["facing"].to_numpy(float) if "facing" in readings else np.full(len(readings), np.nan)


MEASURES: dict[str, Measure] = {
    "valence": valence,
    "pleasant": share_of(PLEASANT),
    "unpleasant": share_of(UNPLEASANT),
    "facing": facing,
}


def before_after(markers: Sequence[Marker], readings: pd.DataFrame) -> tuple[BeforeAfter, ...]:
    """Every marker in the order of time.

    Args:
        readings: as the store gives them (``student_id, at_ms, p_*``), with ``facing`` where it has been looked for
            (``attention.mark``); breaks need not be taken out.
    """
    readings = readings.sort_values("at_ms", kind="stable")
    return tuple(_one(marker, readings, breaks_of(markers)) for marker in markers)


def _one(marker: Marker, readings: pd.DataFrame, breaks: Breaks) -> BeforeAfter:
    at_ms = readings["at_ms"].to_numpy(np.int64)
    sides = [readings[slice(*np.searchsorted(at_ms, side))] for side in around(marker, breaks, SPAN_MS)]
    changes = {name: paired_change(*_student_means(measure, *sides)) for name, measure in MEASURES.items()}
    before, after = (int(side[PROB_COLUMNS[0]].notna().sum()) for side in sides)
    return BeforeAfter(marker, changes, before, after)


def _student_means(measure: Measure, before: pd.DataFrame, after: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The mean of every student who is known on both sides, before and after."""
    means = [
        pd.Series(measure(side), index=side["student_id"]).dropna().groupby(level=0).mean() for side in (before, after)
    ]
    both = means[0].index.intersection(means[1].index)
    return means[0][both].to_numpy(float), means[1][both].to_numpy(float)
