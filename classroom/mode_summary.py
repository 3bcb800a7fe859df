"""The numbers of a class whose mode has no mood of each student, each with what it rests on."""

from classroom.class_only import NOT_ENOUGH, WINDOW_S
from classroom.report import ClassReport
from classroom.told_windows import is_told
from fer_model.labels import EMOTIONS

# Label, value, and what stands under it.
Number = tuple[str, str, str]


def told_numbers(report: ClassReport) -> list[Number]:
    """Of a class of which only windows are told."""
    timeline = report.timeline
    told = timeline[is_told(timeline)]
    students = f"{told['students_usable'].mean():.0f}" if len(told) else "none"
    of = f"of {timeline['students_present'][told.index].mean():.0f} present" if len(told) else NOT_ENOUGH
    return [
        ("Students", str(len(report.attendance)), "who joined"),
        (f"Windows of {WINDOW_S} s told", f"{len(told)} of {len(timeline)}", f"else {NOT_ENOUGH}"),
        ("Students counted in a window", students, of),
    ]


def told_shares(report: ClassReport) -> dict[str, str]:
    """The mean share of each expression over the windows that are told; empty without one."""
    told = report.timeline[is_told(report.timeline)]
    return {emotion: f"{told[f'share_{emotion}'].mean():.0%}" for emotion in EMOTIONS} if len(told) else {}


def attention_numbers(report: ClassReport) -> list[Number]:
    """Of a class without expressions."""
    sums = report.attention.sum()
    return [
        ("Students", str(len(report.attendance)), "who joined"),
        ("In view", *_share(sums["in_view"], sums["analyses"])),
        ("Facing the screen", *_share(sums["facing"], sums["facing_known"])),
        ("Eyes open", *_share(sums["eyes_open"], sums["eyes_known"])),
    ]


def signal_numbers(report: ClassReport) -> list[Number]:
    """Of a class without cameras."""
    taps = len(report.signals)
    by = report.signals["student_id"].nunique()
    return [
        ("Students", str(len(report.attendance)), "who joined"),
        ("Signals", str(taps), f"of {by} {'student' if by == 1 else 'students'}"),
    ]


def _share(part: float, whole: float) -> tuple[str, str]:
    return (f"{part / whole:.0%}" if whole else "not known"), f"of {whole:,.0f} readings"


def mode_numbers(report: ClassReport) -> list[Number]:
    """The numbers for the class's mode; the moods have their own."""
    shows = report.info.mode.shows
    if not shows.camera:
        return signal_numbers(report)
    return attention_numbers(report) if shows.by_student else told_numbers(report)
