"""What a class of hours leaves in memory, without its cameras and pages: store, live board and alerts.

    python -m benchmarks.long_class --json benchmarks/results/long_class.json

Twenty students are read twice a second, and every minute one leaves and one joins, as in ``benchmarks.soak``; but the
clock is moved by hand, so that two hours take some minutes.
"""

import argparse
import gc
import json
import tempfile
from pathlib import Path

import numpy as np
import psutil

from benchmarks.live import machine, show
from benchmarks.soak import Counts, Sample, slope_mb_per_hour
from classroom import heap
from classroom.alert_desk import ClassAlerts
from classroom.alert_rules import RULES
from classroom.board import LiveBoard
from classroom.codes import new_token, token_hash
from classroom.records import Reading, Sharing
from classroom.store import Store
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading

BEGAN_MS = 1_767_607_200_000
LOOK_MS, READ_EVERY_MS, MINUTE_MS = 2_000, 500, 60_000
WINDOW_S = 10
MAX_MINUTES, MAX_STUDENTS = 600, 100


def keep(store: Store, students: int, minutes: int) -> list[float]:
    """Let a class go on. Gives the megabytes of this process, minute by minute."""
    now_ms = BEGAN_MS
    info = store.classes.open(None, "Long class", (), now_ms)

    def join(name: str) -> int:
        as_whom = (token_hash(new_token()), Sharing.CAMERA)
        return store.classes.join(info.id, name, *as_whom, now_ms, students + minutes).id

    present = [join(f"Student {number}") for number in range(students)]

    def seen(student_id: int) -> int | None:
        return now_ms if student_id in present else None

    board = LiveBoard(info, store, lambda: now_ms, WINDOW_S, seen, seen)
    alerts = ClassAlerts(info, store, RULES)
    random = np.random.default_rng(0)
    faces = [FaceReading(tuple(random.dirichlet(np.ones(len(EMOTIONS))).tolist()), faces_seen=1) for _ in range(500)]
    memory = []
    for minute in range(minutes):
        present = [*present[1:], join(f"Student {students + minute}")]
        for _ in range(MINUTE_MS // LOOK_MS):
            times = range(now_ms, now_ms + LOOK_MS, READ_EVERY_MS)
            rows = [Reading(info.id, who, at, faces[random.integers(len(faces))]) for who in present for at in times]
            now_ms += LOOK_MS
            store.readings.write(rows, {who: (info.id, now_ms) for who in present}, now_ms)
            board.look()
            alerts.catch_up(now_ms)
        gc.collect()
        heap.give_back()
        memory.append(psutil.Process().memory_info().rss / 1e6)
    return memory


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=20, help=f"1 to {MAX_STUDENTS}")
    parser.add_argument("--minutes", type=int, default=120, help=f"of the class, 2 to {MAX_MINUTES}")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args(argv)
    if not 1 <= given.students <= MAX_STUDENTS or not 2 <= given.minutes <= MAX_MINUTES:
        parser.error(f"ask for 1 to {MAX_STUDENTS} students and 2 to {MAX_MINUTES} minutes")
    heap.keep_together()
    with tempfile.TemporaryDirectory(prefix="classpulse-long-") as folder:
        store = Store(f"sqlite:///{Path(folder) / 'long.db'}")
        memory = keep(store, given.students, given.minutes)
        store.close()
    samples = [Sample(minute * 60.0, each, Counts(0, 0, 0)) for minute, each in enumerate(memory, start=1)]
    figures = {
        "students": given.students,
        "minutes": given.minutes,
        "memory_after_a_minute_mb": round(memory[0], 1),
        "memory_at_end_mb": round(memory[-1], 1),
        "memory_slope_mb_per_hour": round(slope_mb_per_hour(samples), 2),  # after the warm-up of the soak
    }
    figures |= machine()
    show(figures, ())
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
