"""Five modes: what a class of each takes, computes, keeps and gives out."""

import csv
import io
import json
import logging
import zipfile
from datetime import UTC
from html import escape

import pytest

from classroom.class_files import class_file, file_names
from classroom.class_only import GRACE_MS, NOT_ENOUGH, WINDOW_S
from classroom.errors import BadInput, NotAllowed
from classroom.html_report import html_report
from classroom.modes import Mode, allowed_modes, modes_named
from classroom.pseudonyms import COUNT, new_pseudonym
from classroom.records import Reading, Sharing, SignalKind
from classroom.report import class_report
from classroom.server import ClassServer
from classroom.settings import Settings
from fer_model.labels import EMOTIONS
from tests.fakes import FakeEngine, camera_frame, face, fake_engine, serve, sign_up

STUDENTS = ("Ann", "Ben", "Cem", "Dan", "Eve", "Fay")


@pytest.fixture
def server(tmp_path, clock, by_hand):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'modes.db'}", smallest_group=5)
    server = ClassServer(settings, clock, FakeEngine(face("happy"), lively=True))
    server.engines._new_engine = fake_engine
    yield server
    server.close()


@pytest.fixture
def ada(server):
    return sign_up(server.accounts).teacher


def class_of(server, ada, mode: Mode, names=STUDENTS):
    """A class of this mode and its students, who share a camera where they may."""
    info = server.open_class(ada, "Optics", mode=mode)
    joined = []
    for name in names:
        student, token = server.join(info.code, name, True)
        server.student_of(token)
        server.presence.page_ran(student, f"page of {student.id}")
        if not mode.shows.by_student:
            assert server.counts(student, "192.0.2.1", "")
        joined.append(student)
    return info, joined


def send(server, clock, students, seconds: int) -> None:
    """A frame a second of each, read and recorded."""
    for _ in range(seconds):
        clock.advance(1)
        for student in students:
            server.presence.page_ran(student, "page")
            server.frame_arrived(student, camera_frame())
        for turn in (0.0, 0.1):
            serve(server.ticker, clock() / 1000 + turn)
        server.recorder.flush()


def rows(server, info, name: str) -> list[dict[str, str]]:
    data = class_file(server.store, server.store.classes.get(info.id), name, 10, UTC)
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


class TestTheTable:
    def test_every_mode_says_in_one_line_what_it_shows(self):
        lines = [mode.shows.to_teacher for mode in Mode]
        assert len(set(lines)) == len(Mode)
        assert all("\n" not in line and len(line) < 120 for line in lines)

    def test_without_a_camera_nothing_of_a_face_is_there(self):
        for mode in Mode:
            if not mode.shows.camera:
                assert not (mode.shows.expression or mode.shows.pose or mode.shows.room)

    def test_only_where_each_is_shown_are_a_room_and_a_mood(self):
        assert [mode for mode in Mode if mode.shows.mood] == [Mode.NAMES, Mode.PSEUDONYMS]
        assert [mode for mode in Mode if mode.shows.room] == [Mode.NAMES, Mode.PSEUDONYMS]

    def test_without_expressions_no_mode_that_computes_them_is_left(self):
        assert allowed_modes(expression=False) == (Mode.SIGNALS_ONLY, Mode.IN_VIEW)
        with pytest.raises(BadInput, match="forbid every mode"):
            allowed_modes((Mode.SIGNALS_ONLY, Mode.IN_VIEW), expression=False)


class TestTheSettings:
    @pytest.mark.parametrize(
        ("env", "modes", "usual"),
        [
            ({}, tuple(Mode), Mode.NAMES),
            ({"CLASSPULSE_MODE": "Class  only"}, tuple(Mode), Mode.CLASS_ONLY),
            ({"CLASSPULSE_MODE": "in VIEW"}, tuple(Mode), Mode.IN_VIEW),
            ({"CLASSPULSE_MODE": "attention only"}, tuple(Mode), Mode.IN_VIEW),
            ({"CLASSPULSE_FORBIDDEN_MODES": "names, Attention only"}, (Mode.PSEUDONYMS, Mode.CLASS_ONLY, Mode.SIGNALS_ONLY), Mode.PSEUDONYMS),
            ({"CLASSPULSE_EXPRESSION": "OFF "}, (Mode.SIGNALS_ONLY, Mode.IN_VIEW), Mode.SIGNALS_ONLY),
        ],
    )  # fmt: skip
    def test_default_and_forbidden_modes(self, env, modes, usual):
        settings = Settings.from_env(env)
        assert (settings.modes, settings.default_mode) == (modes, usual)

    @pytest.mark.parametrize(
        ("env", "why"),
        [
            ({"CLASSPULSE_MODE": "everything"}, "CLASSPULSE_MODE has 'everything'"),
            ({"CLASSPULSE_MODE": "names", "CLASSPULSE_EXPRESSION": "off"}, "must be one of the modes that are allowed"),
            ({"CLASSPULSE_MODE": "names, class only"}, "must be one of the modes"),
            ({"CLASSPULSE_FORBIDDEN_MODES": ",".join(Mode)}, "forbid every mode"),
            ({"CLASSPULSE_EXPRESSION": "0"}, "must be on or off"),
            ({"CLASSPULSE_SMALLEST_GROUP": "4"}, "from 5 to"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_in_a_sentence(self, env, why):
        with pytest.raises(BadInput, match=why):
            Settings.from_env(env)

    def test_a_mode_whose_name_changed_is_called_by_its_new_one_and_stored_as_before(self):
        assert (Mode.IN_VIEW.title, Mode.IN_VIEW.word, Mode.IN_VIEW.value) == ("In view", "in view", "attention only")
        assert [mode.word for mode in Mode if mode.word != mode.value] == ["in view"]
        with pytest.raises(BadInput, match="signals only, in view[.]"):
            modes_named("attention", "X")

    def test_modes_are_named_in_any_case(self):
        assert modes_named("", "X") == ()
        assert modes_named("CLASS only,,names", "X") == (Mode.CLASS_ONLY, Mode.NAMES)

    def test_a_forbidden_mode_cannot_be_opened(self, tmp_path, clock, by_hand):
        settings = Settings(database_url=f"sqlite:///{tmp_path / 'x.db'}", modes=(Mode.CLASS_ONLY,), default_mode=Mode.CLASS_ONLY)  # fmt: skip
        server = ClassServer(settings, clock, FakeEngine())
        ada = sign_up(server.accounts).teacher
        with pytest.raises(BadInput, match="does not allow “Names”"):
            server.open_class(ada, "Optics", mode=Mode.NAMES)
        assert server.open_class(ada, "Optics").mode is Mode.CLASS_ONLY
        server.close()


class TestNames:
    def test_a_class_has_the_usual_mode_and_keeps_it(self, server, ada):
        info = server.open_class(ada, "Optics")
        assert info.mode is Mode.NAMES
        assert server.store.classes.get(info.id) == info

    def test_every_file_says_the_mode(self, server, ada, clock):
        for mode in Mode:
            info, students = class_of(server, ada, mode, STUDENTS[:2])
            server.signal(students[0], SignalKind.LOST)
            send(server, clock, students, 3)
            server.end_class(info)
            for name in file_names(mode):
                if name.endswith(".csv"):
                    assert {row["mode"] for row in rows(server, info, name)} <= {mode.word}
            assert escape(mode.shows.to_teacher) in _report(server, info)


class TestPseudonyms:
    def test_what_a_student_types_is_stored_nowhere(self, server, ada, clock, tmp_path):
        info, students = class_of(server, ada, Mode.PSEUDONYMS, ["Canary Lastname"])
        send(server, clock, students, 3)
        server.end_class(info)
        server.close()
        files = [path for path in tmp_path.rglob("modes.db*")]
        assert files and not any(b"Canary" in path.read_bytes() for path in files)

    def test_the_cookie_brings_the_same_row_back(self, server, ada):
        info = server.open_class(ada, "Optics", mode=Mode.PSEUDONYMS)
        student, token = server.join(info.code, "", True)
        server.leave(student)
        assert server.student_of(token) == (student, info)
        assert len(student.name.split()) == 2

    def test_names_of_two_classes_have_nothing_to_do_with_each_other(self, server, ada):
        """Were they drawn from the student or in an order, some of forty would be the same."""
        drawn = []
        for _ in range(2):
            info = server.open_class(ada, "Optics", mode=Mode.PSEUDONYMS)
            drawn.append([server.join(info.code, f"Student {number}", False)[0].name for number in range(40)])
        assert all(len(set(names)) == 40 for names in drawn)
        assert sum(one == other for one, other in zip(*drawn, strict=True)) <= 2

    def test_a_name_that_is_taken_is_not_given_again(self):
        taken: list[str] = []
        for _ in range(500):
            taken.append(new_pseudonym(taken))
        assert len(set(taken)) == 500 < COUNT

    def test_a_class_list_is_refused_for_it_has_names(self, server, ada):
        with pytest.raises(BadInput, match="Leave the list empty"):
            server.open_class(ada, "Optics", "Ann\nBen", Mode.PSEUDONYMS)
        assert server.store.classes.open_classes() == []


class TestSignalsOnly:
    def test_a_camera_is_shared_by_nobody_whatever_a_browser_asks_for(self, server, ada, clock):
        info, students = class_of(server, ada, Mode.SIGNALS_ONLY)
        assert {student.sharing for student in students} == {Sharing.NOTHING}
        with pytest.raises(NotAllowed, match="takes no cameras"):
            server.share(students[0], Sharing.CAMERA)
        # As if the page had been made to believe otherwise.
        server.presence.page_ran(students[0], "page")
        server.presence.shares(students[0].id, Sharing.CAMERA)
        server.frame_arrived(students[0], camera_frame())
        assert server.slots.fresh() == []
        with pytest.raises(BadInput, match="no camera of the room"):
            server.share_room(info)

    def test_signals_are_there_with_their_files_and_nothing_of_a_face(self, server, ada, clock):
        info, students = class_of(server, ada, Mode.SIGNALS_ONLY)
        server.signal(students[0], SignalKind.HAND_UP)
        send(server, clock, students, 5)
        server.end_class(info)
        assert file_names(info.mode) == (
            *("attendance.csv", "signals.csv", "markers.csv", "alerts.csv"),
            *("report.html", "everything.zip"),
        )
        assert [row["student"] for row in rows(server, info, "signals.csv")] == ["Ann"]
        assert "happy" not in _report(server, info)
        assert server.store.readings.of_class(info.id).empty


class TestAttentionOnly:
    def test_readings_have_a_pose_and_no_expression(self, server, ada, clock):
        info, students = class_of(server, ada, Mode.IN_VIEW, STUDENTS[:3])
        send(server, clock, students, 5)
        readings = server.store.readings.of_class(info.id)
        assert len(readings) == 15
        assert readings[[f"p_{emotion}" for emotion in EMOTIONS]].isna().all(axis=None)
        assert set(readings["reason"]) == {"not computed"}
        assert readings["yaw_deg"].notna().all()
        assert server.engine.batches == [], "the engine with the network saw a picture"

    def test_two_classes_at_once_are_read_by_their_own_engines(self, server, ada, clock):
        info, students = class_of(server, ada, Mode.IN_VIEW, STUDENTS[:2])
        other, others = class_of(server, ada, Mode.NAMES, STUDENTS[:2])
        send(server, clock, [*students, *others], 3)
        assert set(server.store.readings.of_class(info.id)["reason"]) == {"not computed"}
        assert server.store.readings.of_class(other.id)["reason"].isna().all()

    def test_board_report_and_files_say_what_was_seen_with_its_n(self, server, ada, clock):
        info, students = class_of(server, ada, Mode.IN_VIEW, STUDENTS[:2])
        send(server, clock, students, 180)
        board = server.board(info).look(max_age_ms=-1)
        assert (board.usable_now, board.present_now, board.valence_now) == (2, 2, None)
        assert {tile.emotion for tile in board.tiles} == {None}
        assert board.drawn["facing_share"].dropna().eq(1).all() and board.drawn["facing_known"].sum() > 100
        server.end_class(info)
        report = class_report(server.store, server.store.classes.get(info.id), 10)
        assert report.attention["facing"].sum() == report.attention["facing_known"].sum() > 100
        read = rows(server, info, "attention.csv")
        assert sum(int(row["analyses"]) for row in read) == 360
        assert not set(EMOTIONS) & set(read[0])
        page = _report(server, info)
        assert "Facing the screen" in page and not any(emotion in _without_script(page) for emotion in EMOTIONS)


class TestClassOnly:
    def test_nothing_about_a_face_is_stored_but_told_windows(self, server, ada, clock, caplog):
        with caplog.at_level(logging.DEBUG):
            info, students = class_of(server, ada, Mode.CLASS_ONLY)
            send(server, clock, students, 2 * WINDOW_S + GRACE_MS // 1000 + 1)
        assert server.store.readings.of_class(info.id).empty
        assert server.store.alerts.of_class(info.id) == []
        told = server.store.class_windows.of_class(info.id)
        assert (told["students"] == 6).all() and (told["percent_happy"] == 100).all() and len(told) >= 2
        kept = json.dumps(server.rights.everything(students[0]), default=str)
        assert "happy" not in kept and "percent" not in kept
        assert not any(emotion in caplog.text for emotion in EMOTIONS)

    def test_board_report_and_files_have_shares_of_the_class_and_nobodys_row(self, server, ada, clock):
        info, students = class_of(server, ada, Mode.CLASS_ONLY)
        send(server, clock, students, 70)
        board = server.board(info).look(max_age_ms=-1)
        assert {tile.emotion for tile in board.tiles} == {None}
        assert (board.usable_now, board.valence_now) == (0, None)
        assert board.drawn["share_happy"].dropna().tolist() == [1.0] * board.drawn["share_happy"].notna().sum()
        server.end_class(info)
        assert not {"session.csv", "alerts.csv"} & set(file_names(info.mode))
        told = [row for row in rows(server, info, "class.csv") if not row["note"]]
        assert {(row["students_counted"], row["students_present"], row["happy"]) for row in told} == {("6", "6", "100")}
        assert {row["minutes_analysed"] for row in rows(server, info, "attendance.csv")} == {""}
        data = class_file(server.store, server.store.classes.get(info.id), "everything.zip", 10, UTC)
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            assert set(packed.namelist()) == {
                *("class.csv", "attendance.csv", "signals.csv", "markers.csv", "data-dictionary.csv")
            }
        report = class_report(server.store, server.store.classes.get(info.id), 10)
        assert report.analyses == 0 and report.changes == () and report.alerts == ()
        page = _without_script(_report(server, info))
        assert "Person by person" not in page and "mean of" not in page.lower().replace("mean of the", "")

    def test_too_few_are_told_nowhere(self, server, ada, clock):
        info, students = class_of(server, ada, Mode.CLASS_ONLY, STUDENTS[:4])
        send(server, clock, students, 70)
        assert server.board(info).look(max_age_ms=-1).drawn["share_happy"].isna().all()
        server.end_class(info)
        assert server.store.class_windows.of_class(info.id).empty
        read = rows(server, info, "class.csv")
        assert len(read) >= 3
        assert {row["note"] for row in read} == {NOT_ENOUGH}
        assert {row["students_counted"] for row in read} == {row["happy"] for row in read} == {""}
        assert NOT_ENOUGH in _report(server, info)

    def test_a_restart_does_not_mix_the_groups(self, server, ada, clock, tmp_path):
        info, students = class_of(server, ada, Mode.CLASS_ONLY)
        send(server, clock, students, 40)
        groups = server.store.class_windows.groups(info.id)
        assert groups[1].keys() == {student.id for student in students}
        server.close()
        again = ClassServer(server.settings, clock, FakeEngine(face("sad")))
        # Five of the six are read: of the group of six nobody counts, though five would be enough for a new one.
        send(again, clock, students[:5], 60)
        assert again.store.class_windows.groups(info.id) == groups
        assert (again.store.class_windows.of_class(info.id)["percent_sad"] == 0).all()
        again.close()

    def test_what_touches_a_break_is_not_told(self, server, ada, clock):
        from classroom.records import MarkerKind

        info, students = class_of(server, ada, Mode.CLASS_ONLY)
        send(server, clock, students, 32)
        server.markers.mark(ada, info, MarkerKind.BREAK)
        send(server, clock, students, 5)
        server.markers.go_on(ada, info)
        send(server, clock, students, 60)
        drawn = server.board(info).look(max_age_ms=-1).drawn
        begin_ms = info.opened_ms + 30_000
        assert drawn.loc[begin_ms, "students_usable"] == 0
        assert drawn["students_usable"].max() == 6

    def test_readings_that_wait_are_forgotten_when_a_student_takes_them_back(self, server, ada, clock):
        info, students = class_of(server, ada, Mode.CLASS_ONLY)
        server.recorder.add([Reading(info.id, students[0].id, clock(), face("sad"))])
        server.recorder.take_back(students[0].id, 0, clock(), lambda: 0)
        send(server, clock, students[1:], 25)
        assert (server.store.class_windows.of_class(info.id)["percent_sad"] == 0).all()

    def test_nobody_shares_a_camera_of_the_room(self, server, ada):
        info, _ = class_of(server, ada, Mode.CLASS_ONLY)
        with pytest.raises(BadInput, match="no camera of the room"):
            server.share_room(info)


class TestLawfulBasis:
    def test_no_class_before_it_is_confirmed(self, server):
        teacher = server.accounts.create(server.accounts.new_key(), "Eve", "correct horse battery").teacher
        with pytest.raises(NotAllowed, match="Confirm the lawful basis"):
            server.open_class(teacher, "Optics")
        assert server.store.classes.open_classes() == []


def _report(server, info) -> str:
    report = class_report(server.store, server.store.classes.get(info.id), 10)
    return html_report(report, UTC).decode()


def _without_script(page: str) -> str:
    """Plotly's script has every word in it."""
    before, _, rest = page.partition("<script>")
    return before + rest.partition("</script></head>")[2] if rest else page
