"""A class to which things happen: a real server, a teacher and a student in Chromium, and what the database says."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, Locator, Page, Playwright

from benchmarks.browser import chromium_path, confirm_lawful_basis, launch, moving, write_clip
from benchmarks.cut_network import HERE, OwnNetwork
from benchmarks.inference import webcam_frame
from benchmarks.postgres import Postgres, programs
from benchmarks.server import ServerProcess
from classroom.ui.addresses import JOIN, LIVE

PATIENCE_S = 90.0
STUDENT = "Mia"
# What was on its way when it happened may still be read and come into the store.
ON_ITS_WAY_MS = 2_000


@dataclass(frozen=True)
class Seen:
    """What was seen of one outage.

    Attributes:
        proof: how it was seen to have happened.
        outage_s: from its cause to the cause's end.
        board: what the teacher's board said of the student, or of the server, while it lasted.
        back_s: from the cause's end until a reading made after it was in the store.
        lost_s: time before the outage, or in one that readings outlive, of which no reading was stored.
        read_in_gap: expressions stored of the time in which none could be seen; 0 where readings go on.
        is_whole: the same students in the same rows, and the database passes its own check.
    """

    name: str
    proof: str
    outage_s: float
    board: str
    back_s: float
    lost_s: float
    read_in_gap: int
    is_whole: bool


@dataclass(frozen=True)
class Outage:
    """What a cause that is over says of itself, times in milliseconds since 1970."""

    proof: str
    began_ms: int
    ended_ms: int
    board: str = ""


class OutageClass:
    """One running class with one student whose camera is read, and nobody else."""

    def __init__(
        self, server: ServerProcess, teacher: Page, browser: Browser, url: str, rows: Callable[..., list[tuple]]
    ) -> None:
        """
        Args:
            browser: the student's.
            url: where that browser finds the server.
            rows: asks the database, as ``ServerProcess.rows``.
        """
        self.server = server
        self.teacher = teacher
        self.rows = rows
        self.code = open_class(teacher, server)
        self.student = browser.new_context(viewport={"width": 420, "height": 900}).new_page()
        self.student.set_default_timeout(PATIENCE_S * 1000)
        self.student.goto(f"{url}{JOIN}?code={self.code}")
        self.student.fill("input[name=student_name]", STUDENT)
        self.student.get_by_role("button", name="Share my camera").click()
        self.until(lambda: self._own("count(*)", "at_ms > 0")[0][0], "the student's first reading")
        self.nobody_else_joins()

    def nobody_else_joins(self) -> None:
        """Whoever is here now is who must be here after each outage."""
        self._students = self.rows("select id, name from students order by id")

    def suffers(self, name: str, cause: Callable[[], Outage], goes_on: bool = False) -> Seen:
        """Let it happen and see what comes of it.

        Args:
            cause: makes it happen, and lets it end.
            goes_on: readings are made all the time, and only cannot be stored.
        """
        self.settle()
        outage = cause()
        back_ms = self.until(lambda: self._first_stored(outage.ended_ms), f"a reading after: {name}")
        self.pause(2)
        return Seen(
            name,
            outage.proof,
            round((outage.ended_ms - outage.began_ms) / 1000, 1),
            outage.board,
            round((back_ms - outage.ended_ms) / 1000, 1),
            round((self._hole_ms(outage) if goes_on else self._missing_before_ms(outage)) / 1000, 1),
            0 if goes_on else self._read_in(outage),
            self.is_whole(),
        )

    def settle(self) -> None:
        """Wait until the student has been read for some seconds without a hole."""

        def is_steady() -> bool:
            return self._own("count(*)", "at_ms > ?", now_ms() - 4_000)[0][0] >= 2

        self.until(is_steady, "steady readings")

    def is_whole(self) -> bool:
        """The same students in the same rows, and a database that passes its own check."""
        students = self.rows("select id, name from students order by id")
        return students == self._students and self.database_is_whole()

    def database_is_whole(self) -> bool:
        if self.rows != self.server.rows:
            return True  # a database server looks after its own files
        return self.rows("pragma integrity_check") == [("ok",)] and self.rows("pragma foreign_key_check") == []

    @property
    def tile(self) -> Locator:
        return self.teacher.locator(".tile", has=self.teacher.get_by_title(STUDENT, exact=True))

    def board_says(self) -> str:
        """What the board says of the student now; empty when it is not there."""
        return self.tile.get_attribute("data-state", timeout=2_000) if self.tile.count() else ""

    def pause(self, seconds: float) -> None:
        """The teacher's browser goes on meanwhile; it is never the one to which something happens."""
        self.teacher.wait_for_timeout(seconds * 1000)

    def until(self, happened: Callable[[], object], what: str, within_s: float = PATIENCE_S):
        """What ``happened`` gives as soon as it is true."""
        until = time.monotonic() + within_s
        while not (result := happened()):
            if time.monotonic() > until:
                raise SystemExit(f"not within {within_s:.0f} s: {what}")
            self.pause(0.1)
        return result

    def _first_stored(self, after_ms: int) -> int | None:
        return self._own("min(stored_ms)", "at_ms >= ?", after_ms)[0][0]

    def _missing_before_ms(self, outage: Outage) -> int:
        return outage.began_ms - self._own("max(at_ms)", "at_ms <= ?", outage.began_ms)[0][0]

    def _hole_ms(self, outage: Outage) -> int:
        found = self._own("at_ms", "at_ms between ? and ? order by at_ms", outage.began_ms, outage.ended_ms)
        times = [outage.began_ms, *(at_ms for (at_ms,) in found), outage.ended_ms]
        return max(later - earlier for earlier, later in zip(times, times[1:], strict=False))

    def _read_in(self, outage: Outage) -> int:
        within = (outage.began_ms + ON_ITS_WAY_MS, outage.ended_ms)
        return self._own("count(*)", "at_ms > ? and at_ms < ? and reason is null", *within)[0][0]

    def _own(self, what: str, where: str, *values: int) -> list[tuple]:
        """Of the readings of the one to whom it happens."""
        own = f"student_id = (select id from students where name = '{STUDENT}')"
        return self.rows(f"select {what} from readings where {own} and {where}", *values)


@contextmanager
def behind_a_cable(playwright: Playwright, folder: Path) -> Iterator[tuple[OutageClass, OwnNetwork]]:
    """A class whose student sits in a network of its own."""
    network = OwnNetwork()
    server = ServerProcess(folder / "server", address="0.0.0.0")
    url = f"http://{HERE}:{server.port}"
    teachers = launch(playwright)
    students = launch(
        playwright,
        _face(folder),
        program=network.inside(chromium_path(), folder),
        # Elsewhere the camera would need HTTPS; that is not what is measured.
        flags=[f"--unsafely-treat-insecure-origin-as-secure={url}"],
    )
    try:
        server.start()
        yield OutageClass(server, teachers.new_page(), students, url, server.rows), network
    finally:
        for browser in (students, teachers):
            browser.close()
        server.stop()
        network.close()


@contextmanager
def on_postgres(playwright: Playwright, folder: Path) -> Iterator[tuple[OutageClass, Postgres]]:
    """A class that is kept in a PostgreSQL of its own."""
    folder.mkdir(parents=True)
    must(programs(), "there is no PostgreSQL server (apt install postgresql)")
    (folder / "postgres").mkdir()
    postgres = Postgres(programs(), folder / "postgres")
    server = ServerProcess(folder / "server", {"DATABASE_URL": postgres.url})
    browser = launch(playwright, _face(folder))

    def rows(query: str, *values: object) -> list[tuple]:
        with psycopg.connect(postgres.url) as connection:
            return connection.execute(query.replace("?", "%s"), values).fetchall()

    try:
        server.start()
        yield OutageClass(server, browser.new_page(), browser, server.url, rows), postgres
    finally:
        browser.close()
        server.stop()
        postgres.stop()


def _face(folder: Path) -> Path:
    return write_clip(folder / "camera.y4m", moving(webcam_frame(320, 240)))


def open_class(page: Page, server: ServerProcess) -> str:
    """Make the first account and open a class; gives its join code."""
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(server.url + LIVE)
    page.fill("input[name=setup_key]", server.setup_key())
    page.fill("input[name=user_name]", "Teacher")
    page.fill("input[name=secret]", "benchmark only")
    page.click("button.main")
    confirm_lawful_basis(page)
    page.get_by_label("Title").fill("Outages")
    page.get_by_role("button", name="Open the class").click()
    return page.locator(".big-code").inner_text().replace("-", "").strip()


def must(happened: object, what: str) -> None:
    """An outage that did not happen proves nothing."""
    if not happened:
        raise SystemExit(f"it did not happen: {what}")


def now_ms() -> int:
    return time.time_ns() // 1_000_000
