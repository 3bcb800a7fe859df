"""Attacks on "class only" by who has the board and its files, and a script that joins: against a whole server."""

import csv
import io
import json
from datetime import UTC

import pytest

from classroom.class_files import class_file
from classroom.class_only import GRACE_MS, WINDOW_S
from classroom.modes import Mode
from classroom.server import ClassServer
from classroom.settings import Settings
from fer_model.labels import EMOTIONS
from tests.fakes import FakeEngine, camera_frame, face, serve, sign_up

K = 5
FRAME = camera_frame(32, 24)
NAMES = [f"Student {letter}" for letter in "ABCDEFGHIJKLMNOPQRST"]


@pytest.fixture
def server(tmp_path, clock, by_hand):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'attacked.db'}", smallest_group=K)
    server = ClassServer(settings, clock, FakeEngine(face("happy"), lively=True))
    yield server
    server.close()


@pytest.fixture
def signed_in(server):
    return sign_up(server.accounts)


def open_class(server, signed_in, names=()):
    return server.open_class(signed_in.teacher, "Optics", "\n".join(names), Mode.CLASS_ONLY)


def join(server, info, name: str, address: str, teacher_token: str = "", insists: bool = True):
    student, token = server.join(info.code, name, True, insists_on=name if insists else "")
    student, _ = server.student_of(token)
    server.presence.page_ran(student, f"page of {name}")
    server.counts(student, address, teacher_token)
    return student


def go_on(server, clock, students, windows: float, odd=None) -> None:
    """So many windows in which these students are read: all are happy, but one, who shows what nobody else does."""
    for _ in range(round(windows * WINDOW_S)):
        clock.advance(1)
        for number, student in enumerate(students):
            server.presence.page_ran(student, "page")
            server.engine.answer = face("fear" if student is odd else "happy")
            server.frame_arrived(student, FRAME)
            serve(server.ticker, clock() / 1000 + number / 1000)
        server.recorder.flush()


def told(server, info) -> list[dict[str, str]]:
    """The rows of the file that somebody with the board downloads now."""
    server.recorder.flush()
    data = class_file(server.store, server.store.classes.get(info.id), "class.csv", 10, UTC)
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def members(server, info) -> dict[int, int]:
    return server.store.class_windows.groups(info.id)[1]


class TestNineScripts:
    """K - 1 scripts and one student."""

    @pytest.mark.parametrize(
        ("listed", "script_at", "caught", "why"),
        [
            (False, "203.0.113.9", False, "they are behind one address, and the class is not"),
            (True, "203.0.113.{}", False, "they are not on the list, wherever they are"),
            (False, "203.0.113.{}", True, "nothing tells them from students: what remains"),
        ],
    )
    def test_a_late_student_and_scripts_make_a_group_only_where_nothing_is_known(
        self, server, signed_in, clock, listed, script_at, caught, why
    ):
        info = open_class(server, signed_in, NAMES if listed else ())
        class_ = [join(server, info, name, f"192.0.2.{n}") for n, name in enumerate(NAMES[:6])]
        go_on(server, clock, class_, 2)
        scripts = [join(server, info, f"Bot number {n}", script_at.format(n)) for n in range(K - 1)]
        go_on(server, clock, [*class_, *scripts], 2)
        late = join(server, info, NAMES[10], "192.0.2.77")
        go_on(server, clock, [*class_, *scripts, late], 3)
        groups = members(server, info)
        assert {student.id for student in class_} <= set(groups)
        assert (late.id in groups) == caught
        if caught:
            assert {groups[script.id] for script in scripts} == {groups[late.id]}

    def test_with_the_list_a_class_goes_on_as_ever_and_who_is_not_on_it_is_told_so(self, server, signed_in, clock):
        info = open_class(server, signed_in, NAMES)
        class_ = [join(server, info, name.upper(), "192.0.2.1", insists=False) for name in NAMES[:6]]
        guest = join(server, info, "A guest", "192.0.2.1")
        assert not server.counts(guest, "192.0.2.1", "")
        go_on(server, clock, [*class_, guest], 3)
        assert set(members(server, info)) == {student.id for student in class_}
        assert {counted for counted, *_ in shares_told(server, info).values()} == {6}

    def test_what_a_teacher_tries_in_the_own_browser_counts_for_nobody(self, server, signed_in, clock):
        info = open_class(server, signed_in)
        trials = [join(server, info, f"Trial {n}", "192.0.2.1", signed_in.token) for n in range(K - 1)]
        class_ = [join(server, info, NAMES[0], "192.0.2.1")]
        go_on(server, clock, [*trials, *class_], 3)
        assert members(server, info) == {}

    def test_before_a_page_has_said_where_it_is_nobody_counts(self, server, signed_in, clock):
        info = open_class(server, signed_in)
        class_ = [join(server, info, name, "192.0.2.1") for name in NAMES[:K]]
        server.windows.forget(info.id)
        go_on(server, clock, class_, 2)
        assert members(server, info) == {}


class TestAddresses:
    def test_they_are_nowhere_in_a_form_that_can_be_read_and_gone_with_the_class(self, server, signed_in, clock):
        info = open_class(server, signed_in)
        class_ = [join(server, info, name, f"198.51.100.{n}") for n, name in enumerate(NAMES[:6])]
        go_on(server, clock, class_, 2)
        rows = json.dumps([server.rights.everything(student) for student in class_], default=str)
        files = b"".join(path.read_bytes() for path in server.store._database.file.parent.glob("attacked.db*"))
        held = repr(server.windows._known)
        assert not any("198.51.100" in each for each in (rows, files.decode("latin-1"), held))
        server.rights.erase(class_[0])
        assert class_[0].id not in server.windows._known[info.id]
        server.end_class(info)
        assert server.windows._known == {}

    def test_two_servers_have_two_keys(self, server, signed_in, tmp_path, clock):
        """Else who has one memory could compare it with another."""
        info = open_class(server, signed_in)
        student = join(server, info, NAMES[0], "198.51.100.1")
        other = ClassServer(server.settings, clock, FakeEngine())
        other.counts(student, "198.51.100.1", "")
        assert server.windows._known[info.id] != other.windows._known[info.id]
        other.close()


class TestComparing:
    """Who has the board downloads twice, or watches for a window, while one student comes, leaves or erases.

    What is told are windows over whole groups, so what two of them have in common or not is a group as well.
    """

    @pytest.mark.parametrize("what", ["joins", "leaves", "erases", "is not read"])
    def test_two_downloads_differ_by_nothing_about_the_one(self, server, signed_in, clock, what):
        info = open_class(server, signed_in)
        class_ = [join(server, info, name, f"192.0.2.{n}") for n, name in enumerate(NAMES[: 2 * K])]
        go_on(server, clock, class_, 3)
        one = join(server, info, NAMES[15], "192.0.2.15") if what == "joins" else class_[0]
        before = shares_told(server, info)
        groups = members(server, info)
        own = {student for student in groups if one.id in groups and groups[student] == groups[one.id]}
        if what == "leaves":
            server.leave(one)
        elif what == "erases":
            server.rights.erase(one)
        here = [*class_, one] if what == "joins" else [student for student in class_ if student is not one]
        go_on(server, clock, here, 3, odd=one)
        after = shares_told(server, info)
        assert before.items() <= after.items(), "what was told is told for good"
        new = [after[at] for at in sorted(after.keys() - before.keys())]
        assert len(new) >= 2, "the class goes on"
        assert {counted for counted, *_ in new} <= {len(groups), len(groups) - len(own)}, "groups as a whole"
        assert not own or len(own) >= K
        assert {shares[1 + EMOTIONS.index("fear")] for shares in new} == {0}, "nothing of what the one shows"

    def test_who_takes_back_the_last_seconds_takes_the_whole_group_out_of_that_window(self, server, signed_in, clock):
        """So the window tells nothing of the others either that could be compared."""
        info = open_class(server, signed_in)
        class_ = [join(server, info, name, f"192.0.2.{n}") for n, name in enumerate(NAMES[: 2 * K])]
        go_on(server, clock, class_, 2.5)
        server.rights.take_back(class_[0])
        go_on(server, clock, class_[1:], 2)
        groups = members(server, info)
        sizes = [counted for counted, *_ in shares_told(server, info).values()]
        own = sum(number == groups[class_[0].id] for number in groups.values())
        assert sizes[-1] == len(groups) - own
        assert set(sizes) <= {len(groups), len(groups) - own}

    def test_a_window_comes_at_its_time_whoever_has_just_come_or_gone(self, server, signed_in, clock):
        """Attack: the moment at which a window appears is no sign of one student."""
        info = open_class(server, signed_in)
        class_ = [join(server, info, name, f"192.0.2.{n}") for n, name in enumerate(NAMES[: 2 * K])]
        appeared, known = [], 0
        for second in range(12 * WINDOW_S):
            go_on(server, clock, class_ if second % 50 < 25 else class_[1:], 1 / WINDOW_S)  # the first comes and goes
            windows = server.store.class_windows.of_class(info.id)
            if len(windows) > known:
                assert len(windows) == known + 1
                known = len(windows)
                appeared.append(clock() - int(windows["window_ms"].iloc[-1]))
        assert known >= 8
        assert set(appeared) == {WINDOW_S * 1000 + GRACE_MS}


def shares_told(server, info) -> dict[str, tuple[int, ...]]:
    """By begin of each window that is told how many students count and the shares."""
    rows = [row for row in told(server, info) if not row["note"]]
    columns = ("students_counted", *EMOTIONS)
    return {row["window_start_utc"]: tuple(int(row[name]) for name in columns) for row in rows}
