"""Working hours: clock time, and the time that was worked until then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError

__all__ = ["ROUND_THE_CLOCK", "InvalidShift", "Shift"]

Floats = NDArray[np.float64]
DAY: Final = 24.0


class InvalidShift(InputError):
    """Hours that are none of a day."""


@dataclass(frozen=True)
class Shift:
    """The hours of every day at which people work, UTC.

    Attributes
    ----------
    begins, ends
        Hours of the day, 0 <= begins < ends <= 24.
    """

    begins: float = 0.0
    ends: float = DAY

    def __post_init__(self) -> None:
        """Refuse hours that are none; raises InvalidShift."""
        if not 0 <= self.begins < self.ends <= DAY:
            raise InvalidShift(
                f"work from {self.begins:g} to {self.ends:g}", "two hours of one day, as 9-18"
            )

    @property
    def length(self) -> float:
        """Hours worked in a day."""
        return self.ends - self.begins

    def worked(self, clock: Floats) -> Floats:
        """Count the hours worked until moments: (n,), from hours since a midnight."""
        days = np.floor(clock / DAY)
        within = np.clip(clock - days * DAY - self.begins, 0.0, self.length)
        return np.asarray(days * self.length + within)

    def clock(self, worked: Floats) -> Floats:
        """Tell the first moment by which so many hours had been worked: (n,), above 0.

        The inverse of `worked`: what is finished as the day's work ends, is finished that day.
        """
        days = np.ceil(worked / self.length) - 1
        return np.asarray(days * DAY + self.begins + worked - days * self.length)


ROUND_THE_CLOCK: Final = Shift()
