"""Alerts on the board, their verdicts in the report, and the rules in the settings."""

import pytest

from classroom.alert_rules import RULES
from classroom.errors import StoreError
from classroom.ui.addresses import LIVE, REPORTS, SETTINGS
from tests.fakes import MONDAY_MS

T = MONDAY_MS


@pytest.fixture
def raised(server, seeded):
    """An alert about Ann that lasts, and one about the class that is over."""
    ann = seeded.students[0]
    lasting = server.store.alerts.add(
        seeded.info.id, ann.id, "away", T, T + 90_000, "facing away in 90% of 80 readings"
    )
    over = server.store.alerts.add(seeded.info.id, None, "too fast", T, T + 60_000, "30% of 20 present students")
    server.store.alerts.end(over.id, T + 70_000, over.evidence)
    return lasting, over


def test_the_board_says_who_what_and_of_how_many_and_takes_a_verdict(as_ada, server, seeded, raised):
    server.alerts.look()
    as_ada.open(LIVE, **{"class": str(seeded.info.id)})
    assert as_ada.failed == []
    assert "<b>Ann</b> · Facing away for long" in as_ada.text and "facing away in 90% of 80 readings" in as_ada.text
    for key, verdict in ((f"verdict-{raised[0].id}-True", True), (f"verdict-{raised[0].id}-undo", None)):
        as_ada.app.button(key=key).click().run()
        assert as_ada.failed == []
        kept = {alert.id: alert.useful for alert in server.store.alerts.of_class(seeded.info.id)}
        assert kept[raised[0].id] is verdict


def test_a_verdict_that_cannot_be_kept_is_said(as_ada, server, seeded, raised, monkeypatch):
    server.alerts.look()
    as_ada.open(LIVE, **{"class": str(seeded.info.id)})

    def away(*_):
        raise StoreError("The class database does not answer.")

    monkeypatch.setattr(server.store.alerts, "judge", away)
    as_ada.app.button(key=f"verdict-{raised[0].id}-True").click().run()
    assert as_ada.failed == []
    assert any("The verdict was not kept." in each.value for each in as_ada.app.error)


def test_a_calm_board_says_so(as_ada, server, ada):
    server.open_class(ada.teacher, "Quiet hour")
    server.alerts.look()
    as_ada.open(LIVE)
    assert "Nothing stands out." in as_ada.text


def test_the_report_has_every_alert_and_without_names_nobodys(as_ada, server, seeded, raised):
    as_ada.open(REPORTS, **{"class": str(seeded.info.id)})
    assert as_ada.failed == []
    table = next(each.value for each in as_ada.app.dataframe if "Verdict" in each.value)
    assert table["Who"].tolist()[:2] == ["The class", "Ann"]
    as_ada.app.toggle[0].set_value(False).run()
    table = next(each.value for each in as_ada.app.dataframe if "Verdict" in each.value)
    assert table["Who"].tolist()[:2] == ["The class", "Student 1"]


def test_the_settings_show_every_rule_with_how_often_it_was_right(as_ada, server, seeded, raised):
    server.alerts.judge(seeded.info, raised[1].id, True)
    as_ada.open(SETTINGS)
    assert as_ada.failed == []
    table = next(each.value for each in as_ada.app.dataframe if "Rule" in each.value)
    assert table["Rule"].tolist() == [rule.title for rule in RULES]
    said = dict(zip(table["Rule"], table["So far"], strict=True))
    assert said["Many say too fast"] == "1 of 1 judged ones useful (1 alert)"
    assert said["Facing away for long"] == "none of 1 alert judged" and said["Hand up for long"] == "no alert yet"


def test_saving_unchanged_rules_changes_none(as_ada, server, ada):
    as_ada.open(SETTINGS)
    next(each for each in as_ada.app.button if each.label == "Save the rules").click().run()
    assert as_ada.failed == [] and "Saved." in as_ada.text
    assert server.store.alerts.rule_changes(ada.teacher.id) == {}
