"""Reading, scoring and shaping, without HTTP or a database."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.faults import Fault
from features.schema import Appeal
from models.alarms import Part
from models.emerging import Emerging
from models.theme_map import Near, no_themes
from models.themes import Nearest, Status
from serving.scoring import (
    Refusal,
    Scored,
    answer,
    assess,
    facts_of,
    read_item,
    refuse_rows,
)


@dataclass(frozen=True)
class Model:
    scorer: object
    version: str = "3"


class SameWords:
    """Themes of which each holds the appeals that consist of its title."""

    def __init__(self, *titles):
        self.titles = titles

    def near(self, texts, facts):
        return [
            Near(Nearest(f"T{self.titles.index(text)}", text, Status.NEW, 0.75))
            if text in self.titles
            else Near()
            for text in texts
        ]


@pytest.fixture
def themes():
    return no_themes()


@pytest.fixture
def model(scorer):
    return Model(scorer)


def test_the_same_appeal_gets_the_same_answer_whoever_its_neighbours_are(model, appeal):
    themes = SameWords("my words")
    one = appeal("a", text="my words", attributes={"age": 4})
    alone = assess([one], model, themes).results[0]
    crowd = [appeal("b"), 3, appeal("c", attributes={"shoe": 1}), one, appeal("d", text=None)]
    among = assess(crowd, model, themes).results
    assert among[3] == alone
    assert alone.near.theme == Nearest("T0", "my words", Status.NEW, 0.75)
    assert [type(result) for result in among] == [Scored, Refusal, Refusal, Scored, Refusal]


def test_without_any_sound_appeal_the_model_is_not_asked(appeal, themes):
    assessment = assess([1, {}], Model(scorer=None), themes)
    assert [type(result) for result in assessment.results] == [Refusal, Refusal]
    assert assessment.scored == []
    assert answer(assessment, [1, {}])["model_version"] == "3"


def test_when_all_are_refused_by_the_model_nothing_is_scored(model, appeal, themes):
    assessment = assess([appeal("a", attributes={"shoe": 1})], model, themes)
    assert assessment.scored == []


def test_each_score_is_told_with_its_own_theme(model, appeal):
    asked = [
        appeal("a", text="held"),
        3,
        appeal("b", text="else"),
        appeal("c", text="removed", attributes={"shoe": 1}),
        appeal("d", text="removed"),
    ]
    told = answer(assess(asked, model, SameWords("held", "removed")), asked)["results"]
    themes = [result.get("theme", "refused") for result in told]
    theme = {"id": "T0", "title": "held", "status": "new", "similarity": 0.75}
    assert themes[:4] == [theme, "refused", None, "refused"]
    assert themes[4] == theme | {"id": "T1", "title": "removed"}


def test_each_score_is_told_with_its_own_alarm_and_asked_with_its_own_facts(model, appeal):
    alarm = Emerging("A7", "payout", date(2025, 3, 1), 420.0, 9)

    class Alarmed:
        def near(self, texts, facts):
            return [Near(emerging=alarm if own.market == "SG" else None) for own in facts]

    facts = {"policy": "spam", "detection": "human"}
    asked = [appeal("a"), 3, appeal("b", market="SG", **facts), appeal("c", market="TH")]
    told = answer(assess(asked, model, Alarmed()), asked)["results"]
    assert [result.get("emerging", "refused") for result in told] == [
        None,
        "refused",
        {"alarm": "A7", "title": "payout", "since": "2025-03-01", "recurrence_days": 420.0},
        None,
    ]
    read = read_item(asked[2])
    assert facts_of(read) == Part(policy="spam", market="SG", detection="human")


def test_an_id_is_echoed_only_where_it_can_be_one(appeal):
    assert read_item(appeal("a", text=1)).appeal_id == "a"
    assert read_item(appeal("a\0b")).appeal_id is None
    assert read_item(appeal(7)).appeal_id is None
    assert read_item(["a"]).appeal_id is None


def test_of_repeated_ids_the_first_that_can_be_read_is_scored(model, appeal, themes):
    asked = [appeal("a", text=1), appeal("a"), appeal("a"), appeal("a")]
    results = assess(asked, model, themes).results
    assert [type(result) for result in results] == [Refusal, Scored, Refusal, Refusal]
    assert results[3].faults == (Fault("/appeal_id", "repeats the appeal_id of /appeals/1"),)


@given(
    sound=st.lists(st.booleans(), max_size=12),
    refused=st.sets(st.integers(0, 11)),
)
def test_faults_reach_the_appeals_they_belong_to(sound, refused):
    made = Appeal(appeal_id="x", submitted_at="2025-01-01", text="")
    read = [
        made.model_copy(update={"appeal_id": str(i)}) if ok else Refusal(str(i), ())
        for i, ok in enumerate(sound)
    ]
    appeals = [item for item in read if isinstance(item, Appeal)]
    faults = {row: [Fault("", str(row))] for row in refused if row < len(appeals)}
    kept = refuse_rows(read, faults)
    assert [item.appeal_id for item in kept] == [item.appeal_id for item in read]
    for row, item in enumerate(appeals):
        found = kept[int(item.appeal_id)]
        assert (
            (found == Refusal(item.appeal_id, tuple(faults[row])))
            if row in faults
            else (found is item)
        )
