"""The home folder that a notebook looks into: its settings, its history, the truth behind it."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path

import pandas as pd
from rich.console import Console

from features.database import open_database
from features.errors import NoAppeals, NoDecidedAppeals
from features.frame import DECISION_COLUMNS
from features.history import Counts, History
from features.settings import Settings, quieten_libraries
from models.registry import Registry
from training.source import Cases, Source, read_cases
from training.stages import Stages

__all__ = ["Home", "open_home"]


@dataclass(frozen=True)
class Home:
    """Where the appeals are that a notebook looks at.

    Attributes
    ----------
    settings
        Those of the environment, with the folder's whole path.
    """

    settings: Settings

    @cached_property
    def history(self) -> History:
        """Its appeals and decisions."""
        return History(open_database(self.settings))

    @cached_property
    def registry(self) -> Registry:
        """Its models and runs."""
        return Registry(self.settings)

    @cached_property
    def cases(self) -> Cases:
        """Its decided appeals, and those that have no decision yet."""
        return read_cases(Source(), self.settings)

    @cached_property
    def appeals(self) -> pd.DataFrame:
        """All appeals in order of filing, with their decision where there is one.

        The columns of decisions are there even where nothing is decided.
        """
        decided, undecided = self.cases.frame, self.cases.undecided
        filled = pd.concat([part for part in (decided, undecided) if len(part)], ignore_index=True)
        columns = {name: decided[name].dtype for name in DECISION_COLUMNS if name not in filled}
        whole = filled.reindex(columns=[*filled, *columns]).astype(columns)
        return whole.sort_values("submitted_at", kind="stable", ignore_index=True)

    @property
    def decided(self) -> pd.DataFrame:
        """Its decided appeals, as `features.frame.decided_frame`.

        Raises
        ------
        NoDecidedAppeals
            There is none: nothing can be told of outcomes.
        """
        if self.cases.frame.empty:
            raise NoDecidedAppeals(
                f"{self.history.counts().appeals:,} appeals, and no decision",
                "decided ones, whose outcomes tell what is overturned",
                "Ingest decisions, or name the decision column and its outcomes in the mapping",
            )
        return self.cases.frame

    @property
    def stages(self) -> Stages:
        """Stages that say nothing: a notebook shows what was found, not how far a job is."""
        return Stages(Console(quiet=True))

    @property
    def truth(self) -> Path:
        """The folder of the sample that the home was made of; real appeals have none."""
        return self.settings.home / "sample"

    def overview(self) -> pd.DataFrame:
        """Lay out in a column how much there is."""
        counts = self.history.counts()
        return pd.DataFrame({"": _told(counts)}).rename_axis("the history holds")


def open_home(settings: Settings | None = None) -> Home:
    """Open the home that `REDRESS_HOME` names.

    Parameters
    ----------
    settings
        From the environment where left out.

    Raises
    ------
    NoAppeals
        There is no history, or an empty one. Nothing is made in that case.
    """
    quieten_libraries()
    _quieten_bars()
    named = settings or Settings.from_environment()
    home = Home(replace(named, home=named.home.absolute()))
    made = bool(named.database_url) or (home.settings.home / "redress.db").exists()
    if not made or not home.history.counts().appeals:
        raise NoAppeals(
            f"{home.settings.home} holds no appeals",
            "a home with a history, named by REDRESS_HOME",
            "Run `python -m training.bench FOLDER` for one to practise in; or `redress sample OUT`,"
            " then `redress ingest OUT/appeals.csv --columns OUT/columns.yaml`;"
            " then start the notebook with REDRESS_HOME set to the whole path of that home",
        )
    return home


def _quieten_bars() -> None:
    """Let tqdm find out once, unseen, that it has no widgets for bars which nobody asked for."""
    with warnings.catch_warnings(), suppress(ImportError):
        warnings.simplefilter("ignore")
        import_module("tqdm.auto")


def _told(counts: Counts) -> dict[str, str]:
    first, last = counts.first_submitted_at, counts.last_submitted_at
    return {
        "appeals": f"{counts.appeals:,}",
        "of them decided": f"{counts.decided:,}",
        "filed": "" if first is None or last is None else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}",
    }
