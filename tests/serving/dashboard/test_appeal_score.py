from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.schema import Appeal
from models.ledger import text_digest
from models.scores import Reason
from serving.champion import Champion
from serving.dashboard.appeal_score import MOST_BARS, WIDTH, bars_of, signed, standing_of

NOW = datetime(2025, 3, 30, 9, tzinfo=UTC)
APPEAL = Appeal(appeal_id="a", submitted_at=NOW, text="the invoice", policy="counterfeit")
KEPT = {
    "model_version": "6",
    "scored_at": NOW - timedelta(days=1),
    "probability": 0.25,
    "logit": -1.0986,
    "uncertain": True,
    "risk_probability": 0.1,
    "risk_team": "fraud",
    "risk_tier": "medium",
    "risk_basis": "learnt",
    "due_at": NOW,
    "reasons": [["base", "average appeal", None, -1.0], ["phrase", "invoice", None, -0.0986]],
    "text_digest": text_digest(APPEAL.text),
}
REASONS = st.lists(
    st.builds(
        Reason,
        st.sampled_from(["base", "attribute", "phrase", "text"]),
        st.text(max_size=5),
        st.one_of(st.none(), st.booleans(), st.floats(-1e9, 1e9), st.text(max_size=5)),
        st.floats(-20, 20),
    ),
    max_size=200,
)


@given(REASONS)
def test_bars_add_up_to_the_logit_and_each_begins_where_the_last_ended(reasons):
    bars, zero = bars_of(reasons)
    total = sum(one.contribution for one in reasons)
    assert sum(one.contribution for one in bars) == pytest.approx(total, abs=1e-9)
    assert len(bars) <= MOST_BARS + 1
    assert 0 <= zero <= WIDTH + 1e-6
    at = zero
    for bar in bars:
        assert -0.1 <= bar.left <= WIDTH + 0.1
        assert bar.left + bar.width <= WIDTH + 0.7
        end = bar.left if bar.contribution < 0 else bar.left + bar.width
        begin = bar.left + bar.width if bar.contribution < 0 else bar.left
        assert begin == pytest.approx(at, abs=0.7)
        at = end


def test_signs_are_told_without_colour():
    bars, _ = bars_of(
        [
            Reason("attribute", "policy", "spam", 0.95),
            Reason("attribute", "stake", None, -0.3),
            Reason("attribute", "verified", False, 0.0001),
            Reason("attribute", "filed", 20_177.5, -0.1),
            Reason("base", "average appeal", None, 0.1),
        ]
    )
    assert [(one.name, one.value, one.signed, one.way) for one in bars] == [
        ("average appeal", "", "+0.10", "pro"),
        ("policy", "spam", "+0.95", "pro"),
        ("stake", "not told", "−0.30", "con"),
        ("filed", "30 Mar 2025", "−0.10", "con"),
        ("verified", "no", "0.00", ""),
    ]
    assert signed(-1.2345) == "−1.23"


def test_the_champion_is_asked_anew(champion_of, encoder):
    told = standing_of(APPEAL, KEPT, champion_of(encoder), NOW)
    assert told.opinion.anew
    assert told.opinion.version == "7"
    assert told.opinion.logit == pytest.approx(1.4)
    assert told.opinion.moved == {"invoice": 1.5}
    assert told.recorded.version == "6"
    assert told.changed
    assert told.trouble == ""


def test_a_score_in_the_ledger_that_is_another_is_told(champion_of, encoder):
    champion = champion_of(encoder, "6")
    anew = standing_of(APPEAL, None, champion, NOW).opinion.probability
    same = KEPT | {"probability": anew}
    assert not standing_of(APPEAL, same, champion, NOW).changed
    assert standing_of(APPEAL, KEPT, champion, NOW).changed
    assert standing_of(APPEAL, same, champion, NOW).recorded.same_text
    other = standing_of(APPEAL, KEPT | {"text_digest": "x"}, champion, NOW)
    assert not other.recorded.same_text


def test_without_a_champion_the_ledger_is_told():
    told = standing_of(APPEAL, KEPT, Champion(registry=None), NOW)
    assert not told.opinion.anew
    assert (told.opinion.version, told.opinion.probability) == ("6", 0.25)
    assert told.opinion.moved == {"invoice": -0.0986}
    assert "redress promote" in told.trouble
    other = standing_of(APPEAL, KEPT | {"text_digest": "x"}, Champion(registry=None), NOW)
    assert other.opinion.moved == {}
    nothing = standing_of(APPEAL, None, Champion(registry=None), NOW)
    assert nothing.opinion is None
    assert nothing.recorded is None


def test_what_the_champion_cannot_score_is_told_from_the_ledger(champion_of, encoder):
    strange = APPEAL.model_copy(update={"attributes": {"age": 3}})
    told = standing_of(strange, KEPT, champion_of(encoder), NOW)
    assert told.opinion.version == "6"
    assert "version 7" in told.trouble
    assert "redress train" in told.trouble
