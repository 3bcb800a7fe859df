"""Signals, markers, alerts and rules: against SQLite and against PostgreSQL."""

from dataclasses import replace

import pytest

from classroom.naming import MAX_TITLE
from classroom.records import MarkerKind, Reading, SignalKind
from classroom.store import Store
from fer_model.reading import FaceReading, Geometry, Reason
from tests.fakes import MONDAY_MS, add_teacher, face, seed_class

T = MONDAY_MS


class TestSignals:
    def test_a_signal_stands_until_it_is_taken_back(self, store):
        seeded = seed_class(store, add_teacher(store))
        ann, ben = seeded.students[:2]
        hand = store.signals.add(seeded.info.id, ann.id, SignalKind.HAND_UP, T)
        store.signals.add(seeded.info.id, ben.id, SignalKind.HAND_UP, T + 1)
        lost = store.signals.add(seeded.info.id, ann.id, SignalKind.LOST, T + 2)
        assert store.signals.standing(ann.id) == [hand, lost]
        store.signals.end(ann.id, SignalKind.HAND_UP, T + 5)
        assert store.signals.standing(ann.id) == [lost]
        frame = store.signals.of_class(seeded.info.id)
        assert frame["kind"].tolist() == ["hand up", "hand up", "lost"]
        assert frame["student_id"].tolist() == [ann.id, ben.id, ann.id]
        assert frame["until_ms"].iloc[0] == T + 5 and frame["until_ms"].iloc[1:].isna().all()

    def test_a_signal_that_has_ended_keeps_its_end(self, store):
        seeded = seed_class(store, add_teacher(store))
        ann = seeded.students[0]
        store.signals.add(seeded.info.id, ann.id, SignalKind.LOST, T)
        for at_ms in (T + 5, T + 9):
            store.signals.end(ann.id, SignalKind.LOST, at_ms)
        assert store.signals.of_class(seeded.info.id)["until_ms"].tolist() == [T + 5]

    def test_a_class_without_signals_has_the_columns(self, store):
        assert store.signals.of_class(1).columns.tolist() == ["id", "student_id", "kind", "at_ms", "until_ms"]
        assert store.signals.standing(1) == []


class TestMarkers:
    def test_a_break_lasts_until_the_class_goes_on(self, store):
        info = seed_class(store, add_teacher(store)).info
        store.markers.add(info.id, MarkerKind.TOPIC, T + 9, "Optics")
        store.markers.add(info.id, MarkerKind.BREAK, T + 5)
        store.markers.end_break(info.id, T + 8)
        store.markers.end_break(info.id, T + 20)
        pause, topic = store.markers.of_class(info.id)
        assert (pause.kind, pause.at_ms, pause.until_ms) == (MarkerKind.BREAK, T + 5, T + 8)
        assert (topic.kind, topic.text, topic.until_ms) == (MarkerKind.TOPIC, "Optics", None)

    def test_a_marker_is_removed_by_its_own_class_only(self, store):
        teacher = add_teacher(store)
        one, other = (seed_class(store, teacher).info for _ in range(2))
        marker = store.markers.add(one.id, MarkerKind.JOKE, T)
        store.markers.remove(other.id, marker.id)
        assert store.markers.of_class(one.id) == [marker]
        store.markers.remove(one.id, marker.id)
        assert store.markers.of_class(one.id) == []

    def test_a_long_text_is_cut_at_what_fits(self, store):
        info = seed_class(store, add_teacher(store)).info
        assert store.markers.add(info.id, MarkerKind.NOTE, T, "x" * 10_000).text == "x" * MAX_TITLE


class TestAlerts:
    def test_an_alert_lasts_ends_and_is_judged(self, store):
        seeded = seed_class(store, add_teacher(store))
        ann = seeded.students[0]
        one = store.alerts.add(seeded.info.id, ann.id, "away", T, T + 60_000, "30 of 60 readings")
        all_of_them = store.alerts.add(seeded.info.id, None, "pace", T + 1, T + 70_000, "5 of 20 students")
        store.alerts.end(one.id, T + 90_000, "50 of 90 readings")
        store.alerts.end(one.id, T + 99_000, "too late")
        store.alerts.judge(seeded.info.id, all_of_them.id, True)
        first, second = store.alerts.of_class(seeded.info.id)
        assert (first.student_id, first.ended_ms, first.evidence, first.useful) == (
            *(ann.id, T + 90_000, "50 of 90 readings"),
            None,
        )
        assert (second.student_id, second.ended_ms, second.useful) == (None, None, True)

    def test_nobody_judges_the_alerts_of_another_class(self, store):
        teacher = add_teacher(store)
        one, other = (seed_class(store, teacher).info for _ in range(2))
        alert = store.alerts.add(one.id, None, "pace", T, T, "")
        store.alerts.judge(other.id, alert.id, False)
        assert store.alerts.of_class(one.id) == [alert]

    @pytest.mark.parametrize("about_class", [True, False])
    def test_one_that_is_there_already_stays_as_it_is(self, store, store_url, about_class):
        """Also when another server found it; one of another rule, student, begin or class is another one."""
        teacher = add_teacher(store)
        (one, other) = (seed_class(store, teacher) for _ in range(2))
        student_id = None if about_class else one.students[0].id
        first = store.alerts.add(one.info.id, student_id, "away", T, T + 90_000, "30 of 60 readings")
        store.alerts.judge(one.info.id, first.id, False)
        store.alerts.end(first.id, T + 99_000, "33 of 66 readings")
        second_store = Store(store_url)
        again = second_store.alerts.add(one.info.id, student_id, "away", T, T + 91_000, "31 of 61 readings")
        second_store.close()
        assert again == replace(first, useful=False, ended_ms=T + 99_000, evidence="33 of 66 readings")
        for where in (
            *((one.info.id, student_id, "pace", T), (one.info.id, student_id, "away", T + 1)),
            *((one.info.id, one.students[1].id, "away", T), (other.info.id, None, "away", T)),
        ):
            store.alerts.add(*where, T, "")
        assert len(store.alerts.of_class(one.info.id)) == 4
        assert len(store.alerts.of_class(other.info.id)) == 1

    def test_verdicts_are_counted_rule_by_rule_over_the_classes_of_one_teacher(self, store):
        ada, bob = add_teacher(store), add_teacher(store, "Bob")
        for teacher, verdicts in ((ada, (True, True, False, None)), (ada, (None,)), (bob, (False,))):
            info = seed_class(store, teacher).info
            for number, verdict in enumerate(verdicts):
                store.alerts.judge(info.id, store.alerts.add(info.id, None, "pace", T + number, T, "").id, verdict)
        assert store.alerts.verdicts(ada) == {"pace": (2, 3, 5)}
        assert store.alerts.verdicts(bob) == {"pace": (0, 1, 1)}

    def test_changed_rules_are_the_teachers_own_and_replaced_as_a_whole(self, store):
        ada, bob = add_teacher(store), add_teacher(store, "Bob")
        store.alerts.change_rules(ada, {"away": (False, 0.5, 60), "pace": (True, 0.25, 30)})
        store.alerts.change_rules(ada, {"away": (True, 0.7, 90)})
        assert store.alerts.rule_changes(ada) == {"away": (True, 0.7, 90)}
        assert store.alerts.rule_changes(bob) == {}


class TestGeometry:
    def test_it_is_kept_with_a_reading_also_where_the_expression_is_not_known(self, store):
        seeded = seed_class(store, add_teacher(store))
        ann = seeded.students[0]
        held = Geometry(-20.5, 3.0, 1.5, 0.25, 0.5)
        readings = [
            FaceReading(reason=Reason.BLURRED, faces_seen=1, geometry=held),
            FaceReading(face("happy").probs, faces_seen=1),
        ]
        before = len(store.readings.of_class(seeded.info.id))
        store.readings.write([Reading(seeded.info.id, ann.id, T, each) for each in readings], {}, T)
        frame = store.readings.of_class(seeded.info.id).iloc[before:]
        assert frame[["yaw_deg", "pitch_deg", "roll_deg", "eyes_open", "mouth_open"]].iloc[0].tolist() == [
            *(-20.5, 3.0, 1.5, 0.25, 0.5)
        ]
        assert frame["yaw_deg"].isna().tolist() == [False, True]


def test_an_erased_class_takes_all_of_it_along(store):
    seeded = seed_class(store, add_teacher(store))
    ann = seeded.students[0]
    store.signals.add(seeded.info.id, ann.id, SignalKind.LOST, T)
    store.markers.add(seeded.info.id, MarkerKind.NOTE, T)
    store.alerts.add(seeded.info.id, ann.id, "away", T, T, "")
    store.classes.erase(seeded.info.id)
    assert len(store.signals.of_class(seeded.info.id)) == 0
    assert store.markers.of_class(seeded.info.id) == store.alerts.of_class(seeded.info.id) == []
