"""What emerges: the themes that open alarms tell, and the appeals that fall into them."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alarms import Kind, Part
from models.catalog import Catalog
from models.emerging import Emerging, OpenAlarms, calm
from models.theme_map import ThemeMap

DAY = date(2025, 3, 30)
NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
HACKED, GENUINE = "my shop was hacked", "the item is genuine"
PLAN = {"T1": (HACKED, 9), "T2": (GENUINE, 6), "T4": ("fake invoice removed", 4)}
SPAM = Part(policy="spam")


@pytest.fixture
def catalog(emptied):
    return Catalog(emptied())


@pytest.fixture
def see(catalog, found_of, encoder):
    """Enter a discovery of some day, from DAY on, with what is seen on it."""

    def enter(*sightings, day=0, digest="digest", plan=PLAN):
        as_of = DAY + timedelta(days=day)
        catalog.write(found_of(encoder, digest, plan, as_of=as_of, known=plan), sightings)

    return enter


@pytest.fixture
def told(catalog, encoder):
    """Ask into which alarm each text falls, of an appeal with some facts."""

    def tell(texts, **facts):
        themes = ThemeMap(catalog.places(), encoder, 5)
        near = themes.near(texts, [Part(**facts)] * len(texts))
        return [one.emerging and one.emerging.alarm_id for one in near]

    return tell


def marks(catalog, **chosen):
    themes = catalog.themes(1, **chosen).themes
    return {theme.theme_id: (theme.emerging, theme.alarms) for theme in themes}


def test_a_theme_emerges_where_an_open_alarm_says_that_it_rises_as_a_whole(
    see, catalog, sighting_of
):
    see(
        sighting_of("abc", 90.0, theme="T1", emerging=True),
        sighting_of("xyz", 80.0, theme="T1"),
        sighting_of("mno", 70.0, part=Part(policy="spam", theme="T2")),
        sighting_of("uvw", 60.0, kind=Kind.OVERTURNS, part=SPAM, theme="T4", emerging=True),
    )
    told = {"T1": (True, ("A1", "A2")), "T2": (False, ("A3",)), "T4": (False, ("A4",))}
    assert marks(catalog) == told
    assert (catalog.theme("T1", 5).emerging, catalog.theme("T1", 5).alarms) == told["T1"]
    see(day=4)
    see(sighting_of("mno", 70.0, part=Part(policy="spam", theme="T2")), day=8)
    assert marks(catalog) == {"T1": (False, ()), "T2": (False, ("A5",)), "T4": (False, ())}


def test_themes_can_be_chosen_by_whether_they_emerge(see, catalog, sighting_of):
    see(
        sighting_of("abc", theme="T1", emerging=True),
        sighting_of("uvw", 50.0, theme="T4", emerging=True),
    )
    assert set(marks(catalog, emerging=True)) == {"T1", "T4"}
    assert set(marks(catalog, emerging=False)) == {"T2"}
    shown = catalog.themes(5, emerging=True)
    assert ([theme.theme_id for theme in shown.themes], shown.suppressed) == (["T1"], 1)
    assert catalog.themes(5, emerging=False).suppressed == 0


def test_a_merged_theme_emerges_as_the_one_it_counts_to(see, catalog, sighting_of):
    see(sighting_of("abc", theme="T1", emerging=True))
    catalog.merge("T1", "T2", "mia", NOON)
    assert marks(catalog) == {"T2": (True, ("A1",)), "T4": (False, ())}


def test_an_appeal_falls_into_a_cause_by_its_place(see, told, encoder, sighting_of):
    [centre] = encoder.encode([HACKED])
    see(sighting_of("abc", 420.0, place=centre))
    assert told([HACKED, GENUINE, ""]) == ["A1", None, None]
    assert told([]) == []


def test_what_is_told_of_the_alarm(see, catalog, encoder, sighting_of):
    [centre] = encoder.encode([HACKED])
    see(sighting_of("abc", 420.0, place=centre))
    (near,) = ThemeMap(catalog.places(), encoder, 5).near([HACKED], [Part()])
    assert near.theme.theme_id == "T1"
    assert near.emerging == Emerging("A1", "payout, bank change", date(2025, 3, 31), 420.0, 7)


def test_a_place_holds_what_is_at_its_floor_and_nothing_beyond(see, catalog, encoder, sighting_of):
    [centre] = encoder.encode([HACKED])
    see(sighting_of("abc", place=centre))
    text = [HACKED + " thanks"]
    [[cosine]] = (encoder.encode(text).astype(float) @ centre[:, None]).tolist()
    outlook = catalog.places().outlook
    for floor, falls in ((cosine + 1e-4, False), (cosine, True), (cosine - 1e-4, True)):
        near = OpenAlarms(
            outlook.alarms, outlook.parts, outlook.centres, np.array([floor]), outlook.alarm_of
        )
        assert (near.fallen_into(encoder.encode(text), [Part()])[0] is not None) is falls


def test_an_appeal_falls_into_a_rise_by_all_facts_of_its_part(see, told, sighting_of):
    see(sighting_of("abc", part=Part(policy="spam", market="SG", theme="T1")))
    assert told([HACKED, GENUINE], policy="spam", market="SG") == ["A1", None]
    assert told([HACKED], policy="spam", market="SG", detection="human") == ["A1"]
    assert told([HACKED], policy="spam") == [None]
    assert told([HACKED], market="SG") == [None]


def test_a_rise_of_a_theme_that_is_not_shown_marks_its_appeals(see, told, sighting_of):
    see(sighting_of("abc", part=Part(theme="T4")))
    assert told(["fake invoice removed", GENUINE]) == ["A1", None]


def test_a_rise_of_the_whole_intake_marks_nobody(see, told, sighting_of):
    see(sighting_of("abc", kind=Kind.RISE, part=Part()))
    assert told([HACKED], policy="spam") == [None]


@pytest.mark.parametrize("kind", [Kind.FALL, Kind.OVERTURNS])
def test_only_more_of_something_marks_an_appeal(see, told, sighting_of, kind):
    see(sighting_of("abc", kind=kind, part=SPAM))
    assert told([HACKED], policy="spam") == [None]


def test_of_several_alarms_the_rarest_is_told(see, told, encoder, sighting_of):
    [centre] = encoder.encode([HACKED])
    see(
        sighting_of("abc", 50.0, place=centre),
        sighting_of("mno", 900.0, part=SPAM),
        sighting_of("xyz", 400.0, place=centre),
    )
    # Numbers are given by falling rarity.
    assert told([HACKED, GENUINE], policy="spam") == ["A1", "A1"]
    assert told([HACKED]) == ["A2"]


def test_an_alarm_that_is_over_and_a_place_in_another_space_mark_nobody(
    see, told, encoder, sighting_of
):
    [centre] = encoder.encode([HACKED])
    see(sighting_of("abc", place=centre))
    see(day=3, digest="another")
    assert told([HACKED]) == [None]
    see(day=7)
    assert told([HACKED]) == ["A1"]
    see(day=8)
    assert told([HACKED]) == [None]


def test_the_place_is_where_the_alarm_was_seen_last(see, told, encoder, sighting_of):
    first, second = encoder.encode([HACKED, GENUINE])
    see(sighting_of("abc", place=first))
    see(sighting_of("abcd", place=second), day=1)
    assert told([HACKED, GENUINE]) == [None, "A1"]


def test_without_any_theme_alarms_are_told(see, catalog, told, encoder, sighting_of):
    [centre] = encoder.encode([HACKED])
    see(sighting_of("abc", place=centre), plan={})
    assert told([HACKED, GENUINE]) == ["A1", None]
    assert catalog.places().encoder == "digest"


def test_the_stamp_is_another_one_after_every_discovery(see, catalog, sighting_of):
    see(sighting_of("abc"))
    first = catalog.stamp()
    see(sighting_of("abc"), day=1)
    assert catalog.stamp() != first


VECTORS = st.lists(st.sampled_from([(1, 0), (0.6, 0.8), (0.8, 0.6), (0, 0), (0, -1)]), max_size=9)
CENTRES = np.array([[0.8, 0.6], [1, 0], [0, 1]], dtype=np.float32)


@given(vectors=VECTORS, spam=st.booleans())
def test_an_answer_is_the_first_that_holds_it_whoever_its_neighbours_are(vectors, spam):
    alarms = tuple(Emerging(f"A{place}", "title", DAY, 90.0, 9) for place in range(3))
    outlook = OpenAlarms(
        alarms,
        (None, SPAM, None),
        CENTRES,
        np.array([0.95, 0.79, 0.8]),
        np.array([0, 2, 2]),
    )
    rows = np.array(vectors, dtype=np.float32).reshape(-1, 2)
    facts = [SPAM if spam else Part()] * len(rows)
    found = outlook.fallen_into(rows, facts)
    for row, one in zip(rows, found, strict=True):
        cosines = CENTRES.astype(float) @ row
        holding = [cosines[0] >= 0.95, spam, (cosines[1:] >= [0.79, 0.8 - 1e-6]).any()]
        first = next((place for place, holds in enumerate(holding) if holds), None)
        assert one == (None if first is None else alarms[first])
    alone = [outlook.fallen_into(rows[[at]], facts[:1])[0] for at in range(len(rows))]
    assert found == alone
    assert calm().fallen_into(rows, facts) == [None] * len(rows)
