"""Taps of students and markers of teachers, through the server that pages speak to."""

import pytest

from classroom.errors import BadInput, NotAllowed
from classroom.records import MarkerKind, SignalKind
from classroom.server import ClassServer
from classroom.settings import Settings
from classroom.signalling import DOUBLE_CLICK_MS, SAME_AGAIN_MS, TAPS_A_MINUTE
from classroom.signals import STANDS_MS
from tests.fakes import FakeEngine, sign_up
from tests.pages.away import away

LOST, GOT, FAST, SLOW, HAND = (
    *(SignalKind.LOST, SignalKind.GOT_IT, SignalKind.TOO_FAST),
    *(SignalKind.TOO_SLOW, SignalKind.HAND_UP),
)


@pytest.fixture
def ada(server):
    return sign_up(server.accounts, "Ada").teacher


@pytest.fixture
def info(server, ada):
    return server.open_class(ada, "Optics")


@pytest.fixture
def ann(server, info):
    """Joined without a camera, and is here."""
    student, _ = server.join(info.code, "Ann", False)
    server.presence.page_ran(student, "page")
    return student


def said(server, info) -> list[SignalKind]:
    """What the board says of everybody who is here."""
    server.board(info).look_again()
    return [each.kind for each in server.board(info).look().signals]


class TestSignals:
    def test_a_tap_is_on_the_board_and_on_the_tile(self, server, info, ann):
        server.signal(ann, LOST)
        server.signal(ann, HAND)
        assert said(server, info) == [LOST, HAND]
        (tile,) = server.board(info).look().tiles
        assert tile.signals == (LOST, HAND)
        assert server.board(info).look().count(LOST) == 1

    def test_it_is_taken_back(self, server, info, ann, clock):
        server.signal(ann, LOST)
        clock.advance(2)
        server.take_back(ann, LOST)
        server.take_back(ann, HAND)
        assert said(server, info) == []
        assert server.signals.standing(ann) == {}

    def test_a_double_click_is_one_tap(self, server, ann, clock):
        server.signal(ann, HAND)
        clock.advance(DOUBLE_CLICK_MS / 1000 / 2)
        server.take_back(ann, HAND)
        assert HAND in server.signals.standing(ann)

    @pytest.mark.parametrize(("one", "other"), [(LOST, GOT), (GOT, LOST), (FAST, SLOW), (SLOW, FAST)])
    def test_opposites_replace_each_other_and_nothing_else(self, server, info, ann, one, other):
        for kind in (HAND, one, other):
            server.signal(ann, kind)
        assert said(server, info) == [HAND, other]
        assert set(server.signals.standing(ann)) == {HAND, other}

    def test_after_two_minutes_only_a_hand_is_left(self, server, info, ann, clock):
        server.signal(ann, LOST)
        server.signal(ann, HAND)
        clock.advance(STANDS_MS / 1000)
        server.presence.page_ran(ann, "page")
        assert said(server, info) == [HAND]
        assert set(server.signals.standing(ann)) == {HAND}

    def test_the_same_again_takes_five_seconds(self, server, ann, clock):
        server.signal(ann, LOST)
        clock.advance(2)
        server.take_back(ann, LOST)
        with pytest.raises(BadInput, match="Wait a few seconds"):
            server.signal(ann, LOST)
        server.signal(ann, HAND)
        clock.advance(SAME_AGAIN_MS / 1000 - 2)
        server.signal(ann, LOST)
        assert len(server.store.signals.of_class(ann.class_id)) == 3

    def test_many_taps_a_minute_are_refused_until_the_minute_is_over(self, server, ann, clock):
        for number in range(TAPS_A_MINUTE):
            server.signal(ann, (LOST, FAST, HAND)[number % 3])
            clock.advance(2)
        with pytest.raises(BadInput, match="Wait a little"):
            server.signal(ann, SLOW)
        clock.advance(60 - 2 * TAPS_A_MINUTE)
        server.signal(ann, SLOW)

    def test_a_tap_that_could_not_be_kept_does_not_count(self, server, ann, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr(server.store.signals, "add", away)
            with pytest.raises(Exception, match="does not answer"):
                server.signal(ann, LOST)
        assert server.signals.standing(ann) == {}
        server.signal(ann, LOST)

    def test_who_leaves_says_nothing_any_more_and_who_is_gone_is_not_counted(self, server, info, ann, clock):
        ben, _ = server.join(info.code, "Ben", False)
        server.presence.page_ran(ben, "page")
        for student in (ann, ben):
            server.signal(student, HAND)
        server.leave(ann)
        assert said(server, info) == [HAND]
        assert server.store.signals.standing(ann.id) == []
        clock.advance(60)
        assert said(server, info) == [], "Ben's page has not been heard of for a minute"
        assert len(server.store.signals.standing(ben.id)) == 1, "but he may come back"

    def test_an_ended_class_takes_no_signal(self, server, info, ann):
        server.end_class(info)
        for press in (server.signal, server.take_back):
            with pytest.raises(BadInput, match="has ended"):
                press(ann, LOST)

    def test_a_student_of_an_erased_class_says_nothing(self, server, info, ann, monkeypatch):
        server.keeping.erase_class(info)
        with pytest.raises(BadInput):
            server.signal(ann, LOST)
        monkeypatch.setattr(
            server, "_must_be_open", lambda student: None
        )  # erased between the question and the writing
        with pytest.raises(BadInput, match="deleted"):
            server.signal(ann, LOST)

    def test_what_stands_outlives_the_server(self, server, info, ann, clock, tmp_path):
        server.signal(ann, HAND)
        server.close()
        again = ClassServer(Settings(database_url=f"sqlite:///{tmp_path / 'server.db'}"), clock, FakeEngine())
        assert set(again.signals.standing(ann)) == {HAND}
        again.close()

    def test_asking_what_stands_costs_no_query(self, server, ann, monkeypatch):
        server.signal(ann, HAND)
        monkeypatch.setattr(server.store.signals, "standing", away)
        assert set(server.signals.standing(ann)) == {HAND}


class TestLowering:
    def test_the_teacher_lowers_a_hand_and_nothing_else(self, server, ada, info, ann):
        for kind in (HAND, LOST):
            server.signal(ann, kind)
        server.markers.lower_hand(ada, info, ann.id)
        server.markers.lower_hand(ada, info, ann.id)
        assert said(server, info) == [LOST]
        assert set(server.signals.standing(ann)) == {LOST}

    def test_nobody_lowers_a_hand_in_the_class_of_somebody_else(self, server, info, ann):
        bob = sign_up(server.accounts, "Bob").teacher
        server.signal(ann, HAND)
        with pytest.raises(NotAllowed):
            server.markers.lower_hand(bob, info, ann.id)
        server.markers.lower_hand(bob, server.open_class(bob, "Chemistry"), ann.id)
        assert said(server, info) == [HAND]


class TestMarkers:
    def kinds(self, server, info):
        return [marker.kind for marker in server.board(info).look().markers]

    def test_a_marker_is_on_the_board_at_once_and_taken_back(self, server, ada, info):
        server.board(info).look()
        server.markers.mark(ada, info, MarkerKind.TOPIC, "  Lens\x00es  ")
        server.markers.mark(ada, info, MarkerKind.JOKE)
        assert self.kinds(server, info) == [MarkerKind.TOPIC, MarkerKind.JOKE]
        topic, joke = server.board(info).look().markers
        assert topic.text == "Lenses"
        server.markers.unmark(ada, info, joke)
        assert self.kinds(server, info) == [MarkerKind.TOPIC]

    def test_a_note_needs_a_text(self, server, ada, info):
        with pytest.raises(BadInput, match="Type the note"):
            server.markers.mark(ada, info, MarkerKind.NOTE, " \x00 ")

    def test_a_break_lasts_once_and_until_the_class_goes_on(self, server, ada, info, clock):
        for _ in range(2):
            server.markers.mark(ada, info, MarkerKind.BREAK)
            clock.advance(5)
        assert server.board(info).look().in_break
        server.markers.go_on(ada, info)
        (pause,) = server.board(info).look().markers
        assert pause.until_ms - pause.at_ms == 10_000
        assert not server.board(info).look().in_break

    @pytest.mark.parametrize("who", ["another teacher", "after the end", "after it was deleted"])
    def test_who_may_mark_and_when(self, server, ada, info, who):
        teacher = sign_up(server.accounts, "Bob").teacher if who == "another teacher" else ada
        server.markers.mark(ada, info, MarkerKind.BREAK)
        (marker,) = server.store.markers.of_class(info.id)
        if who == "after the end":
            server.end_class(info)
        elif who == "after it was deleted":
            server.keeping.erase_class(info)
        for act in (
            lambda: server.markers.mark(teacher, info, MarkerKind.JOKE),
            lambda: server.markers.go_on(teacher, info),
            lambda: server.markers.unmark(teacher, info, marker),
        ):
            with pytest.raises(BadInput if who == "after the end" else NotAllowed):
                act()
        assert server.store.markers.of_class(info.id) == ([] if "deleted" in who else [marker])
