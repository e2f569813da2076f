"""Desks with a real model: other processes load it from the registry as they would in service."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from features.columns import ColumnMap
from features.database import open_database
from features.encoder import StudentEncoder
from features.errors import StateError
from features.files import read_table
from features.frame import appeal_frame
from features.schema import Appeal
from features.tables import SCORES
from models import theme_encoder
from models.alarms import Part
from models.catalog import Catalog
from models.ledger import Occasion
from models.overturn import OverturnConfig
from models.registry import CHAMPION, Registry
from models.scorer import Scorer, ScorerConfig
from training import bulk, desk
from training.bulk import separable
from training.desk import Errand, facts_of, one_desk, several_desks
from training.example import example_appeals
from training.source import Source, read_cases
from training.tracking import running

pytestmark = pytest.mark.slow


@pytest.fixture
def made(export):
    return export(rows=300)


@pytest.fixture
def errand(home, made, wordpiece, found_of):
    """A small real model in service, a theme, and the file it learnt from to be scored."""
    tokenizer = wordpiece(["please", "look", "again"])
    table = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), 4))
    encoder = StudentEncoder(tokenizer, table.astype(np.float32))
    frame = read_cases(Source(made.file, made.columns), home).frame
    config = ScorerConfig(overturn=OverturnConfig(candidates={}, slices=2))
    scorer = Scorer.fit_with(encoder, frame, config, fidelity=0.9)
    registry = Registry(home)
    with running(registry) as run_id:
        registry.package(run_id, scorer, example_appeals(frame))
    version = registry.register(run_id, {})
    registry.set_alias(CHAMPION, version)
    catalog = Catalog(open_database(home))
    digest = theme_encoder.keep(encoder, home.home)
    catalog.write(found_of(encoder, digest, {"T1": ("please look again", 5)}))
    occasion = Occasion(version, datetime(2026, 5, 1, tzinfo=UTC))
    return Errand(home, made.columns, occasion, catalog.places())


def blocks(table, rows):
    return [table.iloc[at : at + rows] for at in range(0, len(table), rows)]


def ledger(home):
    with open_database(home).connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(SCORES.c.appeal_id))]


def test_processes_give_what_one_desk_gives_in_the_same_order(errand, made, home):
    table = read_table(made.file)
    with one_desk(errand, Registry(home).champion()) as score:
        [whole] = score([table])
    once = ledger(home)

    with several_desks(errand) as score:
        batches = list(score(blocks(table, 70)))

    shared = pd.concat([batch.scores.to_pandas() for batch in batches], ignore_index=True)
    assert shared["appeal_id"].tolist() == made.table()["id"].tolist()
    assert set(shared["theme_id"]) == {"T1"}
    pd.testing.assert_frame_equal(shared, whole.scores.to_pandas(), rtol=1e-9)
    assert sorted(ledger(home)) == sorted(once * 2)


def test_the_facts_that_alarms_are_about_are_those_of_each_appeal():
    facts = [
        {"policy": "spam", "market": "SG", "detection": "automated"},
        {"market": "TH"},
        {},
    ]
    appeals = [
        Appeal(appeal_id=str(place), submitted_at="2026-01-01", text="", **own)
        for place, own in enumerate(facts)
    ]
    assert facts_of(appeal_frame(appeals)) == [Part(**own) for own in facts]


def test_the_command_shares_a_large_file_out(errand, made, run, tmp_path, monkeypatch):
    monkeypatch.setattr(bulk, "BLOCK", 50)
    monkeypatch.setattr(bulk, "SHARED_FROM", 2)
    made.file.write_text(made.file.read_text().replace("2026-01-01T05:00:00Z", "31 February"))

    ran = run("score", *made.arguments, "--out", tmp_path / "scores.parquet")

    assert ran.code == 0
    assert "299 appeals scored" in ran.out
    found = pd.read_parquet(tmp_path / "scores.parquet")
    assert found["appeal_id"].tolist() == [name for name in made.table()["id"] if name != "a-5"]
    assert pd.read_csv(f"{made.file}.rejected.csv")["line"].tolist() == [7]


def test_a_process_that_cannot_load_the_model_is_said_and_not_waited_for(errand, monkeypatch):
    gone = Errand(errand.settings, errand.columns, Occasion("9", errand.occasion.scored_at))
    monkeypatch.setattr(desk, "OPENING_SECONDS", 30)

    with pytest.raises(StateError, match="could not load the model"), several_desks(gone):
        pass


@pytest.mark.parametrize(
    ("change", "apart"),
    [
        (lambda table, columns: (table, columns), True),
        (lambda table, columns: (pd.concat([table, table]), columns), False),
        (lambda table, columns: (table, columns.replace("appeal_id: id\n", "")), True),
        (
            lambda table, columns: (
                table,
                columns.replace(
                    "submitted_at: filed", "submitted_at: {column: filed, unit: year, order: id}"
                ),
            ),
            False,
        ),
    ],
)
def test_a_table_is_read_in_parts_only_where_that_changes_nothing(made, change, apart):
    table, columns = change(made.table(), made.columns.read_text())
    made.columns.write_text(columns)

    assert separable(ColumnMap.load(made.columns), table) is apart
