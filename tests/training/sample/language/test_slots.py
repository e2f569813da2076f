import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from training.sample.language.dice import Dice
from training.sample.language.grammar import load_grammar
from training.sample.language.slots import CURRENCY, FILLINGS, Facts, Slots
from training.sample.marketplace import LANGUAGES, MARKETS

FACTS = Facts(
    filed=datetime(2026, 3, 15, tzinfo=UTC),
    market="SG",
    policy="counterfeit",
    category="toys",
    courier="SwiftHaul",
    stake=250.0,
    seller_age_days=800,
)


def slots(facts: Facts = FACTS, code: str = "en", seed: int = 1) -> Slots:
    return Slots(facts, load_grammar(code), Dice(np.random.default_rng(seed)))


def test_a_text_agrees_with_itself():
    filled = slots()
    assert filled["order"] == filled["order"]
    assert filled["name"] == filled["name"]


def test_texts_differ_from_each_other():
    assert len({slots(seed=seed)["order"] for seed in range(30)}) == 30


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("market", [market.name for market in MARKETS])
def test_every_slot_can_be_filled_everywhere(code, market):
    filled = slots(replace(FACTS, market=market), code)
    for name in [*FILLINGS, *load_grammar(code).words]:
        assert filled[name].strip()


def test_facts_are_those_of_the_case():
    filled = slots()
    assert filled["product"] in load_grammar("en").products["toys"]
    assert filled["courier"] == "SwiftHaul"
    assert filled["tenure"] == "2 years"
    assert filled["amount"] == "S$338"
    assert slots(replace(FACTS, seller_age_days=95))["tenure"] == "3 months"


def test_every_market_has_a_currency():
    assert set(CURRENCY) == {market.name for market in MARKETS}


def test_personal_data_looks_real_and_belongs_to_nobody():
    filled = slots()
    assert re.fullmatch(r"[\w.]+@[\w.]*example(\.\w+)?", filled["email"])
    assert re.fullmatch(r"\+65 8\d{3} \d{4}", filled["phone"])
    assert re.fullmatch(r"\d{3}-\d{5}-\d{2}", filled["account"])
