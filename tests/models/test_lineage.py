from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.lineage import LEAST_COSINE, InvalidClusters, Known, trace
from models.themes import Descent, Event

TODAY = date(2026, 3, 8)
NOTHING = Known(members={}, centres={}, retired=frozenset(), next_number=1)
D = 40


def apart(count, start=0):
    """Centres that have nothing in common."""
    return np.eye(D, dtype=np.float32)[start : start + count]


def near(centre, cosine):
    """A centre at that cosine to another, towards a direction that no other has."""
    away = np.zeros(D, dtype=np.float32)
    away[-1] = 1
    return (cosine * centre + np.sqrt(1 - cosine**2) * away).astype(np.float32)


def moves(*parts, centres=None, known=NOTHING):
    """Trace (theme then, cluster now, appeals) parts; the themes of then are T1, T2, ..."""
    then, now = {}, {}
    for theme, cluster, appeals in parts:
        for _ in range(appeals):
            appeal = f"A{len(now):04d}"
            now[appeal] = cluster
            if theme:
                then[appeal] = theme
    labels = np.array(list(now.values()), dtype=np.int32)
    number = max((int(theme[1:]) for theme in [*then.values(), *known.centres]), default=0) + 1
    there = apart(labels.max(initial=-1) + 1) if centres is None else centres
    return trace(list(now), labels, there, replace(known, members=then, next_number=number), TODAY)


def event(theme_id, kind, *others):
    """Tell what became of a theme, and its parents, or of a merged one who took it over."""
    if kind is Event.MERGED:
        return Descent(theme_id, TODAY, kind, into=others)
    return Descent(theme_id, TODAY, kind, others)


def test_all_is_born_by_falling_size():
    found = moves((None, 0, 3), (None, 1, 9), (None, -1, 2), (None, 2, 5))
    assert found.theme_ids == ("T3", "T1", "T2")
    assert found.descents == tuple(event(f"T{number}", Event.BORN) for number in (1, 2, 3))
    assert found.persistence is None


def test_a_theme_that_grows_shrinks_and_ages_goes_on():
    found = moves(("T1", 1, 6), ("T1", -1, 4), (None, 1, 90), ("T2", 0, 50), ("T1", 0, 2))
    assert found.theme_ids == ("T2", "T1")
    assert found.descents == (
        event("T1", Event.CONTINUED, "T1"),
        event("T2", Event.CONTINUED, "T2"),
    )
    assert found.persistence == 56 / 58


def test_of_a_split_theme_the_largest_part_keeps_the_id():
    found = moves(("T1", 0, 30), ("T1", 1, 45), ("T1", 2, 25))
    assert found.theme_ids == ("T2", "T1", "T3")
    assert found.descents == (
        event("T1", Event.CONTINUED, "T1"),
        event("T2", Event.SPLIT, "T1"),
        event("T3", Event.SPLIT, "T1"),
    )
    assert found.persistence == 0.45


def test_a_small_part_that_breaks_away_is_split_though_the_theme_hardly_notices():
    found = moves(("T1", 0, 200), ("T1", 1, 9), (None, 1, 6))
    assert found.descents[1] == event("T2", Event.SPLIT, "T1")


def test_a_few_strays_do_not_make_a_parent():
    found = moves(("T1", 0, 200), ("T1", 1, 9), (None, 1, 60))
    assert found.descents[1] == event("T2", Event.BORN)


def test_of_merged_themes_the_larger_survives():
    found = moves(("T1", 0, 20), ("T2", 0, 50), ("T3", 0, 30), ("T3", 1, 2))
    assert found.theme_ids == ("T2", "T4")
    assert found.descents == (
        event("T1", Event.MERGED, "T2"),
        event("T2", Event.CONTINUED, "T2", "T3", "T1"),
        event("T3", Event.MERGED, "T2"),
        event("T4", Event.SPLIT, "T3"),
    )


def test_of_equal_themes_the_lower_number_survives():
    assert moves(("T10", 0, 20), ("T9", 0, 20)).theme_ids == ("T9",)


def test_of_equal_parts_the_one_with_the_first_appeal_keeps_the_id():
    assert moves(("T1", 1, 20), ("T1", 0, 20)).theme_ids == ("T2", "T1")


def test_a_theme_taken_by_two_names_the_larger_first():
    found = moves(("T1", 0, 90), ("T2", 1, 80), ("T3", 0, 12), ("T3", 1, 8))
    assert found.descents[2] == event("T3", Event.MERGED, "T1", "T2")
    assert found.descents[1] == event("T2", Event.CONTINUED, "T2", "T3")


def test_scattered_over_many_is_retired():
    scattered = [("T6", cluster, 4) for cluster in range(5)]
    found = moves(*[(f"T{number + 1}", number, 50) for number in range(5)], *scattered)
    assert found.descents[5] == event("T6", Event.RETIRED)


def test_ids_go_so_that_most_appeals_keep_theirs():
    """The larger part of T1 goes to T2, since T2 has nowhere else to go."""
    found = moves(("T1", 0, 55), ("T1", 1, 45), ("T2", 0, 60), ("T2", -1, 1))
    assert found.theme_ids == ("T2", "T1")


def test_a_few_members_do_not_give_their_name_to_many_of_another_theme():
    found = moves(("T1", 0, 500), ("T1", 1, 400), ("T2", 1, 10))
    assert found.theme_ids == ("T1", "T3")
    assert event("T2", Event.MERGED, "T3") in found.descents
    assert event("T3", Event.SPLIT, "T1", "T2") in found.descents


def test_a_retired_theme_comes_back_by_its_centre():
    centres = apart(3)
    known = Known({}, {"T1": centres[0], "T2": near(centres[2], 0.97)}, frozenset({"T2"}), 3)
    found = moves(("T1", 0, 20), (None, 1, 9), (None, 2, 9), centres=centres, known=known)
    assert found.theme_ids == ("T1", "T3", "T2")
    assert event("T2", Event.CONTINUED) in found.descents


@pytest.mark.parametrize(("cosine", "event_then"), [(0.01, Event.CONTINUED), (-0.01, Event.BORN)])
def test_below_the_least_cosine_a_cluster_is_another_theme(cosine, event_then):
    centres = apart(1)
    known = Known({}, {"T1": near(centres[0], LEAST_COSINE + cosine)}, frozenset({"T1"}), 2)
    (descent,) = moves((None, 0, 9), centres=centres, known=known).descents
    assert descent.event is event_then


def test_who_is_nearer_to_another_theme_is_not_one_come_back():
    """Cluster 1 is like the retired T2, but more like T1, from which it broke away."""
    middle = apart(1)[0]
    centres = np.stack([near(middle, 0.999), near(middle, 0.99)])
    known = Known({}, {"T1": near(middle, 0.995), "T2": middle}, frozenset({"T2"}), 3)
    found = moves(("T1", 0, 50), ("T1", 1, 20), centres=centres, known=known)
    assert "T2" not in found.theme_ids


def test_members_count_before_centres():
    centres = apart(2)
    known = Known({}, {"T1": centres[1], "T2": centres[0]}, frozenset(), 3)
    found = moves(("T1", 0, 20), ("T2", 1, 20), centres=centres, known=known)
    assert found.theme_ids == ("T1", "T2")


def test_a_theme_whose_appeals_all_left_the_window_goes_on_by_its_centre():
    centres = apart(1)
    known = Known({"gone": "T1"}, {"T1": centres[0]}, frozenset(), 2)
    found = trace(["a", "b"], np.zeros(2, dtype=np.int32), centres, known, TODAY)
    assert found.theme_ids == ("T1",)
    assert found.persistence is None


def test_without_centres_and_members_ids_are_not_used_again():
    """Another encoder, and a gap longer than the window."""
    known = Known({"gone": "T7"}, {}, frozenset({"T3"}), 8)
    found = trace(["a"], np.zeros(1, dtype=np.int32), apart(1), known, TODAY)
    assert found.theme_ids == ("T8",)
    assert found.descents == (event("T7", Event.RETIRED), event("T8", Event.BORN))


def test_what_is_retired_already_does_not_retire_again():
    known = Known({}, {"T1": apart(1, 5)[0]}, frozenset({"T1"}), 2)
    assert [descent.theme_id for descent in moves((None, 0, 5), known=known).descents] == ["T2"]


def test_no_clusters_retire_all():
    found = moves(("T1", -1, 5), ("T2", -1, 5), centres=apart(0))
    assert found.theme_ids == ()
    assert {descent.event for descent in found.descents} == {Event.RETIRED}
    assert trace([], np.empty(0, dtype=np.int32), apart(0), NOTHING, TODAY).descents == ()


@pytest.mark.parametrize(
    ("ids", "labels", "clusters", "said"),
    [
        (["a"], [0, 0], 1, "1 appeal ids, 1 of them distinct, and 2 labels"),
        (["a", "a"], [0, 0], 1, "2 appeal ids, 1 of them distinct"),
        (["a", "b"], [0, 2], 2, "2 clusters in the labels"),
        (["a", "b"], [0, -1], 2, r"centres of shape \(2, 40\)"),
    ],
)
def test_clusters_that_do_not_fit_are_refused(ids, labels, clusters, said):
    with pytest.raises(InvalidClusters, match=said):
        trace(ids, np.array(labels, dtype=np.int32), apart(clusters), NOTHING, TODAY)


windows = st.lists(
    st.tuples(st.sampled_from([None, "T1", "T2", "T3", "T11"]), st.integers(-1, 4)), max_size=60
)


def renumbered(labels):
    """Number clusters from 0 without gaps, as a clustering does."""
    there = sorted({label for label in labels if label >= 0})
    return [there.index(label) if label >= 0 else -1 for label in labels]


@given(windows, st.randoms(use_true_random=False))
def test_neither_the_order_of_appeals_nor_the_numbering_of_clusters_matters(window, random):
    labels = renumbered([label for _, label in window])
    clusters = max(labels, default=-1) + 1
    ids = [f"A{place}" for place in range(len(window))]
    members = {i: theme for i, (theme, _) in zip(ids, window, strict=True) if theme}
    known = Known(members, {"T4": apart(1)[0], "T5": apart(1, 3)[0]}, frozenset({"T5"}), 12)
    found = trace(ids, np.array(labels, dtype=np.int32), apart(clusters), known, TODAY)

    order = random.sample(range(len(ids)), len(ids))
    names = random.sample(range(clusters), clusters)
    moved = np.array([names[labels[i]] if labels[i] >= 0 else -1 for i in order], dtype=np.int32)
    centres = apart(clusters)[np.argsort(names)] if clusters else apart(0)
    again = trace([ids[i] for i in order], moved, centres, known, TODAY)
    assert tuple(again.theme_ids[name] for name in names) == found.theme_ids
    assert (again.descents, again.persistence) == (found.descents, found.persistence)


@given(windows)
def test_each_cluster_has_one_id_and_each_theme_one_descent(window):
    labels = renumbered([label for _, label in window])
    clusters = max(labels, default=-1) + 1
    ids = [f"A{place}" for place in range(len(window))]
    members = {i: theme for i, (theme, _) in zip(ids, window, strict=True) if theme}
    known = Known(members, {}, frozenset(), 12)
    found = trace(ids, np.array(labels, dtype=np.int32), apart(clusters), known, TODAY)
    assert len(set(found.theme_ids)) == len(found.theme_ids) == clusters
    described = [descent.theme_id for descent in found.descents]
    assert sorted(described) == sorted({*found.theme_ids, *members.values()})
    ended = {Event.MERGED, Event.RETIRED}
    for descent in found.descents:
        assert (descent.theme_id in found.theme_ids) == (descent.event not in ended)
        assert (descent.event in {Event.BORN, *ended}) <= (descent.parents == ())
        assert (descent.event is Event.MERGED) == (descent.into != ())
        assert set(descent.into) <= set(found.theme_ids)
    kept = [
        members.get(i) == found.theme_ids[label]
        for i, label in zip(ids, labels, strict=True)
        if i in members and label >= 0
    ]
    assert found.persistence == (sum(kept) / len(kept) if kept else None)


@given(windows)
def test_the_same_clusters_go_on_and_nothing_else_happens(window):
    labels = np.array(renumbered([label for _, label in window]), dtype=np.int32)
    ids = [f"A{place}" for place in range(len(window))]
    centres = apart(labels.max(initial=-1) + 1)
    first = trace(ids, labels, centres, NOTHING, TODAY)
    members = {
        i: first.theme_ids[label] for i, label in zip(ids, labels, strict=True) if label >= 0
    }
    known = Known(members, {}, frozenset(), len(centres) + 1)
    again = trace(ids, labels, centres, known, TODAY)
    assert again.theme_ids == first.theme_ids
    assert again.persistence == (1 if members else None)
    assert {descent.event for descent in again.descents} <= {Event.CONTINUED}
