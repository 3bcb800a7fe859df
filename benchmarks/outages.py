"""What goes wrong in a class, one thing after the other and each for real, and how soon everything is back.

    python -m benchmarks.outages --json benchmarks/results/outages.json
    python -m benchmarks.outages --only network engine

A real server on a small disk, and a student in headless Chromium behind a cable that can be pulled; a second server on
PostgreSQL for a database that goes away. Linux, as root. ``outage_class.Seen`` says what is told of each outage. Takes
about ten minutes on two cores with nothing else running.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from benchmarks import outages_of_server, outages_of_student
from benchmarks.live import machine
from benchmarks.outage_class import Seen, behind_a_cable, on_postgres

# Promised of every outage.
BACK_WITHIN_S, LOST_AT_MOST_S, STOPS_WITHIN_S = 15.0, 2.0, 5.0
NAMES = (*outages_of_student.RUNGS, *outages_of_server.RUNGS, "gone")


def measure(only: list[str]) -> Iterator[Seen]:
    """Run the ladder, or only what is named of ``NAMES``."""
    wanted = [name for name in NAMES if not only or name in only]
    with tempfile.TemporaryDirectory(prefix="classpulse-outages-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # PostgreSQL runs as a user of its own
        with sync_playwright() as playwright:
            if wanted != ["gone"]:
                yield from _on_sqlite(playwright, Path(folder) / "first", wanted)
            if "gone" in wanted:
                with on_postgres(playwright, Path(folder) / "second") as (lesson, postgres):
                    yield from outages_of_server.gone(lesson, postgres)


def _on_sqlite(playwright: Playwright, folder: Path, wanted: list[str]) -> Iterator[Seen]:
    with ExitStack() as stack:
        stack.enter_context(outages_of_server.small_disk(folder))
        lesson, network = stack.enter_context(behind_a_cable(playwright, folder))
        for name in wanted:
            if name in outages_of_student.RUNGS:
                yield from outages_of_student.RUNGS[name](lesson, network)
            elif name in outages_of_server.RUNGS:
                yield from outages_of_server.RUNGS[name](lesson)


def broken(seen: Seen) -> list[str]:
    """What of the promises did not hold."""
    in_time = not seen.name.startswith("SIGTERM") or seen.outage_s <= STOPS_WITHIN_S
    kept = {
        f"back within {BACK_WITHIN_S:.0f} s": seen.back_s <= BACK_WITHIN_S,
        f"at most {LOST_AT_MOST_S:.0f} s lost": seen.lost_s <= LOST_AT_MOST_S,
        "nothing read in a gap": seen.read_in_gap == 0,
        "same rows, whole database": seen.is_whole,
        f"ended within {STOPS_WITHIN_S:.0f} s": in_time,
    }
    return [promise for promise, was_so in kept.items() if not was_so]


def figures(all_seen: list[Seen]) -> dict[str, object]:
    """Flat, the unit in each name."""
    return {
        "outages": len(all_seen),
        "promises_broken": sum(bool(broken(seen)) for seen in all_seen),
        "back_max_s": max(seen.back_s for seen in all_seen),
        "lost_max_s": max(seen.lost_s for seen in all_seen),
        "read_in_gaps": sum(seen.read_in_gap for seen in all_seen),
    }


def line(seen: Seen) -> str:
    says = f"{seen.name:30}{seen.outage_s:>7.1f}{seen.back_s:>7.1f}{seen.lost_s:>7.1f}{seen.read_in_gap:>5}"
    return f"{says}  {'; '.join(broken(seen)) or 'as promised'}  ({seen.proof}; board: {seen.board or '-'})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=[])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    before, began_s = machine(), time.monotonic()
    print(f"{'outage':30}{'for s':>7}{'back s':>7}{'lost s':>7}{'read':>5}")
    all_seen = []
    for seen in measure(options.only):
        print(line(seen), flush=True)
        all_seen.append(seen)
    found = figures(all_seen) | {"took_s": round(time.monotonic() - began_s, 1)}
    print(json.dumps(found, indent=1))
    if options.json:
        each = [asdict(seen) | {"broken": broken(seen)} for seen in all_seen]
        options.json.write_text(json.dumps(found | before | {"each": each}, indent=1) + "\n")
    raise SystemExit(int(found["promises_broken"] > 0))


if __name__ == "__main__":
    main()
