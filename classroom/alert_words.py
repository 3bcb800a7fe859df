"""Alerts as a teacher reads them: what was seen, for how long, and what the teacher said of it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from classroom.alert_rules import BY_NAME
from classroom.clock import as_utc
from classroom.records import Alert

# An alert that is over can still be judged on the board for so long; after that it stands in the report.
STAYS_MS = 120_000
MOST_SHOWN = 6
VERDICTS: dict[bool | None, str] = {None: "", True: "useful", False: "not useful"}


def shown_alerts(alerts: Sequence[Alert], at_ms: int) -> list[Alert]:
    """Those for the board: the ones that last, and those just over that nobody has judged; the newest first.

    What was called not useful goes at once.
    """
    kept = [
        alert
        for alert in alerts
        if alert.useful is not False
        and (alert.ended_ms is None or (alert.useful is None and at_ms - alert.ended_ms < STAYS_MS))
    ]
    return sorted(kept, key=lambda alert: (alert.ended_ms is not None, -alert.raised_ms, -alert.id))


def whose(alert: Alert, names: Mapping[int, str]) -> str:
    return "The class" if alert.student_id is None else names.get(alert.student_id, "Somebody")


def title(alert: Alert) -> str:
    """The rule's name, also of a rule that a later version no longer has."""
    return BY_NAME[alert.rule].title if alert.rule in BY_NAME else alert.rule


def how_long(alert: Alert, at_ms: int) -> str:
    """Such as "for 3 min", or "lasted 3 min"."""
    until_ms = at_ms if alert.ended_ms is None else alert.ended_ms
    seconds = max(until_ms - alert.began_ms, 0) / 1000
    length = f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
    return f"for {length}" if alert.ended_ms is None else f"over, lasted {length}"


def alert_rows(alerts: Sequence[Alert], names: Mapping[int, str], zone: tzinfo, until_ms: int) -> list[dict[str, str]]:
    """A row an alert, for the report."""
    return [
        {
            "Time": f"{as_utc(alert.raised_ms).astimezone(zone):%H:%M:%S}",
            "Who": whose(alert, names),
            "What": title(alert),
            "Seen": alert.evidence,
            "How long": how_long(alert, until_ms),
            "Verdict": VERDICTS[alert.useful],
        }
        for alert in alerts
    ]


def usefulness(counts: tuple[int, int, int] | None) -> str:
    """How often a rule was right, as its teacher judged: with its n, and nothing where nobody has judged.

    Args:
        counts: alerts called useful, judged, and all.
    """
    if counts is None:
        return "no alert yet"
    useful, judged, count = counts
    all_of_them = f"{count} alert{'s' if count != 1 else ''}"
    return f"{useful} of {judged} judged ones useful ({all_of_them})" if judged else f"none of {all_of_them} judged"
