"""What a judgement of the parts of the intake starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError

__all__ = ["Intake", "InvalidIntake"]

_FILED: Final = ("day", "policy", "market", "detection", "filed")
_DECIDED: Final = ("day", "policy", "market", "detection", "decided", "overturned")
_DECISIONS: Final = ("appeal_id", "day", "overturned")


class InvalidIntake(InputError):
    """Appeals, themes and counts that do not belong together."""


def _nothing(names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([], dtype=object) for name in names})


@dataclass(frozen=True, eq=False)
class Intake:
    """A window of appeals, what came before it, and how it was decided.

    Attributes
    ----------
    as_of
        The last day of the window, UTC, and the day that is judged.
    days
        In the window, 1 or more.
    frame
        (n,) appeals of the window as `features.frame.appeal_frame`; what is dated outside of it is
        not looked at.
    themes
        (n,) the id of the theme of each, or None.
    campaign
        (n,) as of `features.duplicates.campaigns`.
    earlier
        As of `features.daily.filed_by_day`, of the days before the window.
    decided
        As of `features.daily.decided_by_day`, of all days.
    decisions
        As of `features.daily.decided_appeals`, of the appeals of the window.

    Raises
    ------
    InvalidIntake
        When lengths differ, or a frame lacks a column.
    """

    as_of: date
    days: int
    frame: pd.DataFrame
    themes: Sequence[str | None]
    campaign: NDArray[np.int32]
    earlier: pd.DataFrame = field(default_factory=lambda: _nothing(_FILED))
    decided: pd.DataFrame = field(default_factory=lambda: _nothing(_DECIDED))
    decisions: pd.DataFrame = field(default_factory=lambda: _nothing(_DECISIONS))

    def __post_init__(self) -> None:
        """Refuse what does not belong together."""
        lengths = (len(self.frame), len(self.themes), len(self.campaign))
        if len(set(lengths)) > 1 or self.days < 1:
            raise InvalidIntake(
                f"{lengths[0]} appeals, {lengths[1]} themes and {lengths[2]} campaigns"
                f" of a window of {self.days} days",
                "one theme and one campaign an appeal, and a day or more",
            )
        for frame, names in (
            (self.earlier, _FILED),
            (self.decided, _DECIDED),
            (self.decisions, _DECISIONS),
        ):
            if missing := [name for name in names if name not in frame]:
                raise InvalidIntake(
                    f"counts without the column {missing[0]}",
                    f"the columns {', '.join(names)}",
                    "Read them with features.daily.",
                )

    @property
    def first_day(self) -> date:
        """The first day of the window."""
        return self.as_of - timedelta(days=self.days - 1)
