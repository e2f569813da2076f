"""A home to practise in: some months of a made-up marketplace, as they would have been lived.

Appeals come in and are decided; after some weeks a first model is trained and promoted, and scores
what comes later; a challenger is trained on more, and scores in its shadow. Each step sees what was
known on its day, and nothing of what came after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pandas as pd
import yaml

from features.columns import ColumnMap, Records
from features.database import open_database
from features.distill import DistillConfig
from features.errors import UnwritableFolder
from features.files import read_table
from features.history import History
from features.settings import Settings
from models import shadow
from models.ledger import Ledger, Occasion
from models.registry import Registry, Served
from models.scores import Score
from training.config import TrainConfig
from training.promote import crown, judge
from training.sample import making, writer
from training.source import Source
from training.stages import Stages
from training.train import train

__all__ = ["CONFIG", "Practice", "make_practice", "write_config"]

CONFIG: Final = "train.yaml"
"""The file of a home to practise in that says how its models were trained."""
_HEADING: Final = "# How the models of this home were trained; what is not named is the default.\n"


@dataclass(frozen=True)
class Practice:
    """What a home to practise in holds.

    Attributes
    ----------
    appeals, days, seed
        Of the sample.
    champion, challenger
        Share of the days after which each model is trained, on what was decided by then.
    token_budget
        Tokens that the teacher reads for each model: by default a fifth of what it usually does.
    """

    appeals: int = 5_000
    days: int = 120
    seed: int = 7
    champion: float = 0.55
    challenger: float = 0.75
    token_budget: int = 60_000

    @property
    def config(self) -> TrainConfig:
        """Give how its models are trained."""
        distill = DistillConfig(token_budget=self.token_budget)
        return TrainConfig.model_validate({"scorer": {"distill": distill.model_dump()}})

    def after(self, share: float) -> datetime:
        """Give the midnight at which a share of the days has gone by."""
        day = making.DEFAULT_UNTIL - timedelta(days=self.days * (1 - share))
        return datetime(day.year, day.month, day.day, tzinfo=UTC)


def write_config(config: TrainConfig, path: Path) -> None:
    """Write what `redress train --config` needs to train another model in the same way."""
    declared = yaml.safe_dump(config.model_dump(mode="json", exclude_defaults=True))
    path.write_text(f"{_HEADING}{declared}", encoding="utf-8")


def make_practice(settings: Settings, practice: Practice, stages: Stages) -> None:
    """Fill a new home; its configuration stands in `CONFIG` there.

    Raises
    ------
    UnwritableFolder
        There is a history in it already: it may be somebody's.
    """
    engine = open_database(settings)
    history = History(engine)
    if history.counts().appeals:
        raise UnwritableFolder(
            f"{settings.home} holds a history already", "a new folder", "Name another one."
        )
    with stages.stage("sample", f"a made-up marketplace: {practice.appeals:,} appeals"):
        records = _sample(settings, practice)
    config = practice.config
    write_config(config, settings.home / CONFIG)
    first, second = practice.after(practice.champion), practice.after(practice.challenger)
    history.add(_known_by(records, first))
    train(Source(), config, settings, stages)
    crown(settings, judge(settings, None, config.gate))
    history.add(_known_by(records, second))
    version = train(Source(), config, settings, stages).version
    history.add(records)
    registry = Registry(settings)
    with stages.stage("score", "scoring what came later, the challenger in shadow"):
        _score(history, registry.champion(), registry.by_version(version), first, second)
    engine.dispose()


def _sample(settings: Settings, practice: Practice) -> Records:
    """Make a sample, with the decisions of those who looked again beside the first ones."""
    folder = settings.home / "sample"
    plan = making.Plan(practice.appeals, practice.days, practice.seed)
    writer.write_sample(making.make_sample(plan), folder)
    mapping = ColumnMap.load(folder / writer.COLUMNS)
    first, again = (
        mapping.read(read_table(folder / name)) for name in (writer.APPEALS, writer.AGAIN)
    )
    return Records(first.appeals, [*first.decisions, *again.decisions], [])


def _known_by(records: Records, moment: datetime) -> Records:
    """Leave out what was filed, and what was decided, later."""
    appeals = [one for one in records.appeals if one.submitted_at < moment]
    decisions = [one for one in records.decisions if one.decided_at < moment]
    return Records(appeals, decisions, [])


def _score(
    history: History, champion: Served, challenger: Served, first: datetime, second: datetime
) -> None:
    """Score what was filed from two moments on: by the champion, then by the other one too."""
    ledger = Ledger(history.engine)
    for day in _days(history.appeals(since=first)):
        filed = day["submitted_at"].iloc[-1].to_pydatetime()
        said = champion.scorer.score(day)
        ledger.record(said, day["text"].tolist(), Occasion(champion.version, filed))
        if filed >= second:
            _shadow(history, day, said, champion, challenger)


def _shadow(
    history: History, day: pd.DataFrame, said: list[Score], champion: Served, challenger: Served
) -> None:
    others = challenger.scorer.probabilities(day).tolist()
    rows = zip(said, day["submitted_at"], others, strict=True)
    kept = [
        shadow.ShadowScore(
            one.appeal_id,
            filed.to_pydatetime(),
            challenger.version,
            other,
            champion.version,
            one.probability,
        )
        for one, filed, other in rows
    ]
    shadow.record(history.engine, kept)


def _days(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for _, day in frame.groupby(frame["submitted_at"].dt.floor("D")):
        yield day.reset_index(drop=True)
