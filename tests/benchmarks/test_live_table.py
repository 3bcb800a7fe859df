from benchmarks.live_table import _ALL, RESULTS, committed, table, whole_table
from benchmarks.server import ROOT

RESULT = {
    "students": 50,
    "server_and_engine_cpu_cores": 0.8149,
    "server_and_engine_peak_rss_mb": 512.34,
    "analyses_per_s_min_student": 1.0166,
    "frame_to_store_p95_ms": 1203.6,
    "frame_to_board_p95_ms": 3105.2,
    "board_refresh_p95_ms": 180.0,
    "join_failures": 0,
    "button_to_first_reading_p95_s": 4.26,
}


def test_a_class_is_a_line():
    *_, line = table([RESULT]).splitlines()
    assert line == "| 50 | 0.81 | 512 | 1.02 | 1204 ms | 3105 ms | 180 ms | 0 | 4.3 s |"


def test_without_results_there_is_only_a_head():
    assert len(table([]).splitlines()) == 2


def test_the_whole_table_has_a_line_a_figure():
    result = RESULT | {key: 1 for _, key, _ in _ALL if key not in RESULT}
    lines = whole_table([result, result]).splitlines()
    assert len(lines) == len(_ALL) + 1
    assert lines[0] == "| students | 50 | 50 |" and lines[1] == "| --- | --- | --- |"
    assert "| frame to board, p95 | 3105 ms | 3105 ms |" in lines


def test_the_readme_shows_what_was_measured_and_nothing_else():
    """A new measurement goes into the README, too: `python -m benchmarks.live_table` prints the table."""
    results, readme = committed(), (ROOT / "README.md").read_text("utf-8")
    assert (table([]).splitlines()[0] in readme) == bool(results)
    assert (table(results) in readme) == bool(results)


def test_all_figures_stand_beside_the_results():
    if results := committed():
        assert whole_table(results) in (RESULTS / "README.md").read_text("utf-8")
