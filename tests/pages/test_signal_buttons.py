"""The five buttons of a student, and what the teacher's board makes of them."""

import pytest

from classroom.records import MarkerKind, SignalKind
from classroom.ui import cookies
from classroom.ui.addresses import JOIN, LIVE
from tests.pages.away import away

LABELS = ["Got it", "I'm lost", "Too fast", "Too slow", "Hand up"]


def button(browser, label: str):
    """The button of this label, whether it is pressed or not."""
    (found,) = [each for each in browser.app.button if each.label.removesuffix(" ✓") == label]
    return found


def buttons(browser) -> list[str]:
    return [each.label for each in browser.app.button if each.label.removesuffix(" ✓") in LABELS]


@pytest.fixture
def dan(server, seeded):
    """Joined without a camera."""
    return server.join(seeded.info.code, "Dan", False)


@pytest.fixture
def as_dan(browser, dan):
    browser.cookies[cookies.STUDENT] = dan[1]
    return browser.open(JOIN)


class TestStudent:
    def test_a_student_without_camera_has_five_buttons_none_pressed(self, as_dan):
        assert as_dan.failed == []
        assert buttons(as_dan) == LABELS
        assert "One tap tells your teacher" in as_dan.text

    def test_a_tap_is_kept_and_said_with_a_word(self, as_dan, server, dan):
        button(as_dan, "I'm lost").click().run()
        button(as_dan, "Hand up").click().run()
        assert as_dan.failed == []
        assert buttons(as_dan) == ["Got it", "I'm lost ✓", "Too fast", "Too slow", "Hand up ✓"]
        assert "Your teacher sees: <b>I&#x27;m lost</b>, <b>Hand up</b>" in as_dan.text
        assert set(server.signals.standing(dan[0])) == {SignalKind.LOST, SignalKind.HAND_UP}

    def test_a_second_tap_takes_it_back(self, as_dan, server, dan, clock):
        button(as_dan, "Too fast").click().run()
        clock.advance(3)
        button(as_dan, "Too fast").click().run()
        assert buttons(as_dan) == LABELS
        assert server.signals.standing(dan[0]) == {}

    def test_a_refused_tap_is_said_for_a_while_and_changes_nothing(self, as_dan, server, dan, clock):
        for _ in range(3):
            button(as_dan, "Too fast").click().run()
            clock.advance(1)
        assert as_dan.failed == []
        assert buttons(as_dan) == LABELS
        assert "Wait a few seconds" in as_dan.text
        clock.advance(10)
        as_dan.app.run()
        assert "Wait a few seconds" not in as_dan.text

    def test_a_tap_that_cannot_be_kept_is_said(self, as_dan, server, monkeypatch):
        monkeypatch.setattr(server.store.signals, "add", away)
        button(as_dan, "Got it").click().run()
        assert as_dan.failed == []
        assert "does not answer" in as_dan.text
        assert buttons(as_dan) == LABELS

    def test_a_hand_that_the_teacher_lowered_is_down(self, as_dan, server, ada, seeded, dan):
        button(as_dan, "Hand up").click().run()
        server.markers.lower_hand(ada.teacher, seeded.info, dan[0].id)
        as_dan.app.run()
        assert buttons(as_dan) == LABELS

    def test_the_camera_stays_where_it_is_when_something_is_tapped(self, browser, server, seeded, monkeypatch):
        mounted = []
        monkeypatch.setattr("classroom.ui.student_view.share_camera", lambda *_, **options: mounted.append(options))
        browser.cookies[cookies.STUDENT] = server.join(seeded.info.code, "Eve", True)[1]
        browser.open(JOIN)
        button(browser, "Got it").click().run()
        assert all(each == mounted[0] for each in mounted)
        assert browser.failed == []


class TestBoard:
    @pytest.fixture
    def signalled(self, server, seeded, clock):
        """Ann is lost and raises a hand, Ben is too, Cem thinks it too fast; all are here."""
        ann, ben, cem = seeded.students
        for student in seeded.students:
            server.presence.page_ran(student, "page")
        for student, kind in (
            *((ben, SignalKind.HAND_UP), (ann, SignalKind.HAND_UP)),
            *((ann, SignalKind.LOST), (cem, SignalKind.TOO_FAST)),
        ):
            server.signal(student, kind)
        return seeded

    def test_counts_names_and_of_how_many(self, as_ada, signalled):
        as_ada.open(LIVE)
        assert as_ada.failed == []
        for words in ("<b>2 hands up</b> (Ben, Ann)", "<b>1 lost</b>", "<b>1 too fast</b>", "of 3 present"):
            assert words in as_ada.text
        assert '<div class="said">hand up · lost</div>' in as_ada.text

    def test_a_hand_is_lowered_with_one_click(self, as_ada, server, signalled):
        as_ada.open(LIVE)
        assert [each.label for each in as_ada.app.button if each.label.startswith("Lower")] == [
            "Lower Ben",
            "Lower Ann",
        ]
        next(each for each in as_ada.app.button if each.label == "Lower Ben").click().run()
        assert as_ada.failed == []
        assert "<b>1 hand up</b> (Ann)" in as_ada.text

    def test_a_class_in_which_nobody_said_anything(self, as_ada, seeded):
        as_ada.open(LIVE)
        assert "No signals now" in as_ada.text
        assert not [each for each in as_ada.app.button if each.label.startswith("Lower")]

    def test_a_hostile_name_is_text_on_its_button(self, as_ada, server, seeded):
        eve, _ = server.join(seeded.info.code, "<img src=x onerror=alert(1)>", False)
        server.presence.page_ran(eve, "page")
        server.signal(eve, SignalKind.HAND_UP)
        as_ada.open(LIVE)
        assert as_ada.failed == []
        assert not any("<img src=x" in body for kind, body in as_ada.markup if kind == "html")
        (lower,) = [each.label for each in as_ada.app.button if each.label.startswith("Lower")]
        assert lower.startswith("Lower \\<img src\\=x")


class TestMarkers:
    def press(self, browser, label):
        (found,) = [each for each in browser.app.button if each.label == label]
        found.click().run()
        assert browser.failed == []

    def kinds(self, server, seeded):
        return [(each.kind, each.text) for each in server.store.markers.of_class(seeded.info.id)]

    def test_one_button_is_one_marker_with_what_was_typed(self, as_ada, server, seeded):
        as_ada.open(LIVE)
        self.press(as_ada, "Question")
        as_ada.app.text_input(key="marker_text").input("Lenses")
        self.press(as_ada, "New topic")
        assert self.kinds(server, seeded) == [(MarkerKind.QUESTION, ""), (MarkerKind.TOPIC, "Lenses")]

    def test_the_last_one_is_taken_back(self, as_ada, server, seeded):
        as_ada.open(LIVE)
        for label in ("Question", "Joke", "Undo joke"):
            self.press(as_ada, label)
        assert self.kinds(server, seeded) == [(MarkerKind.QUESTION, "")]
        assert "Undo question" in [each.label for each in as_ada.app.button]

    def test_a_break_is_said_and_ended_by_the_same_button(self, as_ada, server, seeded, clock):
        as_ada.open(LIVE)
        self.press(as_ada, "Break")
        assert "Break: not in the statistics" in as_ada.text
        clock.advance(60)
        self.press(as_ada, "Go on")
        assert "Break: not in the statistics" not in as_ada.text
        (pause,) = server.store.markers.of_class(seeded.info.id)
        assert pause.until_ms - pause.at_ms == 60_000

    def test_a_note_without_text_is_a_sentence_for_a_while(self, as_ada, server, seeded, clock):
        as_ada.open(LIVE)
        self.press(as_ada, "Note")
        assert "Type the note first, then press Note." in as_ada.text
        assert self.kinds(server, seeded) == []
        clock.advance(10)
        self.press(as_ada, "Question")
        assert "Type the note first" not in as_ada.text

    def test_a_marker_that_cannot_be_kept_is_said(self, as_ada, server, seeded, monkeypatch):
        as_ada.open(LIVE)
        monkeypatch.setattr(server.store.markers, "add", away)
        self.press(as_ada, "Question")
        assert "does not answer" in as_ada.text

    def test_who_watches_the_demo_can_neither_mark_nor_lower(self, browser, server):
        browser.open(LIVE, demo="1")
        labels = [each.label for each in browser.app.button]
        assert not [label for label in labels if label.startswith(("Lower", "Question", "Break", "Undo"))]
