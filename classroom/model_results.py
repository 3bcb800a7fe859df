"""What is known of the shipped network: its spec and the figures measured on it, checked and as plain values.

Shares are from 0 to 1. A share of no pictures is ``None``, never 0. Keys that this code does not know are left alone;
curves that a file lacks are empty.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classroom.errors import ResultsError
from classroom.settings import ROOT
from fer_model.labels import EMOTIONS

SPEC_FILE = ROOT / "fer_model" / "weights" / "emotion.json"
CARD_FILE = ROOT / "fer_model" / "weights" / "MODEL_CARD.md"
RESULTS_FILE = ROOT / "train" / "results" / "shipped_publictest.json"

_WRONG_VALUES = (ValueError, TypeError, KeyError, IndexError, AttributeError)


@dataclass(frozen=True)
class Share:
    """A share of ``n`` pictures with its 95 % interval."""

    n: int
    value: float
    low: float
    high: float

    @classmethod
    def of_hits(cls, hits: int, n: int) -> "Share | None":
        """With the interval of Wilson 1927 (https://doi.org/10.1080/01621459.1927.10502953)."""
        if n == 0:
            return None
        z, share = 1.959964, hits / n
        spread = z * z / n
        centre = (share + spread / 2) / (1 + spread)
        half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
        return cls(n, share, max(0.0, centre - half), min(1.0, centre + half))

    @property
    def hits(self) -> int:
        return round(self.value * self.n)


@dataclass(frozen=True)
class Headline:
    """The two figures that stand above all others.

    Attributes:
        split: the pictures they were measured on, such as ``PublicTest``.
        share_read: of all pictures, those it was sure enough to name.
        read: of those that were read and on which most people agreed, those it named as they did.
    """

    split: str
    share_read: float
    read: Share


@dataclass(frozen=True)
class ModelFacts:
    """What the spec beside the weights says. ``headline`` is ``None`` when its scores lack one."""

    file: str
    sha256: str
    headline: Headline | None


@dataclass(frozen=True)
class Bin:
    """Pictures of about the same confidence: what it said (``confidence``, a mean), and how often that was right."""

    confidence: float
    right: Share


@dataclass(frozen=True, eq=False)
class Head:
    """One way of naming, and what it named.

    Attributes:
        counts: (k, k) int64 pictures in the order of ``labels``; rows are what they are, columns what they were named.
    """

    labels: tuple[str, ...]
    counts: np.ndarray
    bins: tuple[Bin, ...]

    @property
    def recalls(self) -> dict[str, Share | None]:
        """Of the pictures of each label those that were named so."""
        rows = enumerate(self.counts)
        return {self.labels[i]: Share.of_hits(int(row[i]), int(row.sum())) for i, row in rows}


@dataclass(frozen=True)
class RiskPoint:
    """Reading only what is at least so sure: the share that is read (``coverage``) and the wrong ones of it."""

    coverage: float
    confidence: float
    risk: float
    n: int


@dataclass(frozen=True)
class Step:
    """One strength of a change: how much is read then, and how much of it rightly."""

    step: float | str
    share_read: float
    read: Share


@dataclass(frozen=True)
class Slice:
    """One way of making pictures worse. The first step changes nothing."""

    change: str
    unit: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, eq=False)
class Results:
    """Everything measured on one file with one set of pictures.

    Attributes:
        images: pictures of the set, also those on which people did not agree.
        abstain_below: confidence under which an expression is not named.
        heads: ``reading`` (the seven emotions of the classroom), ``fer2013`` and ``ferplus``.
        risk: of ``reading``, from the surest few to everything.
    """

    headline: Headline
    data: str
    images: int
    abstain_below: float
    heads: dict[str, Head]
    risk: tuple[RiskPoint, ...]
    slices: tuple[Slice, ...]

    @property
    def reading(self) -> Head:
        return self.heads["reading"]


def load_facts(path: Path) -> ModelFacts:
    """The shipped network as its spec describes it.

    Raises:
        ResultsError: the spec is missing or is none.
    """
    values = _json(path, "The network's spec", "Bring fer_model/weights back.")
    try:
        return ModelFacts(str(values["file"]), str(values["sha256"]), _spec_headline(values.get("scores", {})))
    except _WRONG_VALUES as error:
        raise ResultsError(
            f"The network's spec {path.name} is not one ({error!r}). Bring fer_model/weights back."
        ) from error


def load_results(path: Path, facts: ModelFacts) -> Results:
    """What was measured on the network of these facts.

    Raises:
        ResultsError: missing, not readable, or measured on another file.
    """
    again = "Measure again with `python -m train.evaluate`."
    values = _json(path, "The measured results", again)
    try:
        if values["sha256"] != facts.sha256:
            raise ResultsError(f"The results in {path.name} are of another file than the shipped {facts.file}. {again}")
        return _results(values)
    except _WRONG_VALUES as error:
        raise ResultsError(f"The measured results {path.name} cannot be used ({error!r}). {again}") from error


def _json(path: Path, what: str, what_to_do: str) -> dict:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ResultsError(f"{what} {path.name} cannot be found. {what_to_do}") from error
    except ValueError as error:
        raise ResultsError(f"{what} {path.name} cannot be read: it is not JSON. {what_to_do}") from error


def _spec_headline(scores: dict) -> Headline | None:
    clear = scores.get("reading_clear")
    return Headline(str(clear["split"]), _unit(clear["share_read"]), _share(clear)) if clear else None


def _results(values: dict) -> Results:
    reading = values["reading"]
    return Results(
        headline=Headline(str(values["split"]), _unit(reading["share_read"]), _share(reading["clear"])),
        data=str(values.get("data", "")),
        images=int(reading["images"]),
        abstain_below=_unit(reading["abstain_below"]),
        heads={
            "reading": _head(reading["all"], EMOTIONS),
            "fer2013": _head(values["fer2013"], EMOTIONS),
            "ferplus": _head(values["ferplus"], tuple(values["ferplus"]["labels"])),
        },
        risk=tuple(_point(row) for row in reading.get("risk_coverage", [])),
        slices=_slices(values.get("slices", [])),
    )


def _head(values: dict, order: tuple[str, ...]) -> Head:
    """Labels are mapped by name: ``order`` is theirs here, whatever it is in the file."""
    labels = list(values["labels"])
    counts = np.array(values["confusion_rows_true_columns_named"])
    if counts.shape != (len(order), len(order)) or counts.dtype.kind not in "iu" or (counts < 0).any():
        raise ValueError(f"expected {len(order)} x {len(order)} counts, got {counts.shape} {counts.dtype}")
    at = [labels.index(label) for label in order]
    bins = [
        Bin(_unit(row["confidence"]), Share.of_hits(round(_unit(row["accuracy"]) * row["n"]), row["n"]))
        for row in values.get("reliability", [])
        if row["n"]
    ]
    return Head(tuple(order), counts[np.ix_(at, at)], tuple(bins))


def _point(row: dict) -> RiskPoint:
    return RiskPoint(_unit(row["coverage"]), _unit(row["confidence"]), _unit(row["risk"]), int(row["n"]))


def _slices(rows: list[dict]) -> tuple[Slice, ...]:
    """Rows of one change in the order of the file; a step at which nothing was read has nothing to show."""
    steps: dict[tuple[str, str], list[Step]] = {}
    for row in rows:
        reading = row.get("reading") or {}
        if reading.get("n"):
            step = Step(row["step"], _unit(reading["share_read"]), _share(reading))
            steps.setdefault((str(row["change"]), str(row["unit"])), []).append(step)
    return tuple(Slice(change, unit, tuple(each)) for (change, unit), each in steps.items())


def _share(values: dict) -> Share:
    figures = (_unit(values[key]) for key in ("accuracy", "accuracy_95_low", "accuracy_95_high"))
    return Share(int(values["n"]), *figures)


def _unit(value: float) -> float:
    if not 0 <= value <= 1:  # asked this way round, a value that is no number is refused too
        raise ValueError(f"expected a share from 0 to 1, got {value}")
    return float(value)
