"""What the page Model is made of, without a registry: times, cases, slices, drift."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.run_record import Part, RunRecord
from serving.dashboard.model_contenders import learnt_of
from serving.dashboard.model_drift import drift_table
from serving.dashboard.model_figures import weeks_measured
from serving.dashboard.model_reading import (
    Cases,
    Ledgers,
    Mix,
    Spans,
    Traffic,
    spans_of,
    weeks_of,
)
from serving.dashboard.model_slices import FEW, off_in, slice_tables
from serving.dashboard.roles import Role

SEEN = datetime(2025, 3, 3, tzinfo=UTC)
FIRST = datetime(2024, 12, 1, tzinfo=UTC)
NO_CASES = Cases(*(np.array([], kind) for kind in ("datetime64[D]", bool, float, bool, bool)))


def part(dimension="policy", value="a", rows=400, came=0.25, said=0.25, auc=0.7, gap=(None, None)):
    low, high = gap
    figures = (rows, came, said, auc, 0.6, 0.8, 0.15, 0.1, 0.02)
    return Part(dimension, value, *figures, gap_low=low, gap_high=high)


def record(*parts):
    return RunRecord({}, parts, (), None, ())


def test_the_last_weeks_begin_after_all_that_was_learnt():
    spans = spans_of(FIRST, SEEN, SEEN + timedelta(days=40))
    assert spans.learnt.since == FIRST
    assert spans.first.until - spans.first.since <= timedelta(days=28)
    assert spans.first.until <= spans.now.since
    assert spans.now.until - spans.now.since == timedelta(days=14)


def test_weeks_that_are_too_short_are_not_compared():
    assert spans_of(FIRST, SEEN, SEEN + timedelta(days=18)).first is None
    spans = spans_of(FIRST, SEEN, SEEN + timedelta(days=5))
    assert spans.now.since > SEEN
    assert spans_of(FIRST, SEEN, SEEN) == Spans(None, None, None, None)
    unknown = spans_of(None, None, SEEN)
    assert unknown.learnt is unknown.first is unknown.begin is None
    assert unknown.now.until > SEEN


@pytest.mark.parametrize(
    "tags", [{}, {"data_rows": "many", "seen_until": "soon"}, {"data_first": "2025-01-01"}]
)
def test_what_a_version_does_not_say_well_is_not_known(tags):
    class Described:
        pass

    version = Described()
    version.tags = tags
    learnt = learnt_of(version)
    assert learnt.rows is learnt.first is learnt.seen_until is None


def test_scores_count_that_were_given_before_the_decision_for_the_same_words(
    full_house, enter_scores
):
    enter_scores(full_house.engine, "7")
    moment = datetime(2025, 4, 2, tzinfo=UTC)
    spans = spans_of(FIRST, SEEN, moment)
    ledgers = Ledgers(full_house.engine)
    traffic = ledgers.traffic("7", spans, moment, 50)
    assert ledgers.traffic("7", spans, moment, 50) is traffic
    assert traffic.scored == 117
    assert traffic.cases.foreseen.all()
    # Every other appeal of the six themes is decided; the one scored for other words is left out.
    assert len(traffic.cases.probability) == 20 + 12 + 6 + 1 + 15 + 4 - 1
    assert (len(traffic.mixes), traffic.since) == (0, None)
    assert ledgers.traffic("8", spans, moment, 50).scored == 0


def test_weeks_begin_on_mondays():
    days = np.array(["2025-03-30", "2025-03-31", "2025-04-06", "1969-12-29"], "datetime64[D]")
    mondays = ["2025-03-24", "2025-03-31", "2025-03-31", "1969-12-29"]
    assert weeks_of(days).astype(str).tolist() == mondays


def test_only_foreseen_cases_are_measured_by_week():
    days = np.array(["2025-03-31"] * 3 + ["2025-03-25"], "datetime64[D]")
    foreseen = np.array([True, True, False, False])
    cases = Cases(days, np.array([1, 0, 1, 1], bool), np.full(4, 0.5), foreseen, ~foreseen)
    (week,) = weeks_measured(cases)
    assert (week.measured.cases, week.measured.overturned) == (2, 1)
    assert week.low < 0.5 < week.high


def test_slices_of_which_too_little_is_said_are_flagged_as_the_bounds_of_the_run_say():
    tables = slice_tables(
        record(
            part("overall", "all", 900),
            part(came=0.45, said=0.2, gap=(-0.3, -0.2)),
            part(value="b", came=0.05, said=0.2, gap=(0.1, 0.2)),
            part(value="c", came=0.27, gap=(-0.1, 0.1)),
            part(value="d", came=0.9),
            part("market", "SG", FEW - 1, came=None, auc=None),
            part("mood", "bad"),
        ),
        record(part(auc=0.9)),
    )
    assert [table.name for table in tables] == ["policy", "market"]
    assert [row.off for row in tables[0].rows] == ["too little", "too much", "", ""]
    assert [row.rival for row in tables[0].rows] == [0.9, None, None, None]
    assert tables[1].rows[0].few
    assert off_in(tables) == 2


def test_drift_says_what_moved_and_what_cannot_be_compared():
    spans = spans_of(FIRST, SEEN, SEEN + timedelta(days=40))
    mixes = (
        Mix("policy", {"a": 900, "b": 100}, {"a": 100, "b": 100}),
        Mix("market", {"SG": 500}, {"SG": 200}),
        Mix("language", {"en": 500}, {"en": 9}),
    )
    table = drift_table(Traffic(spans, NO_CASES, spans.learnt, mixes))
    assert [(row.name.split(",")[0], row.extent) for row in table.rows] == [
        ("policy", "greatly"),
        ("market", "as by chance"),
    ]
    assert table.rows[0].hot
    assert table.rows[0].moved
    assert not table.rows[1].moved
    assert "scores" in table.missing[0]


def test_without_a_champion_the_page_says_what_to_do(viewer):
    page = viewer.get("/model")
    assert page.status_code == 200
    assert "No model is in service" in page.text
    assert "redress train" in page.text
    assert "redress promote" in page.text


def test_a_registry_that_cannot_be_read_is_said_so(new_house):
    (new_house.settings.home / "mlflow.db").write_bytes(b"not a database" * 100)
    page = new_house.client(Role.VIEWER).get("/model")
    assert page.status_code == 503
    assert "registry cannot be read" in page.text


def test_only_those_who_are_signed_in_see_it(house):
    assert house.client(follow_redirects=False).get("/model").status_code == 303
