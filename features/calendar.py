"""When an appeal was filed, on the clocks that people live by: hour, weekday, month, year.

Each is a cycle: its end lies beside its beginning. A fact tells where in the cycle the moment of
filing stands; its columns are the first harmonics of a Fourier series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["CYCLES", "Cycle", "CycleTerm", "calendar_facts"]

HARMONICS: Final = 2


@dataclass(frozen=True)
class Cycle:
    """How long a cycle is: in the unit in which its fact is told, and in days."""

    period: float
    days: float


CYCLES: Final[Mapping[str, Cycle]] = {
    "filed.hour": Cycle(24, 1),
    "filed.weekday": Cycle(7, 7),
    "filed.month_day": Cycle(30.44, 30.44),
    "filed.year_day": Cycle(365.25, 365.25),
}
"""The facts by name. All are UTC; Monday is 0."""


@dataclass(frozen=True)
class CycleTerm:
    """A place in a cycle: sines and cosines, so that midnight is as near to 1 as to 23."""

    kind: ClassVar[str] = "cycle"
    name: str
    period: float

    @property
    def width(self) -> int:
        """Columns."""
        return 2 * HARMONICS

    def columns(self, values: pd.Series) -> NDArray[np.float64]:
        """Fill this term's columns: (n, width), in [-1, 1]; 0 where the moment is not known."""
        places = pd.to_numeric(values, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        turns = 2 * np.pi * places[:, None] / self.period * np.arange(1, HARMONICS + 1)
        return np.asarray(np.nan_to_num(np.hstack([np.sin(turns), np.cos(turns)])))


def calendar_facts(filed: pd.Series) -> pd.DataFrame:
    """Tell where in each of `CYCLES` moments stand, a column a cycle.

    Parameters
    ----------
    filed
        (n,) moments, UTC.
    """
    moment = filed.reset_index(drop=True).dt
    hour = moment.hour + moment.minute / 60
    told = (hour, moment.day_of_week + hour / 24, moment.day, moment.day_of_year)
    columns = dict(zip(CYCLES, told, strict=True))
    return pd.DataFrame({name: values.astype(np.float64) for name, values in columns.items()})
