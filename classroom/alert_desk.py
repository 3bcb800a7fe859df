"""Follows every open class with the alert rules, and keeps what they say in the store.

A class is followed whether its teacher looks or not. What was kept is known again by rule, student and begin, so after
a restart or a failure the class is simply read again from its first reading.
"""

import logging
import threading
from dataclasses import replace

from classroom.alert_rules import Rule, changed_rules
from classroom.alerts import GRACE_MS, AlertWatch, Event
from classroom.attention import Attention
from classroom.clock import Clock
from classroom.errors import BadInput, StoreError
from classroom.markers import breaks_of
from classroom.mood import without_breaks
from classroom.records import Alert, ClassInfo
from classroom.store import Store

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.5


class ClassAlerts:
    """The alerts of one class. Not thread-safe.

    Raises (all methods):
        StoreError: the database does not answer, or the class was erased; make a new one of it, nothing is lost.
    """

    def __init__(self, info: ClassInfo, store: Store, rules: tuple[Rule, ...]) -> None:
        self._info, self._store = info, store
        self._watch, self._attention = AlertWatch(info.opened_ms, rules), Attention()
        self._after_id = 0
        self._kept = {(each.rule, each.student_id, each.began_ms): each for each in store.alerts.of_class(info.id)}

    @property
    def alerts(self) -> list[Alert]:
        """All of them, in the order in which they were raised."""
        return sorted(self._kept.values(), key=lambda alert: (alert.raised_ms, alert.id))

    def catch_up(self, until_ms: int) -> None:
        """Look at everything until then, and keep what begins and ends."""
        new = self._store.readings.of_class(self._info.id, after_id=self._after_id)
        if len(new):
            self._after_id = int(new["id"].iloc[-1])
            marked = self._attention.mark(new)
            self._watch.add(without_breaks(marked, breaks_of(self._store.markers.of_class(self._info.id))))
        signals, visits = self._store.signals.of_class(self._info.id), self._store.readings.visits(self._info.id)
        for event in self._watch.advance(until_ms, signals, visits):
            self._keep(event)

    def end(self, at_ms: int) -> None:
        """The class has ended, and with it what lasted."""
        for key, alert in self._kept.items():
            if alert.ended_ms is None:
                self._kept[key] = self._ended(alert, at_ms)

    def judge(self, alert_id: int, useful: bool | None) -> None:
        """The teacher's verdict."""
        self._store.alerts.judge(self._info.id, alert_id, useful)
        for key, alert in self._kept.items():
            if alert.id == alert_id:
                self._kept[key] = replace(alert, useful=useful)

    def leave_out(self, student_id: int) -> None:
        """The student has been erased, and with them the alerts about them."""
        self._kept = {key: alert for key, alert in self._kept.items() if alert.student_id != student_id}
        self._watch.leave_out(student_id)
        self._attention.forget(student_id)

    def series(self, alert: Alert) -> list[float | None]:
        """The last minutes of what its rule saw, ``None`` where nothing was known."""
        return self._watch.series(alert.rule, alert.student_id)

    def _keep(self, event: Event) -> None:
        key = event.rule.name, event.student_id, event.began_ms
        alert = self._kept.get(key)
        if event.is_end:
            if alert and alert.ended_ms is None:
                self._kept[key] = self._ended(alert, event.at_ms)
        elif alert is None:
            kept = (self._info.id, event.student_id, event.rule.name, event.began_ms, event.at_ms, event.evidence)
            self._kept[key] = self._store.alerts.add(*kept)

    def _ended(self, alert: Alert, at_ms: int) -> Alert:
        self._store.alerts.end(alert.id, at_ms, alert.evidence)
        return replace(alert, ended_ms=at_ms)


class AlertDesk:
    """Owns the thread that looks at all open classes. ``close()`` may be called twice."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._classes: dict[int, ClassAlerts] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Catch up with every open class; one that fails does not keep the others waiting."""
        running = self._store.classes.open_classes()
        for info in running:
            with self._lock:
                self._catch_up(info)
        # A demo is erased by whoever starts or ends it, and nobody says so here.
        with self._lock:
            for class_id in set(self._classes) - {info.id for info in running}:
                del self._classes[class_id]

    def of(self, info: ClassInfo) -> list[tuple[Alert, list[float | None]]]:
        """The alerts of an open class, each with the last minutes of what its rule saw."""
        with self._lock:
            found = self._classes.get(info.id)
            return [(alert, found.series(alert)) for alert in found.alerts] if found else []

    def judge(self, info: ClassInfo, alert_id: int, useful: bool | None) -> None:
        """The teacher's verdict, also on an alert of a past class.

        Raises:
            StoreError: the database does not answer.
        """
        with self._lock:
            if info.id in self._classes:
                self._classes[info.id].judge(alert_id, useful)
            else:
                self._store.alerts.judge(info.id, alert_id, useful)

    def end(self, info: ClassInfo, at_ms: int) -> None:
        """A class ends: what was seen until then still counts."""
        with self._lock:
            if found := self._catch_up(info, at_ms):
                found.end(at_ms)
            self._classes.pop(info.id, None)

    def forget(self, class_id: int) -> None:
        with self._lock:
            self._classes.pop(class_id, None)

    def leave_out(self, class_id: int, student_id: int) -> None:
        """A student has been erased. To read the class again for that would be dear: it may be an hour long."""
        with self._lock:
            if class_id in self._classes:
                self._classes[class_id].leave_out(student_id)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _catch_up(self, info: ClassInfo, until_ms: int | None = None) -> ClassAlerts | None:
        """Called with the lock. ``None`` when it failed, or the class was erased meanwhile; it is read again the next
        time, if it is still there."""
        try:
            if info.id not in self._classes:
                self._classes[info.id] = ClassAlerts(info, self._store, self._rules(info))
            found = self._classes[info.id]
            found.catch_up(self._clock() - GRACE_MS if until_ms is None else until_ms)
            return found
        except StoreError:
            self._classes.pop(info.id, None)
            return None
        except Exception:
            logger.exception("The alerts of a class failed in an unforeseen way.")
            self._classes.pop(info.id, None)
            return None

    def _rules(self, info: ClassInfo) -> tuple[Rule, ...]:
        """As the teacher has changed them; a change counts from the next class on."""
        if info.teacher_id is None:
            return changed_rules({})
        try:
            return changed_rules(self._store.alerts.rule_changes(info.teacher_id))
        except BadInput:
            return changed_rules({})  # kept by a version with other limits

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                self.look()
            except StoreError:
                pass  # the recorder says so
            except Exception:
                logger.exception("Looking for alerts failed in an unforeseen way.")
