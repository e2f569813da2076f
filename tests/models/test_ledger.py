"""The ledger: what was given, all of it or nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from features.database import open_database
from features.settings import Settings
from features.tables import SCORES
from models.ledger import Ledger, Occasion, reasons_of, text_digest, write
from models.scores import Reason, Risk, Score

NOW = datetime(2025, 3, 3, 2, 15, tzinfo=UTC)
OCCASION = Occasion("7", NOW, "request-1")


@pytest.fixture
def engine(tmp_path: Path):
    opened = open_database(Settings(home=tmp_path))
    yield opened
    opened.dispose()


def score(appeal_id, probability=0.25):
    return Score(
        appeal_id=appeal_id,
        probability=probability,
        logit=-1.1,
        uncertain=True,
        risk=Risk(0.1, "legal", "high", "learnt"),
        priority=0.4,
        due_at=NOW + timedelta(hours=4),
        reasons=(Reason("base", "base", None, -1.3), Reason("attribute", "age", 3.5, 0.2)),
    )


def rows(engine):
    with engine.connect() as connection:
        return connection.execute(sa.select(SCORES).order_by(SCORES.c.score_id)).all()


def test_a_score_is_kept_whole_and_its_text_is_not(engine):
    Ledger(engine).record([score("a")], ["my words"], OCCASION)
    (row,) = rows(engine)
    assert (row.appeal_id, row.model_version, row.request_id) == ("a", "7", "request-1")
    assert row.scored_at == NOW
    assert row.due_at == NOW + timedelta(hours=4)
    assert (row.probability, row.logit, row.uncertain, row.priority) == (0.25, -1.1, True, 0.4)
    risk = (row.risk_probability, row.risk_team, row.risk_tier, row.risk_basis)
    assert risk == (0.1, "legal", "high", "learnt")
    assert reasons_of(row.reasons) == score("a").reasons
    assert row.text_digest == text_digest("my words")
    assert "my words" not in str(row)


def test_scores_keep_their_order_and_a_second_score_is_added(engine):
    ledger = Ledger(engine)
    ledger.record([score("a"), score("b")], ["x", "y"], OCCASION)
    ledger.record([score("a", 0.5)], ["x"], OCCASION)
    assert [(row.appeal_id, row.probability) for row in rows(engine)] == [
        ("a", 0.25),
        ("b", 0.25),
        ("a", 0.5),
    ]


def test_nothing_to_record_is_nothing_recorded(engine):
    Ledger(engine).record([], [], OCCASION)
    assert rows(engine) == []


def test_one_row_that_cannot_be_written_undoes_all(engine):
    with pytest.raises(sa.exc.IntegrityError):
        Ledger(engine).record([score("a"), score("b", None)], ["x", "y"], OCCASION)
    assert rows(engine) == []


def test_a_text_short_of_the_scores_is_refused(engine):
    with pytest.raises(ValueError, match="zip"):
        Ledger(engine).record([score("a"), score("b")], ["x"], OCCASION)
    assert rows(engine) == []


def test_writing_follows_the_callers_transaction(engine):
    with engine.connect() as connection:
        transaction = connection.begin()
        write(connection, [score("a")], ["x"], OCCASION)
        transaction.rollback()
    assert rows(engine) == []
