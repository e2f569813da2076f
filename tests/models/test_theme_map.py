"""The nearest theme: near enough, of enough subjects, and where people have merged it to."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import DamagedModel
from features.settings import Settings
from models import theme_encoder
from models.catalog import Catalog
from models.curation import Edit
from models.places import nowhere
from models.theme_map import ThemeMap, no_themes, theme_map
from models.themes import Nearest, Status

NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
PLAN = {
    "T1": ("my shop was hacked", 9),
    "T2": ("the item is genuine", 6),
    "T3": ("please the lawyer", 5),
    "T4": ("fake invoice removed", 4),
}
WORDS = st.lists(st.sampled_from(" ".join(text for text, _ in PLAN.values()).split()), max_size=8)
TEXTS = st.lists(WORDS.map(" ".join) | st.text(max_size=20), max_size=12)


@pytest.fixture
def catalog(emptied, found_of, encoder):
    catalog = Catalog(emptied())
    catalog.write(found_of(encoder, "digest", PLAN))
    return catalog


def read(catalog, encoder, least_subjects=5):
    return ThemeMap(catalog.places(), encoder, least_subjects)


@pytest.fixture(scope="session")
def places(emptied, found_of, encoder):
    catalog = Catalog(emptied())
    catalog.write(found_of(encoder, "digest", PLAN, floor=0.3))
    return catalog.places()


def ids(near):
    return [one and one.theme_id for one in near]


def test_a_text_at_a_centre_is_of_its_theme(catalog, encoder):
    near = read(catalog, encoder).nearest(["my shop was hacked", "the item is genuine"])
    assert near[0] == Nearest("T1", "found T1", Status.NEW, pytest.approx(1, abs=1e-6))
    assert near[1] == Nearest("T2", "found T2", Status.NEW, pytest.approx(1, abs=1e-6))


def test_beyond_the_floor_there_is_none(catalog, encoder):
    themes = read(catalog, encoder)
    text = ["my shop was hacked thanks"]
    [cosine] = encoder.encode(text) @ encoder.encode(["my shop was hacked"]).T
    for floor, theme in ((cosine + 1e-4, None), (cosine, "T1"), (cosine - 1e-4, "T1")):
        floors = np.full(4, floor, dtype=np.float64)
        themes.places = replace(themes.places, floors=floors)
        assert ids(themes.nearest(text)) == [theme]


def test_the_floor_is_that_of_the_nearest_centre(catalog, encoder):
    themes = read(catalog, encoder)
    floors = themes.places.floors.copy()
    floors[themes.places.ids.index("T1")] = 1.1
    floors[themes.places.ids.index("T2")] = -1
    themes.places = replace(themes.places, floors=floors)
    assert themes.nearest(["my shop was hacked"]) == [None]


@pytest.mark.parametrize("floor", [-1.0, 0.5])
def test_a_text_without_words_is_near_nothing(catalog, encoder, floor):
    themes = read(catalog, encoder)
    themes.places = replace(themes.places, floors=np.full(4, floor))
    assert themes.nearest(["", "  ", "\n"]) == [None, None, None]


def test_a_theme_of_too_few_subjects_is_not_told(catalog, encoder):
    text = ["fake invoice removed", "please the lawyer"]
    assert ids(read(catalog, encoder).nearest(text)) == [None, "T3"]
    assert ids(read(catalog, encoder, 4).nearest(text)) == ["T4", "T3"]
    assert ids(read(catalog, encoder, 6).nearest(text)) == [None, None]


def test_a_merged_theme_is_told_as_the_one_it_counts_to(catalog, encoder):
    catalog.merge("T4", "T3", "mia", NOON)
    catalog.merge("T3", "T2", "mia", NOON)
    catalog.edit("T2", Edit(title="Held payouts", status="watching"), "mia", NOON)
    [near] = read(catalog, encoder).nearest(["fake invoice removed"])
    assert (near.theme_id, near.title, near.status) == ("T2", "Held payouts", Status.WATCHING)
    assert near.similarity == pytest.approx(1, abs=1e-6)


def test_before_the_first_discovery_nothing_is_near(emptied, encoder):
    assert no_themes().nearest(["my shop", ""]) == [None, None]
    assert no_themes().nearest([]) == []
    empty = Catalog(emptied()).places()
    assert ThemeMap(empty, encoder, 5).nearest(["my shop"]) == [None]
    assert nowhere().ids == empty.ids
    assert nowhere().centres.shape == empty.centres.shape


@given(texts=TEXTS)
def test_the_nearest_is_the_one_of_the_largest_cosine(encoder, places, texts):
    near = ThemeMap(places, encoder, 5).nearest(texts)
    cosines = encoder.encode(texts).astype(float) @ places.centres.T.astype(float)
    assert len(near) == len(texts)
    for one, row in zip(near, cosines, strict=True):
        assert (one is not None) <= (row.max() >= 0.3 - 1e-5)
        if one is not None:
            assert one.similarity == pytest.approx(row.max(), abs=1e-5)
            assert -1 <= one.similarity <= 1
            assert row[places.ids.index(one.theme_id)] == pytest.approx(row.max(), abs=1e-5)


@given(texts=TEXTS, text=WORDS.map(" ".join), at=st.integers(0, 12))
def test_a_text_is_told_the_same_whoever_its_neighbours_are(encoder, places, texts, text, at):
    themes = ThemeMap(places, encoder, 5)
    among = [*texts[:at], text, *texts[at:]]
    assert themes.nearest(among)[min(at, len(texts))] == themes.nearest([text])[0]


def test_centres_of_another_dimension_are_damage(catalog, encoder):
    places = catalog.places()
    odd = replace(places, centres=np.ones((4, 5), dtype=np.float32))
    with pytest.raises(DamagedModel, match=r"5 dimensions; expected 6.*redress discover"):
        ThemeMap(odd, encoder, 5)


def test_the_map_is_made_with_the_encoder_that_was_kept(catalog, encoder, tmp_path):
    settings = Settings(home=tmp_path, least_subjects=6)
    places = catalog.places()
    with pytest.raises(DamagedModel):
        theme_map(places, settings, held=no_themes())
    places = replace(places, encoder=theme_encoder.keep(encoder, tmp_path))
    made = theme_map(places, settings, held=no_themes())
    assert ids(made.nearest([text for text, _ in PLAN.values()])) == ["T1", "T2", None, None]
    assert theme_map(places, settings, held=made).encoder is made.encoder
    assert theme_map(places, settings, held=no_themes()).encoder is not made.encoder
    assert theme_map(places, settings, held=no_themes(encoder)).encoder is encoder
    assert no_themes(encoder).nearest(["my shop was hacked"]) == [None]
    assert theme_map(nowhere(), settings, held=made).nearest(["my shop was hacked"]) == [None]
