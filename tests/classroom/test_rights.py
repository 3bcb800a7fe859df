"""What students may ask for, on a whole server: it reaches the store, what is on its way, and the sums in memory."""

import json

import pytest

from classroom.board import State
from classroom.errors import BadInput, StoreError
from classroom.own_data import MEANINGS, own_data_json
from classroom.records import Sharing, SignalKind
from classroom.rights import TAKEN_BACK_MS
from classroom.store.tables import metadata
from classroom.watched import Watched, watched
from tests.fakes import MONDAY_MS, camera_frame, face, serve, sign_up


@pytest.fixture
def info(server):
    return server.store.classes.open(sign_up(server.accounts).teacher.id, "Optics", ("Ann", "Ben"), server.clock())


def join(server, info, name: str):
    student, token = server.join(info.code, name, True, insists_on=name)
    server.presence.page_ran(student, f"page of {name}")
    return student, token


def send(server, clock, *students, emotion: str = "happy", seconds: int = 1) -> None:
    """A frame a second of each, read and recorded."""
    server.engine.answer = face(emotion)
    for _ in range(seconds):
        clock.advance(1)
        for student in students:
            server.presence.page_ran(student, "page")
            server.frame_arrived(student, camera_frame())
        serve(server.ticker, clock() / 1000)
        server.recorder.flush()


def board(server, info):
    return server.board(info).look(max_age_ms=-1)


def readings(server, info, student) -> list[int]:
    frame = server.store.readings.of_class(info.id, student_id=student.id)
    return frame["at_ms"].tolist()


class TestTakingBack:
    def test_the_last_minute_goes_from_the_store_and_from_every_sum_of_the_board(self, server, info, clock):
        ann, ben = join(server, info, "Ann")[0], join(server, info, "Ben")[0]
        send(server, clock, ann, ben, emotion="happy", seconds=30)
        send(server, clock, ann, ben, emotion="fear", seconds=61)
        live = server.board(info)
        assert int(live.look(max_age_ms=-1).drawn["fear"].sum()) == 122, "a page that is open has this board"
        assert server.rights.take_back(ann) == 61
        assert readings(server, info, ann) == [MONDAY_MS + second * 1000 for second in range(1, 31)]
        assert len(readings(server, info, ben)) == 91
        look = live.look(max_age_ms=-1)
        assert (int(look.drawn["fear"].sum()), int(look.drawn["happy"].sum())) == (61, 60)
        tiles = {tile.name: tile for tile in look.tiles}
        assert (tiles["Ann"].analyses, tiles["Ann"].emotion) == (30, None)
        assert tiles["Ben"].emotion == "fear"

    def test_what_waits_is_being_read_or_lies_in_the_slot_goes_too(self, server, info, clock):
        ann, _ = join(server, info, "Ann")
        send(server, clock, ann, seconds=2)
        clock.advance(1)
        server.frame_arrived(ann, camera_frame())
        serve(server.ticker, clock() / 1000)  # read, and waiting for the next commit
        clock.advance(1)
        server.frame_arrived(ann, camera_frame())  # not read yet
        assert server.rights.take_back(ann) == 3
        serve(server.ticker, clock() / 1000)
        server.recorder.flush()
        assert readings(server, info, ann) == []
        send(server, clock, ann)
        assert len(readings(server, info, ann)) == 1, "it goes on afterwards"

    def test_an_alert_that_rested_on_it_is_taken_from_the_board_and_not_raised_again(self, server, info, clock):
        ann, _ = join(server, info, "Ann")
        server.store.alerts.add(info.id, ann.id, "unpleasant", clock(), clock(), "20 of 20 readings")
        server.alerts.look()
        assert len(server.alerts.of(info)) == 1
        server.rights.take_back(ann)
        server.alerts.look()
        assert server.alerts.of(info) == []

    def test_pressed_again_at_once_it_is_refused(self, server, info, clock):
        (ann, _), (ben, _) = join(server, info, "Ann"), join(server, info, "Ben")
        server.rights.take_back(ann)
        clock.advance(9)
        with pytest.raises(BadInput, match="just done this"):
            server.rights.take_back(ann)
        server.rights.take_back(ben)
        clock.advance(1)
        server.rights.take_back(ann)

    def test_nothing_to_take_back_is_no_error(self, server, info, clock):
        ann, _ = join(server, info, "Ann")
        send(server, clock, ann, seconds=1)
        clock.advance(TAKEN_BACK_MS / 1000 + 1)
        assert server.rights.take_back(ann) == 0
        assert len(readings(server, info, ann)) == 1


class TestErasing:
    def test_nothing_is_left_and_nothing_comes_afterwards(self, server, info, clock):
        (ann, token), (ben, _) = join(server, info, "Ann"), join(server, info, "Ben")
        send(server, clock, ann, ben, seconds=3)
        server.signal(ann, SignalKind.HAND_UP)
        server.frame_arrived(ann, camera_frame())
        serve(server.ticker, 3e9)  # read, and waiting
        server.frame_arrived(ann, camera_frame())  # not read yet
        server.rights.erase(ann)
        server.frame_arrived(ann, camera_frame())
        serve(server.ticker, 4e9)
        server.recorder.flush()
        assert server.student_of(token) is None
        assert {name for name, rows in server.rights.everything(ann).items() if rows} == {"classes"}
        assert server.slots.last_arrival_ms(ann.id) is None
        look = board(server, info)
        assert [tile.name for tile in look.tiles] == ["Ben"]
        assert int(look.drawn["happy"].sum()) == 3, "Ben's"
        assert look.signals == ()
        assert server.store.classes.roster(info.id) == ["Ben"]
        assert server.rights.was_erased(ann) and not server.rights.was_erased(ben)

    def test_the_name_is_free_again(self, server, info):
        ann, _ = join(server, info, "Ann")
        server.rights.erase(ann)
        assert join(server, info, "Ann")[0].id > ann.id

    def test_a_store_that_is_away_erases_nothing_by_halves_for_the_page(self, server, info, monkeypatch):
        ann, token = join(server, info, "Ann")
        with monkeypatch.context() as patch:
            patch.setattr(server.store.rights, "erase", _away)
            with pytest.raises(StoreError):
                server.rights.erase(ann)
        assert not server.rights.was_erased(ann), "the page would look for the student for ever"
        server.rights.erase(ann)
        assert server.student_of(token) is None

    def test_an_erased_class_takes_the_recording_along_that_it_was_made_from(self, server, info):
        class Job:
            teacher_id, saved_as, stage, upload_id = 7, info.id, None, "upload"

            def stop(self) -> None: ...

        server.jobs._jobs[7] = Job()
        server.keeping.erase_class(info)
        assert server.jobs.of(7) is None


class TestTheFile:
    def test_it_is_complete_and_everything_in_it_has_a_meaning(self, server, info, clock):
        ann, _ = join(server, info, "Ann")
        send(server, clock, ann, seconds=2)
        clock.advance(1)
        server.frame_arrived(ann, camera_frame())
        serve(server.ticker, 3e9)
        content = json.loads(own_data_json(server.rights.everything(ann), clock(), server.keeping.deletion_ms(info)))
        assert len(content["tables"]["readings"]) == 3, "also what waited for its commit"
        assert set(content["tables"]["readings"][0]) == {column.name for column in metadata.tables["readings"].columns}
        assert content["made"] == "2026-01-05T10:00:03+00:00"
        assert content["deleted"] == "2026-04-05T10:00:03+00:00"
        explained = {name.partition(".")[0] for name in MEANINGS}
        assert set(content["tables"]) - explained == {"classes"}

    def test_a_server_that_keeps_without_limit_says_so(self):
        content = json.loads(own_data_json({"students": [{"name": "Zoë"}]}, MONDAY_MS, None))
        assert "until" not in content["deleted"] and "erase" in content["deleted"]
        assert content["tables"] == {"students": [{"name": "Zoë"}]}


def test_the_badge_follows_the_frames_and_the_readings_of_the_server(server, info, clock):
    ann, _ = join(server, info, "Ann")

    def says() -> Watched:
        return watched(clock(), server.slots.last_arrival_ms(ann.id), server.ticker.last_read_ms(ann.id))

    assert says() is Watched.NOT
    server.frame_arrived(ann, camera_frame())
    assert says() is Watched.ARRIVES
    serve(server.ticker, 3e9)
    assert says() is Watched.ANALYSED
    server.share(ann, Sharing.PAUSED)
    server.frame_arrived(ann, camera_frame())
    assert says() is Watched.NOT, "whatever the browser still sends"


class TestDeclining:
    """Who shares no camera and whose camera does not work are told apart by nothing that is stored, logged or shown."""

    def rows(self, server, student) -> dict:
        """Every row about a student, without what each student has of their own."""
        own = {"id", "student_id", "name", "name_key", "token_hash"}
        found = server.store.rights.everything(student)
        return {name: [{k: v for k, v in row.items() if k not in own} for row in rows] for name, rows in found.items()}

    def test_rows_tiles_and_logs_are_the_same(self, server, info, clock, caplog):
        caplog.set_level("DEBUG")
        declined, _ = server.join(info.code, "Dan", False, insists_on="Dan")
        broken, token = server.join(info.code, "Eve", True, insists_on="Eve")
        states = []
        for second in range(20):
            if second == 2:  # the browser has said that it gets no camera
                server.share(broken, Sharing.NOTHING)
                broken = server.student_of(token)[0]
            for student in (declined, broken):
                server.presence.page_ran(student, "page")
            server.recorder.flush()
            tiles = [tile for tile in board(server, info).tiles if tile.student_id in (declined.id, broken.id)]
            facts = [{k: v for k, v in vars(tile).items() if k not in ("student_id", "name")} for tile in tiles]
            assert facts[0] == facts[1], f"in second {second}"
            states.append(tiles[0].state)
            clock.advance(1)
        assert (states[0], states[-1]) == (State.JOINING, State.NO_CAMERA)
        assert self.rows(server, declined) == self.rows(server, broken)
        assert [record.getMessage() for record in caplog.records if record.name.startswith("classroom")] == []


def _away(*_, **__):
    raise StoreError("The class database does not answer.")
