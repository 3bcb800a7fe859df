from dataclasses import replace

import pytest

from classroom.alert_desk import AlertDesk, ClassAlerts
from classroom.alert_rules import RULES
from classroom.alerts import GRACE_MS
from classroom.codes import token_hash
from classroom.errors import StoreError
from classroom.made_class import made_class
from classroom.records import Alert, MarkerKind, Reading, Sharing, SignalKind
from classroom.store import Store
from fer_model.reading import FaceReading, Reason
from tests.fakes import MONDAY_MS, FakeClock, add_teacher, face

T, SECOND = MONDAY_MS, 1_000


@pytest.fixture
def info(store):
    return store.classes.open(add_teacher(store), "Optics", (), T)


@pytest.fixture
def ann(store, info):
    return store.classes.join(info.id, "Ann", token_hash("ann"), Sharing.CAMERA, T, 60)


@pytest.fixture
def clock():
    return FakeClock(T)


@pytest.fixture
def desk(store, clock, monkeypatch):
    monkeypatch.setattr("classroom.alert_desk.LOOK_EVERY_S", 3_600)  # the test looks itself
    desk = AlertDesk(store, clock)
    yield desk
    desk.close()


def write(store, student, seen: FaceReading, from_s: int, until_s: int) -> None:
    """A reading a second, and presence until the end of it."""
    times = [T + second * SECOND for second in range(from_s, until_s)]
    readings = [Reading(student.class_id, student.id, at_ms, seen) for at_ms in times]
    for i in range(0, len(readings), 5):
        store.readings.write(
            readings[i : i + 5], {student.id: (student.class_id, times[min(i + 4, len(times) - 1)])}, T
        )


class TestDesk:
    def test_an_alert_is_kept_while_nobody_looks_and_ends_with_what_was_seen(self, store, info, ann, desk, clock):
        write(store, ann, face("neutral"), 0, 120)
        write(store, ann, face("sad"), 120, 260)
        clock.advance(265)
        desk.look()
        ((alert, series),) = desk.of(info)
        assert (alert.rule, alert.student_id, alert.ended_ms) == ("unpleasant", ann.id, None)
        assert series[-1] == 1.0
        assert store.alerts.of_class(info.id) == [alert]
        write(store, ann, face("happy"), 260, 400)
        clock.advance(140)
        desk.look()
        assert store.alerts.of_class(info.id)[0].ended_ms is not None

    def test_nothing_younger_than_the_grace_is_looked_at(self, store, info, ann, desk, clock):
        store.signals.add(info.id, ann.id, SignalKind.LOST, T + 100 * SECOND)
        store.readings.write([], {ann.id: (info.id, T)}, T)
        for second in range(0, 200, 5):
            store.readings.write([], {ann.id: (info.id, T + second * SECOND)}, T)
        clock.now_ms = T + 100 * SECOND + GRACE_MS - 1
        desk.look()
        assert desk.of(info) == []
        clock.now_ms = T + 105 * SECOND + GRACE_MS
        desk.look()
        assert [alert.rule for alert, _ in desk.of(info)] == ["lost"]

    def test_a_restart_reads_the_class_again_and_doubles_nothing(self, store, info, ann, desk, clock):
        write(store, ann, face("sad"), 0, 200)
        clock.advance(200)
        desk.look()
        before = store.alerts.of_class(info.id)
        again = AlertDesk(store, clock)
        again.look()
        again.close()
        assert store.alerts.of_class(info.id) == before and len(before) == 1

    def test_two_servers_that_follow_one_class_keep_each_alert_once(self, store, info, ann, desk, clock):
        other = AlertDesk(store, clock)
        for each in (desk, other):
            each.look()  # both know the class, and of no alert
        write(store, ann, face("sad"), 0, 200)
        store.signals.add(info.id, ann.id, SignalKind.LOST, T + 50 * SECOND)
        clock.advance(200)
        for each in (desk, other):
            each.look()
        kept = store.alerts.of_class(info.id)
        assert len(kept) == len({(alert.rule, alert.student_id) for alert in kept}) > 1
        desk.judge(info, kept[0].id, True)
        assert store.alerts.of_class(info.id)[0].useful, "and the verdict is about the one that is shown"
        assert [alert.id for alert, _ in other.of(info)] == [alert.id for alert in kept]
        other.close()

    def test_a_database_that_is_away_loses_no_alert(self, store, info, ann, desk, clock, monkeypatch):
        write(store, ann, face("sad"), 0, 200)
        clock.advance(200)
        with monkeypatch.context() as broken:
            broken.setattr(store.alerts, "add", lambda *_: (_ for _ in ()).throw(StoreError("away")))
            desk.look()
        assert store.alerts.of_class(info.id) == []
        desk.look()
        assert len(store.alerts.of_class(info.id)) == 1

    def test_a_class_that_is_erased_while_it_is_looked_at_is_no_fault(
        self, store, info, ann, desk, clock, monkeypatch, caplog
    ):
        write(store, ann, face("sad"), 0, 200)
        clock.advance(200)
        add = store.alerts.add

        def erased_first(*alert):
            store.classes.erase(info.id)
            return add(*alert)

        monkeypatch.setattr(store.alerts, "add", erased_first)
        desk.look()
        assert caplog.text == ""
        assert desk.of(info) == []

    def test_nothing_is_remembered_of_a_class_that_somebody_erased(self, store, info, ann, desk, clock):
        write(store, ann, face("sad"), 0, 200)
        clock.advance(200)
        desk.look()
        store.classes.erase(info.id)
        desk.look()
        assert desk.of(info) == []

    def test_what_lasts_ends_with_the_class(self, store, info, ann, desk, clock):
        write(store, ann, face("sad"), 0, 200)
        clock.advance(200)
        desk.look()
        desk.end(info, clock())
        assert [alert.ended_ms for alert in store.alerts.of_class(info.id)] == [T + 200 * SECOND]
        assert desk.of(info) == []

    def test_a_class_that_ends_before_anybody_looked_still_has_its_alerts(self, store, info, ann, desk, clock):
        write(store, ann, face("sad"), 0, 200)
        clock.advance(200)
        desk.end(info, clock())
        assert len(store.alerts.of_class(info.id)) == 1

    def test_a_verdict_is_kept_and_can_be_taken_back(self, store, info, ann, desk, clock):
        write(store, ann, face("sad"), 0, 200)
        clock.advance(200)
        desk.look()
        ((alert, _),) = desk.of(info)
        for verdict in (True, False, None):
            desk.judge(info, alert.id, verdict)
            assert desk.of(info)[0][0].useful is verdict and store.alerts.of_class(info.id)[0].useful is verdict

    def test_a_rule_that_the_teacher_has_switched_off_says_nothing(self, store, info, ann, desk, clock):
        store.alerts.change_rules(info.teacher_id, {"unpleasant": (False, 0.85, 90)})
        write(store, ann, face("sad"), 0, 200)
        clock.advance(200)
        desk.look()
        assert desk.of(info) == []

    def test_a_break_is_no_evidence(self, store, info, ann, desk, clock):
        store.markers.add(info.id, MarkerKind.BREAK, T + 60 * SECOND)
        write(store, ann, face("neutral"), 0, 60)
        write(store, ann, face("sad"), 60, 300)
        clock.advance(300)
        desk.look()
        assert desk.of(info) == []


def test_a_past_class_gives_the_alerts_that_its_teacher_saw(store, info):
    """From the store, by the code that runs live: in small portions, and at once."""
    made = made_class(31, students=6, minutes=15, began_ms=T, student_events=1)
    students = {
        number: store.classes.join(info.id, f"S{number}", token_hash(f"{number}"), Sharing.CAMERA, T, 60).id
        for number in range(1, 7)
    }
    probs = [name for name in made.readings if name.startswith("p_")]
    live, at = ClassAlerts(info, store, RULES), 0
    for until_ms in range(T + 20_000, made.ended_ms + 1, 20_000):
        part = made.readings[(made.readings["at_ms"] >= until_ms - 20_000) & (made.readings["at_ms"] < until_ms)]
        rows = []
        for row in part.to_dict("records"):
            known = row["p_happy"] == row["p_happy"]
            seen = (
                FaceReading(tuple(row[name] for name in probs)) if known else FaceReading(reason=Reason(row["reason"]))
            )
            rows.append(Reading(info.id, students[row["student_id"]], row["at_ms"], seen))
        for step in range(until_ms - 20_000, until_ms, 5_000):
            store.readings.write([], {who: (info.id, step) for who in students.values()}, T)
        store.readings.write(rows, {who: (info.id, until_ms) for who in students.values()}, T)
        pressed = made.signals[(made.signals["at_ms"] >= until_ms - 20_000) & (made.signals["at_ms"] < until_ms)]
        for each in pressed.itertuples():
            store.signals.add(info.id, students[each.student_id], SignalKind(each.kind), each.at_ms)
        live.catch_up(until_ms)
        at += len(rows)
    told = [replace(alert, id=0) for alert in live.alerts]
    again = ClassAlerts(info, _ReadsOne(store), RULES)
    again.catch_up(made.ended_ms)
    assert {(a.rule, a.student_id, a.began_ms, a.raised_ms, a.ended_ms) for a in again.alerts} == {
        (a.rule, a.student_id, a.began_ms, a.raised_ms, a.ended_ms) for a in told
    }
    assert at == len(made.readings) and {"hand", "lost", "unpleasant", "no face"} <= {alert.rule for alert in told}


class _ReadsOne:
    """Reads a class of one store and keeps its alerts nowhere: as if nobody had followed it."""

    def __init__(self, store: Store) -> None:
        self.readings, self.signals, self.markers = store.readings, store.signals, store.markers
        self.alerts = _Nowhere()


class _Nowhere:
    def of_class(self, _class_id):
        return []

    def add(self, class_id, student_id, rule, began_ms, raised_ms, evidence) -> Alert:
        return Alert(0, class_id, student_id, rule, began_ms, raised_ms, None, evidence)

    def end(self, *_values) -> None: ...
