"""The class list beside a class: who was absent, late or left early, and who came without being on it."""

import streamlit as st

from classroom.report import ClassReport
from classroom.roster_match import Listed, RosterCheck, check_roster
from classroom.ui.page import Visit

_TITLES = ("On the list", "Joined as", "Note")


def show_roster(visit: Visit, report: ClassReport) -> None:
    """Nothing at all for a class without a list."""
    roster = visit.server.store.classes.roster(report.info.id)
    if not roster:
        return
    check = check_roster(report.info, roster, report.attendance)
    st.subheader("Class list")
    st.caption(roster_sentence(check))
    st.dataframe(roster_rows(check), hide_index=True)


def roster_sentence(check: RosterCheck) -> str:
    """How many of the list came, and that a match of names is a guess."""
    here = len(check.listed) - len(check.absent)
    others = f" {len(check.unlisted)} came who are not on the list." if check.unlisted else ""
    return f"{here} of {len(check.listed)} on the list were here.{others} Names are matched as they were typed."


def roster_rows(check: RosterCheck) -> list[dict[str, str]]:
    """A row a name: those on the list in its order, then the others."""
    rows = [(each.name, each.attendance.student.name if each.attendance else "", _note(each)) for each in check.listed]
    rows += [("", row.student.name, "not on the list") for row in check.unlisted]
    return [dict(zip(_TITLES, row, strict=True)) for row in rows]


def _note(listed: Listed) -> str:
    if listed.attendance is None:
        return "absent"
    notes = [f"{listed.late_min:.0f} min late"] if listed.late_min else []
    notes += [f"left {listed.early_min:.0f} min early"] if listed.early_min else []
    return ", ".join(notes) or "here"
