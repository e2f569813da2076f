from datetime import UTC, datetime

import pytest

from features.frame import appeal_frame
from features.schema import Appeal
from training.example import SHARED, TEXT, example_appeals


def appeals(attributes):
    return [
        Appeal(
            appeal_id=f"id-{place}",
            submitted_at=datetime(2026, 3, 1 + place, 13, tzinfo=UTC),
            text=f"secret {place}",
            subject_id=f"seller-{place}",
            policy="counterfeit",
            attributes=values,
        )
        for place, values in enumerate(attributes)
    ]


@pytest.fixture
def frame():
    return appeal_frame(
        appeals(
            [{"age": place, "name": f"n{place}", "kind": "shop", "vip": True} for place in range(9)]
        )
    )


def test_the_example_has_the_columns_of_the_frame_and_one_row(frame):
    example = example_appeals(frame)

    assert set(example.columns) == set(frame.columns)
    assert len(example) == 1


def test_the_example_holds_nobodys_text_or_names(frame):
    example = example_appeals(frame).iloc[0]

    assert example["text"] == TEXT
    assert example["appeal_id"] == "example"
    assert example["subject_id"] is None
    assert example["attributes.name"] is None


def test_the_example_holds_what_many_share(frame):
    example = example_appeals(frame).iloc[0]

    assert example["policy"] == "counterfeit"
    assert example["attributes.age"] == 4.0
    assert example["attributes.kind"] == "shop"
    assert example["attributes.vip"]


def test_a_word_that_few_share_is_left_out():
    few = appeals([{"kind": "rare"}] * (SHARED - 1) + [{"kind": f"k{n}"} for n in range(6)])

    assert example_appeals(appeal_frame(few)).iloc[0]["attributes.kind"] is None
