"""Connections that never send a whole request: some say nothing, some stop in the headers, some in the body."""

import asyncio
import time
import urllib.request

import psutil

from benchmarks.target import Target

CONNECTIONS = 1_100
_HALVES = (
    b"",
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-",
    b"POST /student/join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nclass_code=",
)
# One more byte, so that nobody is silent; every so many seconds.
_DRIP, DRIP_S = b"a", 5.0


async def attack(target: Target, seconds: float) -> dict[str, float | int]:
    """``CONNECTIONS`` of them, kept alive with a byte now and then, while somebody asks for ``/healthz``."""
    until_s = time.monotonic() + seconds
    half: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    refused = 0
    for number in range(CONNECTIONS):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", target.server.port)
        except OSError:
            refused += 1
            continue
        writer.write(_HALVES[number % len(_HALVES)])
        half.append((reader, writer))
    answers_ms: list[float] = []
    unanswered = most = 0
    try:
        while time.monotonic() < until_s:
            asked_s = time.monotonic()
            try:
                await asyncio.to_thread(_healthz, target.url)
                answers_ms.append((time.monotonic() - asked_s) * 1000)
            except OSError:
                unanswered += 1
            most = max(most, psutil.Process(target.server.pid).num_fds())
            for number, (_, writer) in enumerate(half):
                if number % len(_HALVES) and not writer.is_closing():
                    writer.write(_DRIP)
            await asyncio.sleep(min(DRIP_S, max(until_s - time.monotonic(), 0)))
    finally:
        ended = sum(reader.at_eof() or reader.exception() is not None for reader, _ in half)
        for _, writer in half:
            writer.transport.abort()
    return {
        "connections": CONNECTIONS,
        "connections_refused": refused,
        "connections_ended_by_the_server": ended,
        "open_files_at_most": most,
        "healthz_answered": len(answers_ms),
        "healthz_unanswered": unanswered,
        "healthz_slowest_ms": round(max(answers_ms, default=0.0)),
    }


def _healthz(url: str) -> None:
    with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
        answer.read()
