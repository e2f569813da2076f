from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from models.ceiling import ceiling_of
from models.leniency import End, Leniency
from models.performance import Estimate
from models.weighting import Missing, missing_of
from training.card.doubt import ceiling, selection
from training.selection import Selection, selection_words


def agreeing(overturned, cases=30):
    return ceiling_of(
        pd.DataFrame(
            {
                "appeal_id": np.repeat(np.arange(cases), 2),
                "reviewer_id": ["r1", "r2"] * cases,
                "overturned": np.repeat(np.arange(cases) < overturned, 2),
            }
        ),
        rounds=50,
    )


def test_the_ceiling_is_of_appeals_like_those_reviewed_twice(whole):
    said = " ".join(ceiling(whole).said)
    overall = next(part for part in whole.record.parts if part.dimension == "overall")
    assert "Of appeals like these no model" in said
    assert f"the first decision overturned {100 * whole.ceiling.first_share:.1f} %" in said
    assert f"of all test cases {100 * overall.positive_share:.1f} %" in said


def test_people_who_agree_on_thirty_set_no_bound_and_are_not_told_as_one(whole):
    told = {fact.name: fact.value for fact in ceiling(replace(whole, ceiling=agreeing(10))).facts}
    assert told["Two reviewers of one appeal agree"] == "1.000 (0.886 to 1.000)"
    assert "nothing is ruled out" in told["AUC at most"]
    assert not told["AUC likely at most"].endswith("(1.000 to 1.000)")
    alike = {fact.name: fact.value for fact in ceiling(replace(whole, ceiling=agreeing(0))).facts}
    assert alike["AUC at most"] == "not measured: all ended alike"


def leniency(low, dealt_p):
    end = End(2, 60, 0.3, 0.3, 0.3, None)
    return Leniency(
        6, "", 0.0, 1.0, dealt_p, end, replace(end, adjusted=0.4), Estimate(0.1, low, 0.3)
    )


def chosen(found, misdated=0):
    come = np.arange(40) % 2
    hours = np.full(40, 9.0)
    missing = missing_of(Missing(come, np.full(40, 0.5), hours, hours / 2, np.zeros(0)))
    return Selection(missing, found, misdated)


def told(facts, found):
    return (
        " ".join(selection(replace(facts, selection=chosen(found))).said),
        selection_words(chosen(found))["reviewers"],
    )


def test_a_share_hangs_on_who_opens_a_case_only_where_it_is_shown(whole):
    card, line = told(whole, leniency(0.02, 0.5))
    assert "at least 0.100 (0.020 to 0.300) of the appeals hangs on who opens them." in card
    assert "no difference" not in card + line
    for low in (0.0, -0.02):
        card, line = told(whole, leniency(low, 0.5))
        assert "no difference is shown" in card
        assert "hangs on" not in card
        assert "(no difference shown)" in line


@pytest.mark.parametrize(("dealt_p", "caveat"), [(0.009, "by lot"), (None, "not known"), (0.5, "")])
def test_where_cases_are_not_dealt_by_lot_it_is_said(whole, dealt_p, caveat):
    for said in told(whole, leniency(0.02, dealt_p)):
        assert caveat in said
        assert ("by lot" in said) == (dealt_p != 0.5)


@pytest.mark.parametrize("misdated", [0, 3])
def test_decisions_whose_date_cannot_be_are_told(whole, misdated):
    found = chosen(leniency(0.02, 0.5), misdated)
    card = selection(replace(whole, selection=found)).said[0]
    assert ("long after all others: 3 decisions" in card) == bool(misdated)
    assert ("; 3 dated before" in selection_words(found)["not decided yet"]) == bool(misdated)


def test_an_older_record_without_the_count_is_read():
    said = chosen(leniency(0.02, 0.5), 3).as_dict()
    del said["misdated"]
    assert TypeAdapter(Selection).validate_python(said).misdated == 0
