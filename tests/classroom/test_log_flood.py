"""Whoever makes the server say something again and again fills no log."""

import logging

import pytest

from classroom.log_flood import MOST_CHARACTERS, LogFlood, install


@pytest.fixture
def now_s():
    return [0.0]


@pytest.fixture
def said(now_s):
    """A logger behind the filter, and the lines that come out."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    logger, handler = logging.Logger("flooded"), Lines()
    logger.addHandler(handler)
    handler.addFilter(LogFlood(a_minute=3, clock_s=lambda: now_s[0]))
    return logger, lines


def test_the_first_lines_of_a_place_are_written_and_the_others_counted(said, now_s):
    logger, lines = said

    def complain(number: int) -> None:
        logger.warning("student %d is odd", number)

    for number in range(1_000):
        complain(number)
    assert lines == ["student 0 is odd", "student 1 is odd", "student 2 is odd"]
    now_s[0] = 60.0
    complain(1_000)
    complain(1_001)
    assert lines[3:] == ["student 1000 is odd (997 more of these were not written.)", "student 1001 is odd"]


def test_what_is_said_at_another_place_is_heard_meanwhile(said):
    logger, lines = said
    for _ in range(10):
        logger.error("again")
    logger.error("The store does not answer.")
    assert lines == ["again"] * 3 + ["The store does not answer."]


def test_a_traceback_stays_whole_and_is_counted_as_well(said):
    logger, lines = said
    for _ in range(10):
        try:
            raise ValueError("no offer")
        except ValueError:
            logger.exception("A page failed.")
    assert len(lines) == 3
    assert all("Traceback" in line and line.endswith("ValueError: no offer") for line in lines)


def test_nobody_writes_a_line_of_a_million_letters(said):
    logger, lines = said
    logger.warning("origin=%s, host=%s", "x" * 1_000_000, "school.example")
    (line,) = lines
    assert line.startswith("origin=xxx") and line.endswith("… (1,000,028 characters)")
    assert len(line) < MOST_CHARACTERS + 50


def test_a_record_that_goes_to_two_handlers_is_one(now_s):
    flood, record = LogFlood(a_minute=1, clock_s=lambda: now_s[0]), logging.makeLogRecord({"msg": "once"})
    assert flood.filter(record) and flood.filter(record)
    assert not flood.filter(logging.makeLogRecord({"msg": "twice"}))


def test_places_are_bounded(now_s):
    flood = LogFlood(clock_s=lambda: now_s[0])
    for line in range(10_000):
        flood.filter(logging.makeLogRecord({"msg": "x", "lineno": line}))
    assert len(flood._places) <= 2_000


def test_it_stands_before_every_handler_once(monkeypatch):
    handlers = [logging.NullHandler(), logging.NullHandler()]
    for name, handler in zip(("flooded.one", "flooded.two"), handlers, strict=True):
        monkeypatch.setattr(logging.getLogger(name), "handlers", [handler])
    monkeypatch.setattr(logging, "lastResort", logging.StreamHandler())
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    flood = LogFlood()
    before = {each: list(each.filters) for each in _all_handlers()}
    try:
        install(flood)
        install(flood)
        assert all(each.filters.count(flood) == 1 for each in [*handlers, logging.lastResort])
    finally:
        for each, filters in before.items():
            each.filters[:] = filters


def _all_handlers():
    loggers = logging.Logger.manager.loggerDict.values()
    return {handler for logger in loggers for handler in getattr(logger, "handlers", [])} | {logging.lastResort}
