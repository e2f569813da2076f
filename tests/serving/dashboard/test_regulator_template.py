"""Table 7 of the template: its rows word for word, filled in as far as anything is known."""

import csv
import io
from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.grounds import FILE, Contested
from models.transparency import DIMENSIONS, report
from serving.dashboard.regulator_reading import Months
from serving.dashboard.regulator_template import COLUMNS, Filed, template_csv
from serving.dashboard.roles import Role

LEAST = 5
MONTHS = Months(date(2026, 1, 1), date(2026, 2, 1))
HEADER = (
    "Applicability,Service,Reporting period,Section,Indicator,Scope,Value,Contextual Information"
)
SUBMITTED = "Number of complaints submitted to the internal-complaints mechanism"
RESTRICTIONS = "Number of restrictions newly imposed as a result of an internal complaint"
REMOVED = (
    "Complaint regarding a decision to remove or disable access to or restrict visibility of"
    " information"
)
SERVICE = "Complaint regarding a decision to suspend or terminate the provision of the service"
ACCOUNT = "Complaint regarding a decision to suspend or terminate an account "
MONEY = "Complaint regarding a decision to restrict the ability to monetise information"
NOTICE = (
    "Complaint regarding a decision not to take action on a notice submitted in accordance with"
    " Article 16"
)
FLAGGER = (
    "Complaint regarding a decision not to take action on a notice submitted by a Trusted Flagger"
    " in accordance with Article 16"
)
DISPUTES = "Number of disputes submitted to out-of-court dispute settlement bodies"
OUTCOMES = [
    "Total number",
    "Decisions upheld",
    "Decisions partially reversed",
    "Decisions reversed",
    "Median time",
]
TEMPLATE = [
    *((SUBMITTED, scope) for scope in [*OUTCOMES, "Decision omitted"]),
    (RESTRICTIONS, "Total number"),
    *(
        (indicator, scope)
        for indicator in (REMOVED, SERVICE, ACCOUNT, MONEY, NOTICE, FLAGGER)
        for scope in OUTCOMES
    ),
    *(
        (DISPUTES, scope)
        for scope in [*OUTCOMES, "Decision omitted", "Percentage of outcomes implemented"]
    ),
    *(
        (f"Number of suspensions enacted for the provision of manifestly {what}", "Total number")
        for what in ("illegal content ", "unfounded notices", "unfounded complaints")
    ),
]
"""The rows of the Commission's 7_appeals_and_recidivism, in its order."""


def complaints(count, contested, outcome="upheld", days=2.0):
    facts = dict.fromkeys(DIMENSIONS, "x")
    one = {**facts, "month": "2026-01", "contested": contested, "automated": True}
    return [{**one, "outcome": outcome, "days": days if outcome else np.nan}] * count


def filed(*groups, declared=tuple(Contested), **changes):
    rows = pd.DataFrame([row for group in groups for row in group])
    kinds = frozenset(rows["contested"].dropna())
    facts = {"placed": True, "service": "Shop, Ltd", "least": LEAST, **changes}
    found = report(rows, MONTHS.names, LEAST)
    return Filed(found, MONTHS, kinds, frozenset(map(str, declared)), **facts)


def cells(table):
    """Give value and context by indicator and scope."""
    rows = csv.DictReader(io.StringIO(template_csv(table)))
    return {
        (row["Indicator"], row["Scope"]): (row["Value"], row["Contextual Information"])
        for row in rows
    }


MIXED = (
    complaints(6, "visibility"),
    complaints(7, "visibility", "reversed", days=0.51),
    complaints(2, "visibility", None),
    complaints(8, "other"),
)


def test_columns_and_rows_are_those_of_the_template():
    written = template_csv(filed(*MIXED))
    assert written.splitlines()[0] == HEADER == ",".join(COLUMNS)
    rows = list(csv.DictReader(io.StringIO(written)))
    assert [(row["Indicator"], row["Scope"]) for row in rows] == TEMPLATE
    assert [row["Applicability"] for row in rows] == [
        "All",
        *["Only for providers of online platforms"] * (len(TEMPLATE) - 1),
    ]
    assert {row["Reporting period"] for row in rows} == {"2026-01-01/2026-02-28"}
    assert {row["Service"] for row in rows} == {"Shop, Ltd"}
    sections = [row["Section"] for row in rows]
    assert sections == [
        *["Internal complaints mechanism"] * 37,
        *["Out-of-court dispute settlement bodies"] * 7,
        *["Suspensions imposed on repeated offenders"] * 3,
    ]


def test_complaints_are_told_by_what_became_of_them_and_by_what_they_are_about():
    told = cells(filed(*MIXED))
    values = {key: value for key, (value, _) in told.items()}
    total = [values[SUBMITTED, scope] for scope in [*OUTCOMES, "Decision omitted"]]
    assert total == ["23", "14", "", "7", "48", "2"]
    assert [values[REMOVED, scope] for scope in OUTCOMES] == ["15", "6", "", "7", "12"]
    assert "In hours" in told[REMOVED, "Median time"][1]


def test_what_is_not_recorded_is_empty_and_not_nought():
    told = cells(filed(*MIXED))
    empty = {key for key, (value, _) in told.items() if value == ""}
    assert {key for key in told if key[1] == "Decisions partially reversed"} <= empty
    assert {key for key in told if key[0] in (DISPUTES, RESTRICTIONS)} <= empty
    assert {key for key in told if "suspensions" in key[0]} <= empty
    assert all(told[key][1] for key in empty)


def test_a_kind_that_nobody_complained_about_is_nought_where_that_is_known():
    declared = cells(filed(*MIXED))
    assert declared[ACCOUNT, "Total number"] == declared[ACCOUNT, "Decisions reversed"] == ("0", "")
    assert declared[ACCOUNT, "Median time"][0] == ""
    unknown = cells(filed(*MIXED, declared=(Contested.VISIBILITY,)))
    assert unknown[ACCOUNT, "Total number"][0] == ""
    assert "No action is declared" in unknown[ACCOUNT, "Total number"][1]
    unplaced = cells(filed(*MIXED, complaints(9, None), placed=False))
    assert unplaced[ACCOUNT, "Total number"][0] == ""
    assert "the kind is not declared" in unplaced[ACCOUNT, "Total number"][1]
    assert unplaced[SUBMITTED, "Total number"][0] == "32"


def test_a_kind_of_few_complaints_is_not_told_nor_had_by_subtraction():
    told = cells(
        filed(complaints(20, "visibility"), complaints(9, "service"), complaints(3, "account"))
    )
    assert told[SUBMITTED, "Total number"][0] == "32"
    assert told[REMOVED, "Total number"][0] == "20"
    for indicator in (SERVICE, ACCOUNT):
        value, why = told[indicator, "Total number"]
        assert (value, "told together" in why) == ("", True)


@pytest.mark.parametrize("count", [1, LEAST - 1])
def test_of_too_few_complaints_nothing_is_told(count):
    told = cells(filed(complaints(count, "visibility")))
    assert {value for value, _ in told.values()} == {""}


def test_the_file_is_filled_in_from_the_history_and_what_is_declared(full_house):
    with_actions = "policies: {}\nservice: Example\nactions: {funds_held: monetisation}"
    (full_house.settings.home / FILE).write_text(with_actions)
    client = full_house.client(Role.MANAGER)
    answer = client.get("/regulator-template.csv", params={"since": "2025-02", "until": "2025-03"})
    assert 'filename="7_appeals_and_recidivism.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert rows[0]["Service"] == "Example"
    assert rows[0]["Reporting period"] == "2025-02-01/2025-03-31"
    upheld, partly, overturned, hours, omitted = (row["Value"] for row in rows[1:6])
    assert rows[0]["Value"] == "117"
    assert int(upheld) + int(overturned) + int(omitted) == 117
    assert (partly, hours) == ("", "24")
    assert client.get("/regulator-template.csv", params={"since": "never"}).status_code == 422
