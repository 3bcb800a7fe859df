"""The README's table of how many students a machine carries, from the committed results.

python -m benchmarks.live_table
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
STUDENTS = (10, 25, 50, 75)

# What the column says: (title, key, how it is written).
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


def table(results: Iterable[Mapping[str, object]]) -> str:
    """Markdown, a line a class, without a newline at its end."""
    lines = [" | ".join(title for title, _, _ in _COLUMNS), " | ".join("---" for _ in _COLUMNS)]
    lines += [" | ".join(form.format(result[key]) for _, key, form in _COLUMNS) for result in results]
    return "\n".join(f"| {line} |" for line in lines)


def committed(folder: Path = RESULTS) -> list[dict]:
    """The results that are there, small classes first."""
    paths = (folder / f"live_{students}.json" for students in STUDENTS)
    return [json.loads(path.read_text("utf-8")) for path in paths if path.exists()]


if __name__ == "__main__":
    print(table(committed()))
