"""The rules as one table that a teacher can edit, each with how often it was right."""

import streamlit as st

from classroom.alert_rules import BY_NAME, RULES, changed_rules
from classroom.alert_words import usefulness
from classroom.errors import BadInput, StoreError
from classroom.ui import forms
from classroom.ui.page import Visit

_KEY, _VERSION = "rules", "rules_version"


def rules_table(visit: Visit) -> None:
    """Table and button. A change counts from the next class on."""
    alerts = visit.server.store.alerts
    changes, verdicts = alerts.rule_changes(visit.teacher.id), alerts.verdicts(visit.teacher.id)
    rows = [
        {
            "Rule": rule.title,
            "On": rule.is_on,
            "Threshold (%)": round(rule.threshold * 100),
            "Looks back (s)": round(rule.for_s),
            "So far": usefulness(verdicts.get(rule.name)),
        }
        for rule in changed_rules({name: change for name, change in changes.items() if name in BY_NAME})
    ]
    st.caption(
        "A rule says something when what it looks for filled this share of the time it looks back. A higher threshold"
        " and a longer time mean fewer and later alerts. Changes count from the next class on."
    )
    key = f"{_KEY}-{st.session_state.get(_VERSION, 0)}"
    edited = st.data_editor(rows, key=key, hide_index=True, disabled=["Rule", "So far"], height="content")
    with st.container(horizontal=True):
        if st.button("Save the rules", type="primary"):
            _save(visit, edited)
        if st.button("Back to the usual ones", disabled=not changes):
            alerts.change_rules(visit.teacher.id, {})
            st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1
            st.rerun()


def _save(visit: Visit, edited: list[dict]) -> None:
    wanted = {
        rule.name: (bool(row["On"]), (row["Threshold (%)"] or 0) / 100, float(row["Looks back (s)"] or 0))
        for rule, row in zip(RULES, edited, strict=True)
    }
    try:
        changed_rules(wanted)
        usual = {rule.name: (rule.is_on, rule.threshold, rule.for_s) for rule in RULES}
        changes = {name: change for name, change in wanted.items() if change != usual[name]}
        visit.server.store.alerts.change_rules(visit.teacher.id, changes)
    except (BadInput, StoreError) as error:
        st.error(forms.as_text(str(error)))
        return
    st.success("Saved. The rules count from the next class on.")
