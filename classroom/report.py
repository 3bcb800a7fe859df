"""What is left of a class, read from the store and put together for a page."""

from dataclasses import dataclass, field, replace
from datetime import tzinfo

import pandas as pd

from classroom.attendance import Attendance, attendance
from classroom.attention import COUNTS, mark, totals, yawns
from classroom.attention_windows import attention_of_class, attention_windows
from classroom.before_after import BeforeAfter, before_after
from classroom.class_only import WINDOW_S
from classroom.clock import as_utc
from classroom.markers import breaks_of
from classroom.mood import class_windows, coarser, drawable, student_windows, without_breaks
from classroom.records import Alert, ClassInfo, Marker, SignalKind
from classroom.signals import lane, no_signals
from classroom.store import Store
from classroom.told_windows import last_ms, told_timeline
from fer_model.labels import EMOTIONS

SMOOTH_S = (60, 180, 300)

ATTENDANCE_TITLES = (
    *("Student", "Joined", "Left", "Visits", "Minutes present"),
    *("Minutes analysed", "Analyses", "With a usable face"),
)
ATTENTION_NOTE = (
    "Each student is compared with their own first two minutes in view; until then nothing is known. Eyes that look"
    " down on a page look shut. Who faces the screen need not listen, and who looks away may be thinking."
)
ATTENTION_TITLES = ("Student", "In view", "Facing the screen", "Eyes open", "Mouth wide open for 2 s or more")


@dataclass(frozen=True)
class ClassReport:
    """One class. ``timeline`` is ``mood.class_windows``, each ``timeline_s`` long; totals are over the whole class.

    In modes without the expression of each student ``windows`` and ``timeline`` are those of ``attention_windows``, or
    there are no windows of students at all and the timeline is that of ``told_windows``.

    ``attention`` is ``attention.totals`` of what was not a break with ``yawns`` beside them, without a row where no
    geometry is known.

    ``signals`` are as the store gives them and ``lane`` is ``signals.lane`` of the timeline; ``None`` where nobody
    could signal, as in a recording. What lies in a break is in no number but those of attendance.
    """

    info: ClassInfo
    attendance: tuple[Attendance, ...]
    visits: pd.DataFrame
    windows: pd.DataFrame
    timeline: pd.DataFrame
    timeline_s: int
    attention: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*COUNTS, "yawns"]))
    signals: pd.DataFrame = field(default_factory=no_signals)
    lane: pd.DataFrame | None = None
    markers: tuple[Marker, ...] | None = None
    changes: tuple[BeforeAfter, ...] = ()
    alerts: tuple[Alert, ...] = ()

    @property
    def said(self) -> dict[SignalKind, tuple[int, int]]:
        """Taps and students by kind, the kinds that were used."""
        groups = self.signals.groupby("kind")["student_id"]
        found = {kind: own for kind, own in groups}
        return {kind: (len(found[kind]), found[kind].nunique()) for kind in SignalKind if kind in found}

    @property
    def analyses(self) -> int:
        return int(self.windows["analyses"].sum())

    @property
    def usable(self) -> int:
        return int(self.windows["usable"].sum())

    @property
    def counts(self) -> dict[str, int]:
        """Usable readings by the most probable emotion."""
        return {emotion: int(self.windows[emotion].sum()) for emotion in EMOTIONS}

    @property
    def valence(self) -> float | None:
        return float(self.windows["valence_sum"].sum() / self.usable) if self.usable else None


def class_report(store: Store, info: ClassInfo, window_s: int) -> ClassReport:
    """Read a class from the store and sum it up."""
    readings = store.readings.of_class(info.id)
    visits = store.readings.visits(info.id)
    markers = tuple(store.markers.of_class(info.id))
    breaks = breaks_of(markers)
    students = tuple(store.classes.students(info.id))
    marked = mark(readings)
    counted = without_breaks(marked, breaks)
    if info.mode.shows.expression:
        windows = student_windows(counted, window_s)
        timeline, timeline_s = drawable(windows, visits, window_s, breaks)
    else:
        windows = attention_windows(counted, window_s)
        timeline, timeline_s = drawable(windows, visits, window_s, breaks, attention_of_class)
    if not info.mode.shows.by_student:
        told = store.class_windows.of_class(info.id)
        timeline, timeline_s = told_timeline(told, visits, last_ms(info, visits), breaks), WINDOW_S
    signals = store.signals.of_class(info.id)
    return ClassReport(
        *(info, tuple(attendance(students, readings, visits)), visits, windows, timeline, timeline_s),
        attention=totals(counted).join(yawns(counted)),
        signals=signals,
        lane=lane(signals, visits, timeline.index.to_numpy("int64"), timeline_s * 1000),
        markers=markers,
        changes=before_after(markers, marked) if info.mode.shows.mood else (),
        alerts=tuple(store.alerts.of_class(info.id)),
    )


def smoothings(report: ClassReport) -> list[int]:
    """The lengths in seconds of a point of the timeline that can be chosen, the finest first."""
    if not report.info.mode.shows.by_student:
        return [report.timeline_s]
    return [
        report.timeline_s,
        *(step for step in SMOOTH_S if step > report.timeline_s and step % report.timeline_s == 0),
    ]


def smoothed(report: ClassReport, step_s: int) -> ClassReport:
    """The same class with a timeline of longer windows, which are means over more readings; totals stay.

    Args:
        step_s: one of ``smoothings``.
    """
    if step_s == report.timeline_s:
        return report
    breaks = breaks_of(report.markers or ())
    of_class = class_windows if report.info.mode.shows.expression else attention_of_class
    timeline = of_class(coarser(report.windows, step_s), report.visits, step_s, breaks)
    said = report.lane
    if said is not None:
        said = lane(report.signals, report.visits, timeline.index.to_numpy("int64"), step_s * 1000)
    return replace(report, timeline=timeline, timeline_s=step_s, lane=said)


def attendance_table(report: ClassReport, zone: tzinfo) -> pd.DataFrame:
    """A row a student, times in the teacher's zone; visits of the same student are merged.

    Only the columns that the class's mode has.
    """
    if not report.info.mode.shows.mood:
        return _who_was_here(report, zone)
    rows = []
    totals = report.windows.groupby(level="student_id").sum()
    for row in report.attendance:
        student_id = row.student.id
        own = totals.loc[student_id] if student_id in totals.index else pd.Series(0.0, totals.columns)
        analyses, usable = int(own["analyses"]), int(own["usable"])
        rows.append(
            (
                row.student.name,
                f"{as_utc(row.joined_ms).astimezone(zone):%H:%M:%S}",
                f"{as_utc(row.left_ms).astimezone(zone):%H:%M:%S}",
                row.visits,
                round(row.present_ms / 60_000, 1),
                round(row.analysed_ms / 60_000, 1),
                analyses,
                f"{usable / analyses:.0%}" if analyses else "not known",
            )
        )
    return pd.DataFrame(rows, columns=ATTENDANCE_TITLES)


def _who_was_here(report: ClassReport, zone: tzinfo) -> pd.DataFrame:
    """Presence alone, and how long somebody was analysed where that is kept."""
    analysed = report.info.mode.shows.camera and report.info.mode.shows.by_student
    rows = [
        (
            row.student.name,
            f"{as_utc(row.joined_ms).astimezone(zone):%H:%M:%S}",
            f"{as_utc(row.left_ms).astimezone(zone):%H:%M:%S}",
            row.visits,
            round(row.present_ms / 60_000, 1),
            *([round(row.analysed_ms / 60_000, 1)] if analysed else []),
        )
        for row in report.attendance
    ]
    return pd.DataFrame(rows, columns=ATTENDANCE_TITLES[: 6 if analysed else 5])


def attention_table(report: ClassReport) -> pd.DataFrame:
    """A row a student: three things that were seen and never their sum, each beside the n that it is a share of.

    Empty where the geometry of no face is known, as in a recording.
    """
    counts, rows = report.attention, []
    if not counts["facing_known"].any():
        return pd.DataFrame(rows, columns=ATTENTION_TITLES)
    for row in report.attendance:
        own = counts.loc[row.student.id].to_dict() if row.student.id in counts.index else dict.fromkeys(counts, 0)
        rows.append(
            (
                row.student.name,
                _share(own["in_view"], own["analyses"]),
                _share(own["facing"], own["facing_known"]),
                _share(own["eyes_open"], own["eyes_known"]),
                f"{own['yawns']:.0f}" if own["mouth_known"] else "not known",
            )
        )
    return pd.DataFrame(rows, columns=ATTENTION_TITLES)


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.0%} of {whole:,.0f} readings" if whole else "not known"
