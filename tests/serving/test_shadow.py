"""The challenger in shadow: it never answers, never keeps anyone waiting, and loses are counted."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from features.errors import DamagedModel
from features.faults import Fault
from features.schema import Appeal
from features.tables import SHADOW_SCORES
from serving.metrics import Metrics
from serving.shadow import AT_ONCE, Answered, Loss, Shadow

AT = datetime(2026, 3, 1, tzinfo=UTC)


class Rival:
    """Says .9 of everything; cannot score what says `odd`; waits where it is told to."""

    def __init__(self):
        self.may_score = threading.Event()
        self.may_score.set()
        self.error = None

    def faults(self, frame):
        return {
            row: [Fault("/text", "odd")] for row, text in enumerate(frame["text"]) if text == "odd"
        }

    def probabilities(self, frame):
        self.may_score.wait(30)
        if self.error is not None:
            raise self.error
        return np.full(len(frame), 0.9)


@dataclass
class Loaded:
    version: str
    scorer: Rival


@dataclass
class Shelf:
    """A registry of which the test says who is what."""

    aliases: dict = field(default_factory=lambda: {"champion": "1", "challenger": "2"})
    rival: Rival = field(default_factory=Rival)
    loads: int = 0
    error: Exception | None = None

    def alias_version(self, alias):
        return self.aliases.get(alias)

    def by_version(self, version):
        self.loads += 1
        if self.error is not None:
            raise self.error
        return Loaded(version, self.rival)


def answers(count, text="why?", start=0, version="1"):
    return [
        Answered(Appeal(appeal_id=f"a{start + n}", submitted_at=AT, text=text), 0.25, version, AT)
        for n in range(count)
    ]


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def metrics():
    return Metrics(shared=False)


@pytest.fixture
def shadow(shelf, engine, metrics, until):
    opened = Shadow(shelf, engine, metrics, line=100, rest=0, look_seconds=0.01)
    opened.start()
    until(lambda: opened.version == "2")
    yield opened
    shelf.rival.may_score.set()
    opened.stop()


def kept(engine):
    with engine.connect() as connection:
        return connection.execute(sa.select(SHADOW_SCORES)).mappings().all()


def counted(metrics):
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def lost(metrics, why):
    return counted(metrics)["redress_shadow_lost_total", str(why)]


def test_what_was_answered_is_scored_and_kept_with_both_versions(shadow, engine, metrics, until):
    shadow.offer(answers(AT_ONCE + 5))
    until(lambda: len(kept(engine)) == AT_ONCE + 5)
    row = kept(engine)[0]
    assert (row["model_version"], row["champion_version"]) == ("2", "1")
    assert (row["probability"], row["champion_probability"]) == (0.9, 0.25)
    assert row["scored_at"] == AT
    until(lambda: counted(metrics)["redress_shadow_scored_total",] == AT_ONCE + 5)
    assert all(lost(metrics, why) == 0 for why in Loss)


def test_a_slow_challenger_keeps_nobody_waiting_and_what_finds_no_place_is_counted(
    shadow, shelf, engine, metrics, until
):
    shelf.rival.may_score.clear()
    shadow.offer(answers(1))
    until(lambda: shadow._line.empty())
    for place in range(5):
        shadow.offer(answers(30, start=100 * place))
    assert lost(metrics, Loss.FULL) == 50
    shelf.rival.may_score.set()
    until(lambda: len(kept(engine)) == 101)


def test_what_does_not_fit_the_challenger_is_counted(shadow, engine, metrics, until):
    shadow.offer([*answers(2), *answers(3, "odd", 5)])
    shadow.offer(answers(2, "odd", 20))
    until(lambda: lost(metrics, Loss.UNFIT) == 5)
    assert len(kept(engine)) == 2


def test_a_challenger_that_fails_is_counted_and_the_next_appeals_are_tried(
    shadow, shelf, engine, metrics, until, caplog
):
    shelf.rival.error = ValueError("private words")
    shadow.offer(answers(3))
    until(lambda: lost(metrics, Loss.FAILED) == 3)
    shelf.rival.error = None
    shadow.offer(answers(2))
    until(lambda: len(kept(engine)) == 2)
    assert "ValueError" in caplog.text
    assert "private words" not in caplog.text


def test_a_database_that_cannot_be_written_is_counted(shadow, engine, metrics, until):
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE shadow_scores")
    shadow.offer(answers(3))
    until(lambda: lost(metrics, Loss.FAILED) == 3)


def test_who_is_promoted_or_withdrawn_scores_in_shadow_no_more(shadow, shelf, engine, until):
    shelf.aliases["champion"] = "2"
    until(lambda: shadow.version is None)
    shadow.offer(answers(3, version="2"))
    assert shadow._line.empty()
    shelf.aliases["challenger"] = "3"
    until(lambda: shadow.version == "3")
    shadow.offer(answers(1, version="2"))
    until(lambda: len(kept(engine)) == 1)
    del shelf.aliases["challenger"]
    until(lambda: shadow.version is None)


def test_a_damaged_challenger_is_not_taken_up_and_not_tried_at_every_look(
    shelf, engine, metrics, caplog
):
    shelf.error = DamagedModel("the files have another digest")
    shadow = Shadow(shelf, engine, metrics)
    with pytest.raises(DamagedModel):
        shadow.look()
    shadow.look()
    assert shelf.loads == 1
    assert shadow.version is None
    shadow.offer(answers(3))
    assert shadow._line.empty()


def test_what_waits_when_the_service_ends_is_counted(shelf, engine, metrics):
    shadow = Shadow(shelf, engine, metrics)
    shadow.look()
    shadow.offer(answers(4))
    shadow.stop()
    assert lost(metrics, Loss.STOPPED) == 4
    assert kept(engine) == []
