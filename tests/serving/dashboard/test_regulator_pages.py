"""The report to the regulator: months, bases, outcomes, and its file."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from features.database import writing
from features.history import add_appeals
from features.schema import Appeal
from features.tables import DECISIONS
from models.grounds import FILE, Grounds
from serving.dashboard.regulator_csv import COLUMNS
from serving.dashboard.regulator_page import Typed, last_months, months_of
from serving.dashboard.regulator_reading import Months, carried_over, complaints_of
from serving.dashboard.roles import Role

PERIOD = {"since": "2025-02", "until": "2025-03"}
DECLARED = "policies: {payment_hold: {ground: incompatible, category: scams_and_fraud}}"


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_report_is_for_managers(house, viewer, manager):
    reviewer = house.client(Role.REVIEWER)
    for path in ("/regulator", "/regulator.csv", "/regulator-template.csv"):
        assert viewer.get(path).status_code == reviewer.get(path).status_code == 403
        assert manager.get(path, params=PERIOD).status_code == 200
        assert house.client(follow_redirects=False).get(path).status_code == 303


def test_the_page_tells_complaints_outcomes_and_how_they_are_counted(manager):
    page = manager.get("/regulator", params=PERIOD).text
    assert "<dt>Complaints submitted</dt><dd>117</dd>" in page
    assert "No grounds are declared" in page
    assert "How the figures are made" in page
    assert "Fewer than 5 complaints are never told alone" in page
    assert "&#39;Decisions partially reversed&#39; is empty, not 0" in page
    assert "Tables 1 to 6 and 8 to 11" in page


def test_the_file_has_the_figures_of_the_history_under_stable_names(house, manager):
    answer = manager.get("/regulator.csv", params=PERIOD)
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="complaints-2025-02-2025-03.csv"' in answer.headers["content-disposition"]
    rows = rows_of(answer)
    assert tuple(rows[0]) == COLUMNS
    total = rows[0]
    assert (total["dimension"], total["value"], total["month"]) == ("total", "all", "")
    assert total["complaints_submitted"] == "117"
    decided = int(total["decisions_upheld"]) + int(total["decisions_reversed"])
    assert decided == int(total["decisions"]) == 117 - int(total["decisions_omitted"])
    assert float(total["median_time_hours"]) == 24.0
    assert total["automated_detection"] == "117"
    assert total["decisions_partially_reversed"] == ""
    assert "never told alone" in total["note"]
    assert {row["dimension"] for row in rows} >= {"total", "ground", "policy", "language"}
    months = [row["month"] for row in rows if row["dimension"] == "total"][1:]
    assert months == ["2025-02", "2025-03"]


def test_declared_grounds_are_used_and_others_named(full_house):
    (full_house.settings.home / FILE).write_text(DECLARED)
    client = full_house.client(Role.MANAGER)
    page = client.get("/regulator", params=PERIOD).text
    assert "No ground is declared" in page
    assert "<bdi>counterfeit</bdi>" in page
    grounds = {
        row["value"]: int(row["complaints_submitted"])
        for row in rows_of(client.get("/regulator.csv", params=PERIOD))
        if row["dimension"] == "ground" and not row["month"]
    }
    assert grounds.keys() == {"incompatible", "other"}
    assert sum(grounds.values()) == 117


@pytest.mark.parametrize("text", ["policies: [", "policies: {a: {ground: unfair}}"])
def test_grounds_that_cannot_be_read_are_told_and_nothing_is_exported(full_house, text):
    (full_house.settings.home / FILE).write_text(text)
    client = full_house.client(Role.MANAGER)
    page = client.get("/regulator", params=PERIOD)
    assert page.status_code == 422
    assert "dsa.yaml in REDRESS_HOME" in page.text
    assert client.get("/regulator.csv", params=PERIOD).status_code == 422


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        ("march", "2025-03", "is not a month"),
        ("2025-13", "2025-12", "is not a month"),
        ("2025-00", "2025-12", "is not a month"),
        ("0000-01", "2025-12", "is not a month"),
        ("2025-03", "2025-02", "is before the first"),
        ("2022-01", "2025-02", "at most 24 months"),
        ("2025-01", "2999-01", "is in the future"),
        ("<script>", "2025-02", "&lt;script&gt;"),
        ("٢٠٢٥-٠١", "2025-02", "is not a month"),
    ],
)
def test_months_that_are_none_are_shown_again_with_the_reason(manager, since, until, why):
    asked = {"since": since, "until": until}
    page = manager.get("/regulator", params=asked)
    assert page.status_code == 422
    assert why in page.text
    assert "Download as CSV" not in page.text
    assert manager.get("/regulator.csv", params=asked).status_code == 422


def test_a_period_without_complaints_tells_nothing(manager):
    asked = {"since": "2024-01", "until": "2024-02"}
    assert "nothing is told" in manager.get("/regulator", params=asked).text
    rows = rows_of(manager.get("/regulator.csv", params=asked))
    assert rows[0]["complaints_submitted"] == ""
    assert rows[0]["note"].startswith("Fewer than 5 complaints")


def test_by_default_it_is_of_the_last_months_that_are_over():
    assert last_months(date(2026, 1, 31), 6) == Months(date(2025, 7, 1), date(2025, 12, 1))
    assert last_months(date(2025, 7, 1), 6) == Months(date(2025, 1, 1), date(2025, 6, 1))
    months = months_of(Typed("2025-11", "2026-01"), date(2026, 1, 31))
    assert months.names == ("2025-11", "2025-12", "2026-01")
    assert months.end == datetime(2026, 2, 1, tzinfo=UTC)


def test_a_decision_after_the_period_leaves_a_complaint_pending_and_the_latest_one_counts(
    new_house,
):
    filed = datetime(2025, 3, 30, tzinfo=UTC)
    before = datetime(2025, 2, 27, tzinfo=UTC)
    decisions = [
        ("late", filed + timedelta(days=3), "overturned"),
        ("twice", filed + timedelta(hours=6), "upheld"),
        ("twice", filed + timedelta(hours=12), "overturned"),
        ("carried", before + timedelta(days=4), "upheld"),
        ("done", before + timedelta(hours=1), "upheld"),
    ]
    with writing(new_house.engine) as connection:
        appeals = {"late": filed, "twice": filed, "carried": before, "done": before}
        add_appeals(
            connection,
            [Appeal(appeal_id=key, submitted_at=when, text="t") for key, when in appeals.items()],
        )
        names = ("appeal_id", "decided_at", "outcome")
        connection.execute(
            insert(DECISIONS), [dict(zip(names, row, strict=True)) for row in decisions]
        )
    march = Months(date(2025, 3, 1), date(2025, 3, 1))
    told = complaints_of(new_house.engine, march, Grounds(policies={}))
    assert told["outcome"].isna().sum() == 1
    assert told["outcome"].dropna().tolist() == ["reversed"]
    assert told["days"].dropna().tolist() == [0.5]
    assert set(told["ground"]) == {"other"}
    carried = carried_over(new_house.engine, march, Grounds(policies={}))
    assert carried["outcome"].tolist() == ["upheld"]
