"""What people give themes: kept, told apart by revision, recorded with who and when."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from features.errors import EditConflict, InvalidMerge, MergedTheme, NoSuchTheme
from models.catalog import Catalog
from models.curation import Edit
from models.themes import Change, Status

DAY = date(2025, 3, 31)
NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
PLAN = {theme: {f"{theme}-{n}": 0.5 for n in range(5)} for theme in ("T1", "T2", "T3")}


@pytest.fixture
def catalog(emptied, discovered):
    catalog = Catalog(emptied())
    catalog.write(discovered(DAY, PLAN))
    return catalog


def test_every_change_is_kept_and_recorded(catalog):
    edit = Edit(title="Held payouts", status="watching", owner="Mia", note="ask", reason="new")
    theme = catalog.edit("T1", edit, "mia", NOON)
    assert (theme.title, theme.named, theme.revision) == ("Held payouts", True, 1)
    assert (theme.status, theme.owner, theme.note) == (Status.WATCHING, "Mia", "ask")
    assert theme.changes == (
        Change("T1", NOON, "mia", "title", None, "Held payouts", "new"),
        Change("T1", NOON, "mia", "status", "new", "watching", "new"),
        Change("T1", NOON, "mia", "owner", None, "Mia", "new"),
        Change("T1", NOON, "mia", "note", None, "ask", "new"),
    )
    assert catalog.theme("T1", 5) == theme
    assert catalog.theme("T2", 5).changes == ()


def test_only_what_is_given_is_changed_and_null_clears(catalog):
    catalog.edit("T1", Edit(title="Held payouts", owner="Mia", note="ask"), "mia", NOON)
    later = NOON + timedelta(hours=1)
    theme = catalog.edit("T1", Edit(title=None, owner=None), "ben", later, revision=1)
    assert (theme.title, theme.named) == (f"found T1 {DAY}", False)
    assert (theme.owner, theme.note, theme.status) == (None, "ask", Status.NEW)
    assert theme.changes[-2:] == (
        Change("T1", later, "ben", "title", "Held payouts", None),
        Change("T1", later, "ben", "owner", "Mia", None),
    )


@pytest.mark.parametrize(
    "edit", [Edit(), Edit(reason="why"), Edit(status="new"), Edit(title=None, note="  ")]
)
def test_an_edit_that_changes_nothing_is_no_change(catalog, edit):
    theme = catalog.edit("T1", edit, "mia", NOON)
    assert (theme.revision, theme.changes) == (0, ())


def test_a_theme_that_counts_to_another_is_not_edited(catalog):
    catalog.merge("T1", "T2", "mia", NOON)
    catalog.merge("T2", "T3", "mia", NOON)
    before = catalog.theme("T1", 0)
    with pytest.raises(MergedTheme, match=r"T1 counts to T3; .*Change T3\."):
        catalog.edit("T1", Edit(note="mine"), "ben", NOON)
    assert catalog.theme("T1", 0) == before
    assert catalog.edit("T3", Edit(note="mine"), "ben", NOON).note == "mine"


def test_a_stale_edit_is_told_and_changes_nothing(catalog):
    catalog.edit("T1", Edit(note="first"), "mia", NOON, revision=0)
    with pytest.raises(EditConflict, match=r"revision 1, not 0.*Read it again"):
        catalog.edit("T1", Edit(note="second", status="resolved"), "ben", NOON, revision=0)
    theme = catalog.theme("T1", 0)
    assert (theme.note, theme.status, len(theme.changes)) == ("first", Status.NEW, 1)


def at_once(*tasks):
    """Run tasks at once; give what each raised, or None."""
    ready, outcomes = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(place, task):
        ready.wait()
        try:
            task()
        except EditConflict as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_two_who_edit_at_once_one_is_told(catalog):
    outcomes = at_once(
        *(
            lambda who=who: catalog.edit("T1", Edit(note=who), who, NOON, revision=0)
            for who in ("mia", "ben")
        )
    )
    assert [type(outcome) for outcome in outcomes].count(EditConflict) == 1
    theme = catalog.theme("T1", 0)
    assert theme.note == ("mia", "ben")[outcomes.index(None)]
    assert [change.made_by for change in theme.changes] == [theme.note]


def test_edits_at_once_that_name_no_revision_are_all_kept(catalog):
    def note(who):
        for n in range(5):
            catalog.edit("T1", Edit(note=f"{who} {n}"), who, NOON)

    assert at_once(lambda: note("mia"), lambda: note("ben")) == [None, None]
    theme = catalog.theme("T1", 0)
    assert theme.revision == len(theme.changes) == 10
    olds = [change.old for change in theme.changes]
    assert olds == [None, *(change.new for change in theme.changes[:-1])]


ODD_NAME = "<script>alert('x')</script> \u05e9\u05dc\u05d5\u05dd \U0001f3f3\ufe0f\u200d\U0001f308"


def test_names_and_notes_of_any_script_come_back_as_they_are(catalog):
    note = "\U0001f600" * 4_999 + "\n."
    with pytest.raises(ValidationError):
        Edit(note=note)
    theme = catalog.edit("T1", Edit(title=ODD_NAME, note=note[1:]), "mia", NOON)
    assert (theme.title, theme.note) == (ODD_NAME, note[1:])
    assert theme.changes[-1].new == note[1:]


TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("field", ["title", "owner", "note", "reason"])
def test_characters_that_turn_text_round_are_left_out_and_no_others(field):
    hebrew = "\u05e9\u05dc\u05d5\u05dd\u200f \u0645\u0631\u062d\u0628\u0627\u200d"
    edit = Edit.model_validate({field: f" \u202e{hebrew}{TURNING} evil\u2069 "})
    assert getattr(edit, field) == f"{hebrew} evil"
    assert getattr(Edit.model_validate({field: TURNING}), field) is None


WRONG = [
    {"title": "x" * 201},
    {"owner": "x" * 201},
    {"note": "x" * 5_001},
    {"reason": "x" * 1_001},
    {"status": "closed"},
    {"status": None},
    {"title": 7},
    {"note": ["a"]},
    {"title": "a\x00b"},
    {"owner": "\ud800"},
    {"merged_into": "T2"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=[next(iter(wrong)) for wrong in WRONG])
def test_what_no_theme_can_be_given_is_refused_at_the_door(wrong):
    with pytest.raises(ValidationError):
        Edit.model_validate(wrong)


@given(st.text(max_size=220))
@example("x" * 200)
@example(" " * 300)
@example("a\nb")
def test_a_name_is_one_line_within_its_length_or_none(text):
    text = "".join(one for one in text if one not in TURNING)
    try:
        title = Edit(title=text).title
    except ValidationError:
        assert len(" ".join(text.split())) > 200 or "\x00" in text
        return
    assert title is None or 1 <= len(title) <= 200
    assert (title or "").split() == text.split()
    assert len((title or "").splitlines()) <= 1


def test_nobody_edits_or_merges_what_is_not_there(catalog):
    with pytest.raises(NoSuchTheme):
        catalog.edit("T9", Edit(note="x"), "mia", NOON)
    with pytest.raises(NoSuchTheme):
        catalog.merge("T9", "T1", "mia", NOON)
    with pytest.raises(NoSuchTheme):
        catalog.merge("T1", "T9", "mia", NOON)
    with pytest.raises(NoSuchTheme) as error:
        catalog.edit("x" * 5_000, Edit(note="x"), "mia", NOON)
    assert len(str(error.value)) < 200


def test_a_merge_is_recorded_with_both_themes(catalog):
    target = catalog.merge("T1", "T2", "mia", NOON, reason="same cause", revision=0)
    assert target.theme_id == "T2"
    source = catalog.theme("T1", 0)
    assert (source.merged_into, source.revision, target.revision) == ("T2", 1, 1)
    assert source.changes == (Change("T1", NOON, "mia", "merged_into", None, "T2", "same cause"),)
    assert target.changes == (Change("T2", NOON, "mia", "took_in", None, "T1", "same cause"),)


def test_a_stale_merge_is_told_and_changes_nothing(catalog):
    catalog.edit("T1", Edit(note="mine"), "ben", NOON)
    with pytest.raises(EditConflict):
        catalog.merge("T1", "T2", "mia", NOON, revision=0)
    assert catalog.merged() == {}
    assert catalog.theme("T2", 0).changes == ()


def test_themes_are_not_merged_into_themselves_or_in_a_circle(catalog):
    with pytest.raises(InvalidMerge, match=r"cannot be merged into itself.*not T1"):
        catalog.merge("T1", "T1", "mia", NOON)
    catalog.merge("T1", "T2", "mia", NOON)
    with pytest.raises(InvalidMerge, match="T1 has been merged into T2"):
        catalog.merge("T2", "T1", "mia", NOON)
    catalog.merge("T2", "T3", "mia", NOON)
    with pytest.raises(InvalidMerge):
        catalog.merge("T3", "T1", "mia", NOON)
    with pytest.raises(InvalidMerge, match=r"into T3 already.*Merge T3 instead"):
        catalog.merge("T1", "T2", "mia", NOON)
    assert catalog.merged() == {"T1": "T3", "T2": "T3"}


def test_nothing_is_merged_into_what_is_dismissed_or_no_longer_found(catalog, discovered):
    catalog.edit("T2", Edit(status="dismissed", reason="a test"), "mia", NOON)
    with pytest.raises(InvalidMerge, match=r"T2 is dismissed; expected .*another status first"):
        catalog.merge("T1", "T2", "mia", NOON)
    catalog.write(discovered(DAY + timedelta(days=1), {"T1": PLAN["T1"], "T2": PLAN["T2"]}))
    with pytest.raises(InvalidMerge, match=r"T3 is no longer found since 2025-04-01; .*T3 itself"):
        catalog.merge("T1", "T3", "mia", NOON)
    assert catalog.merged() == {}
    assert catalog.theme("T3", 0).retired_on is not None
    assert catalog.theme("T1", 0).changes == catalog.theme("T3", 0).changes == ()
    assert catalog.merge("T3", "T1", "mia", NOON).theme_id == "T1"
    with pytest.raises(InvalidMerge, match="T2 is dismissed"):
        catalog.merge("T1", "T2", "mia", NOON)


def test_what_counts_to_a_dismissed_theme_takes_no_other_in(catalog):
    catalog.merge("T1", "T2", "mia", NOON)
    catalog.edit("T2", Edit(status="dismissed"), "mia", NOON)
    with pytest.raises(InvalidMerge, match="T2 is dismissed"):
        catalog.merge("T3", "T1", "mia", NOON)


def test_merging_at_once_makes_no_circle(catalog):
    pairs = [("T1", "T2"), ("T2", "T3"), ("T3", "T1")]

    def merge(source, target):
        try:
            catalog.merge(source, target, "mia", NOON)
        except InvalidMerge:
            refused.append(source)

    refused: list[str] = []
    at_once(*(lambda pair=pair: merge(*pair) for pair in pairs))
    assert len(refused) == 1
    (left,) = PLAN.keys() - catalog.merged().keys()
    assert set(catalog.merged().values()) == {left}
