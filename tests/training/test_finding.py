"""From a window to themes: letters once, copies with them, themes known again, merges counted."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from features.frame import appeal_frame
from features.schema import Appeal
from models.lineage import Known
from models.themes import Event
from training.finding import Before, find_themes
from training.window import Window

DAY = date(2025, 3, 28)
NOTHING = Known({}, {}, frozenset(), 1)
FIRST = Before(NOTHING, NOTHING, None, {})
LETTER = (
    "dear seller team my parcel was lost at the depot please check the tracking again thank you"
)


def window_of(appeals):
    return Window(DAY, 90, appeal_frame(appeals), [None] * len(appeals))


def after(themes, merged=None, resolution=None):
    """What a catalogue says that holds these themes alone."""
    members = {member.appeal_id: member.found_as for member in themes.members}
    centres = {theme: centre for theme, (centre, _) in themes.centres.items()}
    known = Known(members, centres, frozenset(), len(centres) + 1)
    return Before(known, known, resolution or themes.clustering.resolution, merged or {})


@pytest.fixture(scope="module")
def appeals(letters):
    return letters(150).appeals


@pytest.fixture(scope="module")
def vectors(appeals, reader):
    return reader.encode([appeal.text for appeal in appeals])


@pytest.fixture(scope="module")
def themes(appeals, vectors):
    return find_themes(window_of(appeals), vectors, FIRST)


def test_what_is_written_about_is_found(appeals, themes):
    topics = [appeal.policy for appeal in appeals]
    inside = themes.labels >= 0
    assert inside.mean() > 0.9
    named = {}
    for topic, label in zip(topics, themes.labels.tolist(), strict=True):
        if label >= 0:
            named.setdefault(label, set()).add(topic)
    assert {len(told) for told in named.values()} == {1}
    assert themes.graph.recall == 1.0
    assert themes.persistence is None
    assert {descent.event for descent in themes.lineage.descents} == {Event.BORN}


def test_members_portraits_and_centres_are_of_the_same_themes(appeals, themes):
    ids = [appeal.appeal_id for appeal in appeals]
    names = themes.lineage.theme_ids
    assert {one.appeal_id: one.theme_id for one in themes.members} == {
        appeal: names[label] for appeal, label in zip(ids, themes.labels, strict=True) if label >= 0
    }
    assert set(themes.portraits) == set(themes.centres) == set(names)
    for name, portrait in themes.portraits.items():
        own = [one for one in themes.members if one.theme_id == name]
        assert portrait.size == len(own)
        assert all(one.similarity >= themes.centres[name][1] - 1e-6 for one in own)
        assert all(one.found_as == name and one.campaign is None for one in own)


def test_the_same_window_gives_the_same_themes(appeals, vectors, themes):
    again = find_themes(window_of(appeals), vectors, FIRST)
    assert (again.members, again.portraits) == (themes.members, themes.portraits)
    np.testing.assert_array_equal(again.labels, themes.labels)


def test_a_second_look_finds_the_same_themes_again(appeals, vectors, themes):
    again = find_themes(window_of(appeals), vectors, after(themes))
    assert again.persistence > 0.97
    assert {one.event for one in again.lineage.descents} == {Event.CONTINUED}
    assert again.clustering.resolution == themes.clustering.resolution
    assert adjusted_rand_score(again.labels, themes.labels) > 0.95


def test_the_last_resolution_stays(appeals, vectors, themes):
    near = themes.clustering.resolution * 1.02
    again = find_themes(window_of(appeals), vectors, after(themes, resolution=near))
    assert again.clustering.resolution == near


def test_themes_are_known_again_without_their_centres(appeals, vectors, themes):
    before = after(themes)
    known = Known(before.known.members, {}, frozenset(), before.known.next_number)
    again = find_themes(window_of(appeals), vectors, Before(known, known, None, {}))
    assert again.persistence > 0.97


def test_what_people_merged_counts_to_its_target_and_is_found_as_itself(appeals, vectors, themes):
    (one, other), rest = list(themes.centres)[:2], list(themes.centres)[2:]
    again = find_themes(window_of(appeals), vectors, after(themes, {one: other}))
    assert set(again.portraits) == {other, *rest}
    assert set(again.centres) == {one, other, *rest}
    counted = {member.found_as: member.theme_id for member in again.members}
    assert counted == {one: other, other: other} | {name: name for name in rest}
    size = sum(member.theme_id == other for member in again.members)
    assert again.portraits[other].size == size
    assert size > sum(member.found_as == other for member in again.members)


def test_a_template_letter_is_one_letter_and_its_copies_are_where_it_is(appeals, reader):
    filed = datetime(2025, 3, 20, tzinfo=UTC)
    copies = [
        Appeal(appeal_id=f"copy{place}", submitted_at=filed, text=LETTER, subject_id=f"c{place}")
        for place in range(80)
    ]
    both = [*appeals, *copies]
    found = find_themes(window_of(both), reader.encode([one.text for one in both]), FIRST)
    assert len(found.clustering.labels) == len(appeals) + 1
    assert set(found.sitters.campaign[-80:].tolist()) == {0}
    assert len(set(found.labels[-80:].tolist())) == 1
    sent = [one for one in found.members if one.campaign is not None]
    assert {one.campaign for one in sent} == {0}
    assert len(sent) in (0, 80)
    theme = found.labels[-1]
    if theme >= 0:
        portrait = found.portraits[found.lineage.theme_ids[theme]]
        assert portrait.campaigns == 1
        assert portrait.size >= 80


def test_nothing_but_copies_of_one_letter_is_no_theme(reader):
    filed = datetime(2025, 3, 20, tzinfo=UTC)
    copies = [Appeal(appeal_id=f"{n}", submitted_at=filed, text=LETTER) for n in range(40)]
    found = find_themes(window_of(copies), reader.encode([LETTER] * 40), FIRST)
    assert (found.labels == -1).all()
    assert found.portraits == found.centres == {}
    assert found.members == ()
    assert found.sitters.campaign.tolist() == [0] * 40


def test_texts_that_say_nothing_belong_nowhere(appeals, vectors):
    silenced = vectors.copy()
    silenced[::2] = 0
    found = find_themes(window_of(appeals), silenced, FIRST)
    assert (found.labels[::2] == -1).all()
    assert (found.labels[1::2] >= 0).any()


def test_a_single_appeal_is_no_theme(appeals, vectors):
    found = find_themes(window_of(appeals[:1]), vectors[:1], FIRST)
    assert found.labels.tolist() == [-1]
    assert found.persistence is None
