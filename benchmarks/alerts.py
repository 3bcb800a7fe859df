"""How right the alerts are on made-up classes whose events are known: per rule recall, precision and delay.

    python -m benchmarks.alerts --json benchmarks/results/alerts.json

The classes are seeded (``classroom.made_class``). ``--choosing`` uses the seeds that the thresholds were chosen on; the
reported ones are others. What is measured is the rules on drawn readings, not whether real students needed a hand: only
teachers' verdicts tell that.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from classroom.alert_rules import RULES
from classroom.alerts import Event, replay
from classroom.made_class import CLASS_EVENTS, MadeClass, made_class
from train.provenance import commit

CHOOSING, REPORTED = range(1, 9), range(101, 121)
LATE_MS = 60_000  # an alert so long after an event is still about it: rules look back


def alerts_of(made: MadeClass) -> list[Event]:
    events = replay(made.began_ms, made.ended_ms, made.readings, made.signals, made.visits)
    return [event for event in events if not event.is_end]


def compare(made: MadeClass, found: dict[str, dict[str, list]]) -> None:
    """Adds to ``found``, by rule: events with their delay or ``None``, and alerts with whether they are about one."""
    alerts = alerts_of(made)
    for event in made.events:
        about = [
            alert.at_ms - event.from_ms
            for alert in alerts
            if (alert.rule.name, alert.student_id) == (event.rule, event.student_id)
            and event.from_ms <= alert.at_ms <= event.until_ms + LATE_MS
        ]
        found[event.rule]["delays"].append(min(about) / 1000 if about else None)
    for alert in alerts:
        found[alert.rule.name]["right"].append(
            any(
                (alert.rule.name, alert.student_id) == (event.rule, event.student_id)
                and event.from_ms <= alert.at_ms <= event.until_ms + LATE_MS
                for event in made.events
            )
        )


def measure(seeds: range) -> dict:
    found: dict[str, dict[str, list]] = defaultdict(lambda: {"delays": [], "right": []})
    calm: dict[str, int] = defaultdict(int)
    hours, replay_s = 0.0, 0.0
    for seed in seeds:
        compare(made_class(seed, student_events=3), found)
        for number, event in enumerate(CLASS_EVENTS):
            compare(made_class(seed * 1000 + number, class_event=event), found)
        quiet = made_class(seed * 1000 + 500)
        began = time.process_time()
        for alert in alerts_of(quiet):
            calm[alert.rule.name] += 1
        replay_s += time.process_time() - began
        hours += quiet.students * (quiet.ended_ms - quiet.began_ms) / 3_600_000
    rows = {}
    for rule in RULES:
        delays = [delay for delay in found[rule.name]["delays"] if delay is not None]
        right = found[rule.name]["right"]
        rows[rule.name] = {
            "events": len(found[rule.name]["delays"]),
            "recall": round(len(delays) / max(len(found[rule.name]["delays"]), 1), 3),
            "alerts": len(right),
            "precision": round(float(np.mean(right)), 3) if right else None,
            "delay_s_p50": round(float(np.median(delays)), 1) if delays else None,
            "delay_s_p95": round(float(np.percentile(delays, 95)), 1) if delays else None,
            "calm_false_a_student_hour": round(calm[rule.name] / hours, 4),
        }
    return {
        "rules": rows,
        "calm_false_a_student_hour": round(sum(calm.values()) / hours, 4),
        "calm_student_hours": round(hours, 1),
        "replay_cpu_s_a_class_of_50_minutes": round(replay_s / len(seeds), 2),
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--choosing", action="store_true", help="on the seeds that the thresholds were chosen on")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    args = parser.parse_args(argv)
    seeds = CHOOSING if args.choosing else REPORTED
    figures = measure(seeds) | {"seeds": [seeds.start, seeds.stop - 1], "commit": commit()}
    for rule, row in figures["rules"].items():
        print(f"{rule:12}" + "  ".join(f"{key} {value}" for key, value in row.items()))
    print({key: value for key, value in figures.items() if key != "rules"})
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
