"""A page that sends without a pause is listened to at its pace, and nothing of it is lost."""

import asyncio

import pytest

from classroom.ui import message_pace
from classroom.ui.message_pace import A_SECOND, AT_ONCE, Allowance, MessagePace
from tests import own_loop


def test_so_many_at_once_and_then_so_many_a_second():
    now_s = [100.0]
    allowance = Allowance(5, 2.0, lambda: now_s[0])
    assert [allowance.take() for _ in range(7)] == [0, 0, 0, 0, 0, 0.5, 1.0]
    now_s[0] += 1.0  # as long as the last one waits
    assert allowance.take() == 0.5
    now_s[0] += 1_000.0
    assert [allowance.take() for _ in range(6)] == [0, 0, 0, 0, 0, 0.5], "what was not used is not saved for ever"


def test_a_page_that_refreshes_itself_and_somebody_who_types_wait_for_nothing():
    now_s = [0.0]
    allowance = Allowance(AT_ONCE, A_SECOND, lambda: now_s[0])
    for number in range(1_200):  # ten minutes of two a second, and twenty quick taps each minute
        now_s[0] += 0.5
        taps = 20 if number % 120 == 0 else 0
        assert [allowance.take() for _ in range(1 + taps)] == [0.0] * (1 + taps)


def test_messages_come_in_their_order_and_all_of_them(monkeypatch):
    slept: list[float] = []
    sleep = asyncio.sleep

    async def at_once(seconds: float) -> None:
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr(message_pace.asyncio, "sleep", at_once)
    sent = [{"type": "websocket.connect"}]
    sent += [{"type": "websocket.receive", "bytes": bytes([number])} for number in range(2 * AT_ONCE)]
    sent += [{"type": "websocket.disconnect", "code": 1000}]
    assert own_loop.run(_heard(sent)) == sent
    assert len(slept) == AT_ONCE and max(slept) <= AT_ONCE / A_SECOND


def test_text_is_the_end():
    sent = [{"type": "websocket.receive", "text": "hello", "bytes": None}]
    assert own_loop.run(_heard(sent)) == [{"type": "websocket.disconnect", "code": 1003}]


def test_what_waits_when_its_sender_has_gone_is_dropped():
    sent = [{"type": "websocket.receive", "bytes": b"1"}, {"type": "websocket.receive", "bytes": b"2"}]
    gone = {"type": "websocket.disconnect", "code": 1006}

    async def send(_) -> None:
        raise OSError("the other end is closed")

    async def answers(_scope, receive, send) -> None:
        first = await receive()
        with pytest.raises(OSError):
            await send({"type": "websocket.send", "bytes": b"answer"})
        heard.extend([first, await receive()])

    async def run() -> None:
        coming = iter(sent)

        async def receive() -> dict:
            return next(coming)

        await MessagePace(answers)({"type": "websocket"}, receive, send)

    heard: list[dict] = []
    own_loop.run(run())
    assert heard == [sent[0], gone]


async def _heard(sent: list[dict]) -> list[dict]:
    """What an app hears of these messages."""
    heard: list[dict] = []
    coming = iter(sent)

    async def receive() -> dict:
        return next(coming)

    async def app(_scope, receive, _send) -> None:
        for _ in sent:
            heard.append(await receive())

    await MessagePace(app)({"type": "websocket"}, receive, None)
    return heard
