"""What strangers can make happen fills no log."""

import logging

from classroom.seldom import Seldom


def test_the_first_is_said_at_once_and_the_others_once_a_minute_with_their_number(caplog):
    now_s = [0.0]
    seldom = Seldom(logging.getLogger("seldom"), "A post was broken off", clock_s=lambda: now_s[0])
    assert seldom.note()
    for _ in range(1_000):
        now_s[0] += 0.05
        seldom.note()
    now_s[0] = 60.0
    assert seldom.note()
    now_s[0] = 500.0
    assert seldom.note()
    assert [each.getMessage() for each in caplog.records] == [
        "A post was broken off.",
        "A post was broken off (1001 times since this was said last).",
        "A post was broken off.",
    ]
