"""How long a large class takes to be shown: the report, its HTML page, and a look at the live board.

    python -m benchmarks.report --json benchmarks/results/report.json

A made-up class of 50 students and 60 minutes, a reading a second with the pose of the face, in an SQLite file. Run it
while nothing else does.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from plotly.io.json import to_json_plotly

from benchmarks.inference import cpu_name
from classroom.alert_desk import ClassAlerts
from classroom.alert_rules import RULES
from classroom.board import LiveBoard
from classroom.charts import timeline_figure
from classroom.class_files import shown_report
from classroom.codes import new_token, token_hash
from classroom.compare import summary
from classroom.html_report import html_report
from classroom.made_class import MadeClass, made_class
from classroom.people_charts import heat_map, person_grid
from classroom.records import ClassInfo, Reading, Sharing, SignalKind
from classroom.report import class_report
from classroom.store import Store
from classroom.store.tables import PROB_COLUMNS
from fer_model.reading import FaceReading, Geometry, Reason
from train.provenance import commit

WINDOW_S = 10
BATCH = 5_000
RUNS = 5


def fill(store: Store, made: MadeClass) -> ClassInfo:
    """Writes the class as a recorder does, in larger portions."""
    info = store.classes.open(None, "Large class", (), made.began_ms)
    ids = {
        number: store.classes.join(
            info.id, f"Student {number}", token_hash(new_token()), Sharing.CAMERA, made.began_ms, made.students
        ).id
        for number in range(1, made.students + 1)
    }
    poses = np.random.default_rng(0).normal((0, -5, 0, 0.3, 0.05), (8, 6, 2, 0.03, 0.03), (len(made.readings), 5))
    probs = made.readings[PROB_COLUMNS].to_numpy(float)
    unknown = np.isnan(probs).any(axis=1)
    rows = []
    for row, (who, at_ms, reason) in enumerate(
        zip(made.readings["student_id"], made.readings["at_ms"], made.readings["reason"], strict=True)
    ):
        pose = None if reason == Reason.NO_FACE.value else Geometry(*poses[row].tolist())
        face = (
            FaceReading(reason=Reason(reason), faces_seen=int(pose is not None), geometry=pose)
            if unknown[row]
            else FaceReading(tuple(probs[row].tolist()), faces_seen=1, geometry=pose)
        )
        rows.append(Reading(info.id, ids[who], int(at_ms), face))
    for begin in range(0, len(rows), BATCH):
        store.readings.write(rows[begin : begin + BATCH], {}, made.ended_ms)
    for who in ids.values():
        store.readings.add_visit(info.id, who, made.began_ms, made.ended_ms)
    for each in made.signals.itertuples():
        store.signals.add(info.id, ids[each.student_id], SignalKind(each.kind), each.at_ms)
    return info


def seconds(work: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return taken


def measure(store: Store, made: MadeClass) -> dict:
    info = fill(store, made)
    report = class_report(store, info, WINDOW_S)
    now_ms = [made.ended_ms]

    def open_report() -> None:
        opened = shown_report(class_report(store, info, WINDOW_S), True)
        drawn = opened.timeline, opened.timeline_s, UTC
        go.Figure(timeline_figure(*drawn, lane=opened.lane, markers=opened.markers or ())).to_json()
        heat_map(person_grid(opened), UTC).to_json()

    board = LiveBoard(info, store, lambda: now_ms[0], WINDOW_S, lambda _: now_ms[0], lambda _: now_ms[0])
    began = time.perf_counter()
    board.look()
    first_look = time.perf_counter() - began
    last = made.readings.iloc[-made.students :]

    def look_again() -> None:
        now_ms[0] += 1_000
        probs = last[PROB_COLUMNS].to_numpy(float)
        rows = [
            Reading(info.id, student.id, now_ms[0], FaceReading(tuple(np.nan_to_num(each, nan=1 / 7).tolist())))
            for student, each in zip(store.classes.students(info.id), probs, strict=True)
        ]
        store.readings.write(rows, {}, now_ms[0])
        began = time.perf_counter()
        seen = board.look(max_age_ms=0)
        drawn = seen.drawn, seen.drawn_s, UTC
        to_json_plotly(timeline_figure(*drawn, from_ms=info.opened_ms, lane=seen.lane, markers=seen.markers))
        looks.append(time.perf_counter() - began)

    looks: list[float] = []
    seconds(lambda: [look_again() for _ in range(10)])
    alerts = ClassAlerts(info, store, RULES)
    began = time.perf_counter()
    alerts.catch_up(made.ended_ms)
    read_again = time.perf_counter() - began
    return {
        "students": made.students,
        "readings": len(made.readings),
        "report_opens_s_median": round(float(np.median(seconds(open_report))), 2),
        "html_s_median": round(float(np.median(seconds(lambda: html_report(report, UTC)))), 2),
        "html_mb": round(len(html_report(report, UTC)) / 1e6, 2),
        "summary_for_comparing_s_median": round(float(np.median(seconds(lambda: summary(report)))), 3),
        "board_first_look_s": round(first_look, 2),
        "board_refresh_ms_p50": round(float(np.percentile(looks, 50)) * 1000, 1),
        "board_refresh_ms_p95": round(float(np.percentile(looks, 95)) * 1000, 1),
        "alerts_of_the_class_read_again_s": round(read_again, 2),
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    args = parser.parse_args(argv)
    made = made_class(1, args.students, args.minutes, began_ms=1_767_607_200_000, student_events=2)
    with tempfile.TemporaryDirectory(prefix="classpulse-report-") as folder:
        store = Store(f"sqlite:///{folder}/class.db")
        try:
            figures = measure(store, made)
        finally:
            store.close()
    figures |= {"cpu": cpu_name(), "cores": os.cpu_count(), "commit": commit()}
    for key, value in figures.items():
        print(f"{key:40}{value}")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
