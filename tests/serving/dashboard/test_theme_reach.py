"""Whom a theme hits."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from features.database import writing
from features.history import add_appeals
from features.schema import Appeal
from features.tables import APPEALS, DECISIONS, THEME_DRIVERS, THEME_MEMBERS
from serving.dashboard.theme_reach import MOST_ATTRIBUTES, MOST_VALUES, hit_of

AS_OF = date(2025, 3, 31)
FILED = datetime(2025, 3, 30, tzinfo=UTC)
VALUES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b", " a ", " "])


def enter(engine, told, sellers=None, **facts):
    """Make appeals of some attributes all there is of theme T6."""
    appeals = [
        Appeal(
            appeal_id=f"X-{n}",
            submitted_at=FILED,
            text="a",
            subject_id=sellers[n] if sellers else f"s{n}",
            attributes=attributes,
            **{name: values[n] for name, values in facts.items()},
        )
        for n, attributes in enumerate(told)
    ]
    own = THEME_MEMBERS.c.theme_id == "T6"
    with writing(engine) as connection:
        connection.execute(delete(THEME_MEMBERS).where(own))
        connection.execute(delete(DECISIONS).where(DECISIONS.c.appeal_id.like("X-%")))
        connection.execute(delete(APPEALS).where(APPEALS.c.appeal_id.like("X-%")))
        add_appeals(connection, appeals)
        rows = [
            {"as_of": AS_OF, "appeal_id": one.appeal_id, "theme_id": "T6", "found_as": "T6"}
            | {"similarity": 0.9}
            for one in appeals
        ]
        connection.execute(insert(THEME_MEMBERS), rows)


DRIVING = ["policy", "market"]
"""What drives every theme of the small catalogue."""


def fields(engine, least=5):
    return {one.field: one for one in hit_of(engine, "T6", AS_OF, least).fields}


def test_markets_languages_and_sellers_are_counted(house):
    sellers = ["s1", "s1", "s1", "s2", None, None]
    markets = ["SG", "SG", "TH", "SG", None, None]
    enter(house.engine, [{}] * 6, sellers, market=markets)
    hit = hit_of(house.engine, "T6", AS_OF, 5)
    assert (hit.appeals, hit.sellers, hit.again, hit.most) == (6, 4, 1, 3)
    # What drives the theme comes first, the strongest before.
    assert [one.field for one in hit.fields] == [*DRIVING, "language", "action", "detection"]
    market = hit.fields[1]
    assert [(one.value, one.appeals, one.sellers) for one in market.told] == [
        ("SG", 3, 2),
        ("TH", 1, 1),
    ]
    assert (market.others, market.unknown, market.total) == (0, 2, 6)


def test_attributes_that_hold_categories_are_told_between_language_and_action(house):
    told = [{"category": ("toys", "books")[n > 6], "verified": n % 2 == 0} for n in range(12)]
    enter(house.engine, told)
    found = fields(house.engine)
    assert [*found][:5] == [*DRIVING, "language", "category", "verified"]
    assert [*found][5:] == ["action", "detection"]
    assert [(one.value, one.appeals) for one in found["category"].told] == [
        ("toys", 7),
        ("books", 5),
    ]
    assert {one.value for one in found["verified"].told} == {"true", "false"}


@pytest.mark.parametrize(
    "told",
    [
        [{"reference": f"R-{n}"} for n in range(12)],  # each marks one seller
        [{"note": "none" if n < 5 else f"my name is {n}"} for n in range(12)],
        [{"age": n % 2} for n in range(12)],
        [{"blank": "  "} for n in range(12)],
    ],
    ids=["reference", "free text", "number", "blank"],
)
def test_what_is_no_category_is_not_told(house, told):
    enter(house.engine, told)
    assert [*fields(house.engine)] == [*DRIVING, "language", "action", "detection"]


def test_a_value_of_too_few_sellers_is_not_named(house):
    told = [{"category": "toys"}] * 8 + [{"category": "the only one who sells swords"}] * 3 + [{}]
    sellers = [f"s{n}" for n in range(8)] + ["x", "x", "y", "z"]
    enter(house.engine, told, sellers)
    category = fields(house.engine)["category"]
    assert [one.value for one in category.told] == ["toys"]
    assert (category.others, category.unknown, category.total) == (3, 1, 12)


def test_a_value_that_drives_a_theme_is_named_in_a_small_one_too(full_house):
    enter(full_house.engine, [{"category": one} for one in ("toys", "toys", "swords")])
    assert "category" not in fields(full_house.engine)
    driver = {"theme_id": "T1", "place": 9, "field": "category", "value": "toys"}
    counts = {"observed": 9, "cases": 9, "expected": 1.0, "information": 1.0, "lower": 0.5}
    with full_house.engine.begin() as connection:
        connection.execute(insert(THEME_DRIVERS), driver | counts)
    category = fields(full_house.engine)["category"]
    assert [(one.value, one.appeals) for one in category.told] == [("toys", 2)]
    assert category.others == 1


def test_no_more_is_told_than_can_be_read(house):
    told = [{f"kind{k}": f"v{n % 8}" for k in range(9)} for n in range(48)]
    enter(house.engine, told)
    found = [one for name, one in fields(house.engine).items() if name.startswith("kind")]
    assert len(found) == MOST_ATTRIBUTES
    assert {len(one.told) for one in found} == {MOST_VALUES}
    assert {one.others for one in found} == {12}


def test_an_attribute_named_as_a_fact_of_the_contract_is_told_apart(house):
    enter(house.engine, [{"market": "night"}] * 6, market=["SG"] * 6)
    found = fields(house.engine)
    assert [one.value for one in found["market"].told] == ["SG"]
    assert [one.value for one in found["attributes.market"].told] == ["night"]


def test_a_theme_that_is_not_found_hits_nobody(house):
    hit = hit_of(house.engine, "T6", date(2020, 1, 1), 5)
    assert (hit.appeals, hit.sellers, hit.most) == (0, 0, 0)
    assert [one.told for one in hit.fields] == [()] * 5


@given(st.lists(st.dictionaries(st.sampled_from(["p", "q"]), VALUES), min_size=1, max_size=9))
def test_counts_of_every_field_add_up(house, told):
    enter(house.engine, told)
    for field in fields(house.engine, least=2).values():
        named = sum(one.appeals for one in field.told)
        assert named + field.others + field.unknown == field.total == len(told)
        assert field.others >= 0 <= field.unknown
        assert all(1 <= one.sellers <= one.appeals for one in field.told)
