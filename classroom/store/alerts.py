"""Alerts with the teacher's verdicts, and the rules as a teacher has changed them."""

from collections.abc import Mapping

from sqlalchemy import case, delete, func, insert, select, update

from classroom.records import Alert
from classroom.store.database import Database
from classroom.store.tables import alerts, classes, rule_changes


class AlertTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, class_id: int, student_id: int | None, rule: str, began_ms: int, raised_ms: int, evidence: str
    ) -> Alert:
        """Keep an alert that has just been raised, and give it. One of this rule, student and begin that is there
        already stays as it is, with its verdict."""
        values = {"class_id": class_id, "student_id": student_id, "rule": rule, "began_ms": began_ms}
        it = [alerts.c[name].is_not_distinct_from(value) for name, value in values.items()]
        values |= {"raised_ms": raised_ms, "ended_ms": None, "evidence": evidence, "useful": None}
        with self._database.begin() as connection:
            connection.execute(self._database.insert_new(alerts).values(values))
            return Alert(**connection.execute(select(alerts).where(*it)).mappings().one())

    def end(self, alert_id: int, ended_ms: int, evidence: str) -> None:
        """It is seen no more. ``evidence`` covers the whole time."""
        lasting = (alerts.c.id == alert_id) & alerts.c.ended_ms.is_(None)
        with self._database.begin() as connection:
            connection.execute(update(alerts).where(lasting).values(ended_ms=ended_ms, evidence=evidence))

    def judge(self, class_id: int, alert_id: int, useful: bool | None) -> None:
        """The teacher's verdict; ``None`` takes it back."""
        with self._database.begin() as connection:
            own = (alerts.c.id == alert_id) & (alerts.c.class_id == class_id)
            connection.execute(update(alerts).where(own).values(useful=useful))

    def of_class(self, class_id: int) -> list[Alert]:
        """In the order in which they were raised."""
        query = select(alerts).where(alerts.c.class_id == class_id).order_by(alerts.c.raised_ms, alerts.c.id)
        with self._database.begin() as connection:
            return [Alert(**row) for row in connection.execute(query).mappings()]

    def verdicts(self, teacher_id: int) -> dict[str, tuple[int, int, int]]:
        """By rule over all classes of a teacher: alerts that were called useful, that were judged, and all."""
        useful = func.sum(case((alerts.c.useful.is_(True), 1), else_=0))
        query = select(alerts.c.rule, useful, func.count(alerts.c.useful), func.count()).join(
            classes, classes.c.id == alerts.c.class_id
        )
        query = query.where(classes.c.teacher_id == teacher_id).group_by(alerts.c.rule)
        with self._database.begin() as connection:
            return {rule: (int(found), judged, count) for rule, found, judged, count in connection.execute(query)}

    def rule_changes(self, teacher_id: int) -> dict[str, tuple[bool, float, float]]:
        """By rule what this teacher has changed: whether it is on, its threshold, and for how many seconds."""
        columns = [rule_changes.c[name] for name in ("rule", "is_on", "threshold", "for_s")]
        with self._database.begin() as connection:
            rows = connection.execute(select(*columns).where(rule_changes.c.teacher_id == teacher_id)).all()
        return {rule: (is_on, threshold, for_s) for rule, is_on, threshold, for_s in rows}

    def change_rules(self, teacher_id: int, changes: Mapping[str, tuple[bool, float, float]]) -> None:
        """Replace all changes of this teacher."""
        rows = [
            {"teacher_id": teacher_id, "rule": rule, "is_on": is_on, "threshold": threshold, "for_s": for_s}
            for rule, (is_on, threshold, for_s) in changes.items()
        ]
        with self._database.begin() as connection:
            connection.execute(delete(rule_changes).where(rule_changes.c.teacher_id == teacher_id))
            if rows:
                connection.execute(insert(rule_changes), rows)
