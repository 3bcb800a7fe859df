"""The tables of how many students a machine carries, from the committed results.

python -m benchmarks.live_table          # the README's
python -m benchmarks.live_table --all    # that of benchmarks/results/README.md: a line a figure
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
STUDENTS = (10, 25, 50, 75)

# What a column says: (title, key, how it is written).
_COLUMNS = (
    ("students", "students", "{:d}"),
    ("cores, server + engine", "server_and_engine_cpu_cores", "{:.2f}"),
    ("memory, MB", "server_and_engine_peak_rss_mb", "{:.0f}"),
    ("readings/s, the student served least", "analyses_per_s_min_student", "{:.2f}"),
    ("frame to store, p95", "frame_to_store_p95_ms", "{:.0f} ms"),
    ("frame to board, p95", "frame_to_board_p95_ms", "{:.0f} ms"),
    ("board's refresh, p95", "board_refresh_p95_ms", "{:.0f} ms"),
    ("all join in 10 s: failures", "join_failures", "{:d}"),
    ("button to first reading, p95", "button_to_first_reading_p95_s", "{:.1f} s"),
)
_ALL = (
    *_COLUMNS[:2],
    ("the same a student", "cores_per_student", "{:.4f}"),
    ("cores, server", "server_cpu_cores", "{:.2f}"),
    ("cores, engine", "engine_cpu_cores", "{:.2f}"),
    ("cores, the students' own", "generator_cpu_cores", "{:.2f}"),
    ("cores of the server while all join", "joining_server_cpu_cores", "{:.2f}"),
    _COLUMNS[2],
    ("readings a second", "analyses_per_s", "{:.1f}"),
    _COLUMNS[3],
    ("pace that the machine chose, s", "read_every_s", "{:g}"),
    ("frame to store, p50", "frame_to_store_p50_ms", "{:.0f} ms"),
    _COLUMNS[4],
    ("frame to board, p50", "frame_to_board_p50_ms", "{:.0f} ms"),
    _COLUMNS[5],
    ("board's refresh, p50", "board_refresh_p50_ms", "{:.0f} ms"),
    _COLUMNS[6],
    ("event loop late, p99", "event_loop_late_p99_ms", "{:.0f} ms"),
    ("frames dropped on the way", "frames_dropped_share", "{:.2%}"),
    *_COLUMNS[7:],
    ("link to first reading, p95", "link_to_first_reading_p95_s", "{:.1f} s"),
)


def table(results: Iterable[Mapping[str, object]]) -> str:
    """Markdown, a line a class, without a newline at its end."""
    lines = [[title for title, _, _ in _COLUMNS], ["---"] * len(_COLUMNS)]
    lines += [[form.format(result[key]) for _, key, form in _COLUMNS] for result in results]
    return _markdown(lines)


def whole_table(results: Iterable[Mapping[str, object]]) -> str:
    """Markdown, a line a figure and a column a class, without a newline at its end."""
    results = list(results)
    lines = [[title, *(form.format(result[key]) for result in results)] for title, key, form in _ALL]
    return _markdown([lines[0], ["---"] * (len(results) + 1), *lines[1:]])


def _markdown(lines: Iterable[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def committed(folder: Path = RESULTS) -> list[dict]:
    """The results that are there, small classes first."""
    paths = (folder / f"live_{students}.json" for students in STUDENTS)
    return [json.loads(path.read_text("utf-8")) for path in paths if path.exists()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="all figures, a line each")
    print((whole_table if parser.parse_args().all else table)(committed()))
