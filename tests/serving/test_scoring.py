"""Reading, scoring and shaping, without HTTP or a database."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.faults import Fault
from features.schema import Appeal
from serving.scoring import Refusal, Scored, answer, assess, read_item, refuse_rows


@dataclass(frozen=True)
class Model:
    scorer: object
    version: str = "3"


@pytest.fixture
def model(scorer):
    return Model(scorer)


def test_the_same_appeal_gets_the_same_score_whoever_its_neighbours_are(model, appeal):
    one = appeal("a", text="my words", attributes={"age": 4})
    alone = assess([one], model).results[0]
    crowd = [appeal("b"), 3, appeal("c", attributes={"shoe": 1}), one, appeal("d", text=None)]
    among = assess(crowd, model).results
    assert among[3] == alone
    assert [type(result) for result in among] == [Scored, Refusal, Refusal, Scored, Refusal]


def test_without_any_sound_appeal_the_model_is_not_asked(appeal):
    assessment = assess([1, {}], Model(scorer=None))
    assert [type(result) for result in assessment.results] == [Refusal, Refusal]
    assert assessment.scored == []
    assert answer(assessment, [1, {}])["model_version"] == "3"


def test_when_all_are_refused_by_the_model_nothing_is_scored(model, appeal):
    assessment = assess([appeal("a", attributes={"shoe": 1})], model)
    assert assessment.scored == []


def test_an_id_is_echoed_only_where_it_can_be_one(appeal):
    assert read_item(appeal("a", text=1)).appeal_id == "a"
    assert read_item(appeal("a\0b")).appeal_id is None
    assert read_item(appeal(7)).appeal_id is None
    assert read_item(["a"]).appeal_id is None


def test_of_repeated_ids_the_first_that_can_be_read_is_scored(model, appeal):
    results = assess([appeal("a", text=1), appeal("a"), appeal("a"), appeal("a")], model).results
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
