"""Whether the parts of a server work, in words for people and in figures for machines."""

import json
from dataclasses import dataclass
from pathlib import Path

from classroom.engine import EngineState
from classroom.engines import Engines
from classroom.errors import StoreError
from classroom.loop_lag import LoopLag
from classroom.recorder import Recorder
from classroom.settings import ROOT
from classroom.slots import FrameSlots
from classroom.store import Store
from classroom.ticker import Ticker


@dataclass(frozen=True)
class Part:
    """The health of one part, in words."""

    name: str
    ok: bool
    sentence: str


class Health:
    """Looks at the parts that it is given and changes none. Any thread may ask."""

    def __init__(
        self,
        store: Store,
        recorder: Recorder,
        engines: Engines,
        ticker: Ticker,
        loop_lag: LoopLag,
        slots: FrameSlots,
    ) -> None:
        self._store, self._recorder, self._engines = store, recorder, engines
        self._ticker, self._loop_lag, self._slots = ticker, loop_lag, slots
        # Made once: boards ask every two seconds.
        self._model = model_part()

    def parts(self) -> list[Part]:
        """Every part, and whether it works."""
        shedding, usual = self._ticker.shedding, self._engines.usual
        engine = next((each for each in self._engines.all if each.state is not EngineState.READY), usual)
        is_ready, is_off = engine.state is EngineState.READY, engine.state is EngineState.OFF
        problem = engine.problem or f"Analysis is {engine.state.value}."
        pace = shedding.sentence or f"Every face is read every {shedding.interval_s:g} s."
        unused = Part("Model", True, "Not used: no expression is computed.")
        return [
            self._store_part(),
            Part("Analysis", is_ready or is_off, pace if is_ready else problem),
            self._model if self._engines.expression else unused,
            Part("Event loop", True, self._loop_sentence()),
        ]

    def figures(self) -> dict[str, float | int | None]:
        """What a machine that watches this server may want to know, the unit in each name."""
        return {
            "event_loop_late_p99_ms": self._loop_lag.p99_ms(),
            "read_every_s": self._ticker.shedding.interval_s,
            "refuses_cameras": self._ticker.shedding.refuses_cameras,
            "frames_arrived": self._slots.arrived,
        }

    def _loop_sentence(self) -> str:
        late_ms = self._loop_lag.p99_ms()
        if late_ms is None:
            return "Not measured yet."
        return f"Late by at most {late_ms:.0f} ms, 99 of 100 times in the last minute."

    def _store_part(self) -> Part:
        try:
            self._store.teachers.count()
        except StoreError as error:
            return Part("Store", False, str(error))
        if self._recorder.failing_since_ms is not None:
            return Part("Store", False, "Readings are waiting to be written; it is tried again every second.")
        lost = self._recorder.lost
        told = f" {lost:,} readings were lost: it was away for too long." if lost else ""
        return Part("Store", True, f"{self._store.kind}; one commit a second.{told}")


def model_part(spec_path: Path = ROOT / "fer_model" / "weights" / "emotion.json") -> Part:
    """The shipped network and how good it is, as its spec says; the engine checks the file against the spec."""
    try:
        spec = json.loads(spec_path.read_text("utf-8"))
        votes = spec["scores"]["ferplus"]
        share, n = f"{votes['accuracy']:.1%}", votes["n"]
        sentence = f"{spec['file']} {spec['sha256'][:8]}, right on {share} of {n} FER+ pictures ({votes['split']})."
    except (OSError, ValueError, KeyError) as error:
        return Part("Model", False, f"The model's spec cannot be read ({error!r}). Bring fer_model/weights back.")
    return Part("Model", True, sentence)
