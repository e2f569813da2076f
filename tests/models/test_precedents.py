from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import insert

import models.precedents
from features.database import open_database, writing
from features.history import add_appeals
from features.schema import Appeal
from features.settings import Settings
from features.tables import DECISIONS
from models.precedents import Precedents

NOW = datetime(2025, 3, 1, tzinfo=UTC)
TEXTS = {
    "a": "genuine invoice",
    "b": "genuine invoice invoice",
    "c": "lawyer hacked",
    "old": "genuine invoice",
    "silent": "",
    "open": "genuine invoice",
}


@pytest.fixture
def engine(tmp_path):
    """A database of the test's own."""
    opened = open_database(Settings(home=tmp_path))
    yield opened
    opened.dispose()


@pytest.fixture
def history(engine):
    """Enter some appeals; one was decided long ago, one is open."""
    appeals = [Appeal(appeal_id=one, submitted_at=NOW, text=text) for one, text in TEXTS.items()]
    decided = dict.fromkeys(("a", "b", "c", "silent"), NOW) | {"old": NOW - timedelta(days=400)}
    with writing(engine) as connection:
        add_appeals(connection, appeals)
        connection.execute(
            insert(DECISIONS),
            [
                {"appeal_id": one, "decided_at": at, "outcome": "upheld"}
                for one, at in decided.items()
            ],
        )
    return engine


def test_the_nearest_decided_appeals_are_found(history, encoder):
    precedents = Precedents(encoder)
    precedents.read(history)
    found = precedents.nearest("genuine invoice", 5)
    assert [one for one, _ in found] == ["a", "b", "c"]
    vectors = encoder.encode([TEXTS[one] for one, _ in found])
    exact = vectors @ encoder.encode(["genuine invoice"])[0]
    assert np.allclose([cosine for _, cosine in found], exact, atol=2e-3)
    assert len(precedents.nearest("genuine invoice", 2)) == 2


def test_a_text_that_says_nothing_is_near_nothing(history, encoder):
    precedents = Precedents(encoder)
    assert precedents.nearest("genuine", 5) == []
    precedents.read(history)
    assert precedents.nearest("", 5) == []


def test_reading_again_takes_in_what_is_new_alone(history, encoder, monkeypatch):
    monkeypatch.setattr(models.precedents, "CHUNK", 2)
    precedents = Precedents(encoder)
    precedents.read(history)
    assert len(precedents) == 3
    precedents.read(history)
    assert len(precedents) == 3
    with writing(history) as connection:
        row = {"appeal_id": "open", "decided_at": NOW, "outcome": "overturned"}
        connection.execute(insert(DECISIONS).values(row))
    precedents.read(history)
    assert len(precedents) == 4
    assert {one for one, _ in precedents.nearest("genuine invoice", 2)} == {"a", "open"}


def test_an_empty_history_has_no_precedents(engine, encoder):
    precedents = Precedents(encoder)
    precedents.read(engine)
    assert len(precedents) == 0
    assert precedents.nearest("genuine", 5) == []
