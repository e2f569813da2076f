from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.frame import appeal_frame
from features.schema import Appeal
from models.drivers import SHARERS, InvalidFacts, drivers, facts_of
from models.information import component, lower_bound


def table(*parts):
    """Lay out (theme, appeals, facts) parts."""
    rows = [facts for _, times, facts in parts for _ in range(times)]
    labels = [theme for theme, times, _ in parts for _ in range(times)]
    return pd.DataFrame(rows, dtype=object), np.array(labels, dtype=np.int32)


def named(card):
    return [f"{driver.field}={driver.value}" for driver in card]


def random_window(seed, appeals=2_000, fields=6, values=8, themes=20):
    random = np.random.default_rng(seed)
    words = np.array([f"v{number}" for number in range(values)], dtype=object)
    facts = {f"f{field}": random.choice(words, appeals) for field in range(fields)}
    return pd.DataFrame(facts, dtype=object), random.integers(-1, themes, appeals).astype(np.int32)


HOLD = {"policy": "payment_hold", "action": "funds_held"}
REMOVED = {"policy": "copies", "action": "listing_removed"}


def test_the_counts_are_those_of_the_theme_and_the_rest():
    facts, labels = table(
        (0, 18, {"policy": "tracking"}),
        (0, 2, {"policy": "copies"}),
        (0, 5, {"policy": None}),
        (1, 40, {"policy": "tracking"}),
        (-1, 160, {"policy": "copies"}),
    )
    (driver,) = drivers(facts, labels)[0]
    assert (driver.field, driver.value) == ("policy", "tracking")
    assert (driver.observed, driver.cases) == (18, 20)
    assert driver.expected == pytest.approx(20 * 40 / 200)
    assert driver.information == pytest.approx(float(component(18, 4)))
    assert driver.lower == pytest.approx(float(lower_bound(18, 4)))


def test_what_only_follows_from_a_fact_above_it_comes_last():
    """By itself the hold of funds tells more than the market."""
    facts, labels = table(
        (0, 60, HOLD | {"market": "PH"}),
        (0, 30, HOLD | {"market": "SG"}),
        (0, 10, REMOVED | {"market": "PH"}),
        (-1, 30, HOLD | {"market": "PH"}),
        (-1, 70, HOLD | {"market": "SG"}),
        (-1, 60, {"policy": "fraud", "action": "funds_held", "market": "SG"}),
        (-1, 1_900, REMOVED | {"market": "SG"}),
        (-1, 500, REMOVED | {"market": "PH"}),
    )
    card = drivers(facts, labels)[0]
    assert named(card) == ["policy=payment_hold", "market=PH", "action=funds_held"]
    assert card[2].lower > card[1].lower > 0


def test_a_fact_of_most_of_the_theme_comes_before_a_rarer_one_of_a_few():
    facts, labels = table(
        (0, 92, {"policy": "weapons", "courier": "a"}),
        (0, 8, {"policy": "weapons", "courier": "rare"}),
        (-1, 600, {"policy": "weapons", "courier": "a"}),
        (-1, 2_400, {"policy": "copies", "courier": "a"}),
    )
    card = drivers(facts, labels)[0]
    assert named(card) == ["policy=weapons", "courier=rare"]
    assert card[1].lower > card[0].lower


def test_a_theme_that_is_all_of_its_policy_does_not_hide_it():
    facts, labels = table((0, 600, {"policy": "new"}), (-1, 400, {"policy": "old"}))
    (driver,) = drivers(facts, labels)[0]
    assert (driver.value, driver.expected) == ("new", 0)


def test_an_expectation_from_a_handful_of_appeals_proves_nothing():
    facts, labels = table((0, 600, {"policy": "new"}), (-1, 3, {"policy": "old"}))
    assert drivers(facts, labels)[0] == ()


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_names_next_to_nothing(seed):
    """A 2.5 % bound by itself would name some twenty of the 960 looks."""
    facts, labels = random_window(seed)
    assert sum(map(len, drivers(facts, labels))) <= 1


def test_a_planted_fact_is_found_among_the_noise():
    facts, labels = random_window(3)
    facts.loc[(labels == 7) & (np.arange(len(labels)) % 2 == 0), "f2"] = "v5"
    cards = drivers(facts, labels)
    assert named(cards[7])[0] == "f2=v5"


def test_no_more_than_asked_for_and_the_first_of_all():
    facts, labels = table((0, 50, HOLD | {"market": "PH"}), (-1, 500, REMOVED | {"market": "SG"}))
    every = drivers(facts, labels)[0]
    assert len(every) == 3
    assert drivers(facts, labels, most=2)[0] == every[:2]


def test_a_theme_alone_in_its_window_has_nothing_to_differ_from():
    facts, labels = table((0, 50, HOLD))
    assert drivers(facts, labels) == [()]


def test_no_appeals_no_fields_no_themes():
    none = np.empty(0, dtype=np.int32)
    assert drivers(pd.DataFrame({"policy": []}, dtype=object), none) == []
    assert drivers(pd.DataFrame(index=range(4)), np.zeros(4, dtype=np.int32)) == [()]
    facts, _ = table((0, 3, {"policy": None}))
    assert drivers(facts, np.array([0, 0, -1], dtype=np.int32)) == [()]
    assert drivers(facts, np.full(3, -1, dtype=np.int32)) == []


def test_labels_of_other_appeals_are_refused():
    with pytest.raises(InvalidFacts, match="2 rows of facts and 3 labels"):
        drivers(pd.DataFrame({"policy": ["a", "b"]}), np.zeros(3, dtype=np.int32))


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_order_of_appeals_changes_nothing(seed, themes, random):
    facts, labels = random_window(seed, appeals=150, fields=3, values=3, themes=themes)
    facts["same"] = np.where(labels == 0, "yes", "no").astype(object)
    order = random.sample(range(len(labels)), len(labels))
    cards = drivers(facts, labels)
    assert drivers(facts.iloc[order].reset_index(drop=True), labels[order]) == cards
    assert "same=yes" in named(cards[0])
    for card in cards:
        assert all(driver.lower > 0 and driver.observed > driver.expected for driver in card)


def appeal(number, **given):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Appeal(appeal_id=f"A{number}", submitted_at=moment, text="Please look", **given)


def test_facts_are_words_and_booleans_that_appeals_share():
    appeals = [
        appeal(
            number,
            policy="claims",
            attempt=1,
            attributes={
                "courier": ("swift", "slow")[number % 2],
                "verified": number % 3 == 0,
                "reference": f"REF-{number}",
                "age_days": number,
                "market": "north",
                "blank": " ",
            },
        )
        for number in range(4 * SHARERS)
    ]
    facts = facts_of(appeal_frame(appeals))
    kept = {name for name in facts if facts[name].notna().any()}
    assert kept == {"policy", "courier", "verified", "attributes.market"}
    assert "reference" not in facts
    assert set(facts["verified"]) == {"true", "false"}
    assert set(facts["attributes.market"]) == {"north"}
    assert facts["language"].isna().all()


def test_a_column_of_a_few_words_and_some_marks_stays():
    often = [appeal(number, attributes={"courier": "swift"}) for number in range(50)]
    once = [appeal(100 + number, attributes={"courier": f"own {number}"}) for number in range(20)]
    assert "courier" in facts_of(appeal_frame(often + once))
    assert "courier" not in facts_of(appeal_frame(often[:SHARERS] + once))


def test_no_appeals_give_no_facts():
    assert len(facts_of(appeal_frame([]))) == 0


def test_what_marks_one_subject_is_no_fact_however_often_that_subject_appeals():
    appeals = [
        appeal(
            10 * number + letter,
            subject_id=f"S{number}",
            attributes={"owner": f"owner {number}", "plan": ("free", "paid")[number % 2]},
        )
        for number in range(12)
        for letter in range(10)
    ]
    assert {"owner", "plan"} & set(facts_of(appeal_frame(appeals))) == {"plan"}


@pytest.mark.parametrize(("fewest", "named"), [(5, True), (7, False)])
def test_a_driver_needs_as_many_cases_as_are_asked_for(fewest, named):
    facts = pd.DataFrame({"courier": ["swift"] * 6 + ["slow"] * 200}, dtype=object)
    labels = np.array([0] * 6 + [-1] * 200, dtype=np.int32)
    assert bool(drivers(facts, labels, fewest=fewest)[0]) is named
