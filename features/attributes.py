"""Attributes as numbers: every fact known at filing becomes columns of a design matrix.

A term is one fact and the columns it fills: splines for a number, one column a level for a word. A
term is plain data, learnt from a frame and kept as JSON; it never sees an outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain
from types import NoneType
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from features.calendar import CYCLES, CycleTerm, calendar_facts
from features.frame import ATTRIBUTE_PREFIX, CATEGORIES, NUMBERS, attribute_names
from features.shape import SHAPES, SHARES, text_shape

KNOTS: Final = 5
"""Quantiles of the data between which a spline bends."""
DEGREE: Final = 3
RARE: Final = 5
"""A level that fewer appeals carry joins the rare ones."""
OTHER: Final = "(other)"
MISSING: Final = "(missing)"
_OURS: Final = (OTHER, MISSING)
FILED: Final = "filed"
"""The day of filing, as a number: the base rate moves with time."""
SHAPE_FACTS: Final = tuple(f"text.{shape}" for shape in SHAPES)
"""The facts that tell of a text's shape."""


@dataclass(frozen=True)
class NumberTerm:
    """A number: a straight line, a cubic spline on quantile knots, and a flag where it is missing.

    The number goes through sign(x) log(1 + |x|) first, as amounts and counts are skewed, unless it
    is a share or a date. Beyond the outermost knots the effect stays what it is at the knot.

    Attributes
    ----------
    knots
        Distinct, ascending, after the logarithm.
    centre, scale
        Mean and standard deviation after the logarithm.
    means
        Mean of each spline column, taken out so that an average appeal contributes nothing.
    """

    kind: ClassVar[str] = "number"
    name: str
    logarithmic: bool
    knots: tuple[float, ...]
    centre: float
    scale: float
    means: tuple[float, ...]

    @classmethod
    def learn(cls, name: str, values: pd.Series, logarithmic: bool) -> NumberTerm:
        """Place the knots at quantiles of the values that are there."""
        plain = cls(name, logarithmic, (), 0.0, 1.0, ())
        known = plain._scaled(values)
        known = known[np.isfinite(known)]
        if not len(known):
            return plain
        knots = _apart(np.quantile(known, np.linspace(0, 1, KNOTS)))
        bare = cls(name, logarithmic, knots, *_moments(known), ())
        means = bare._splines(known).mean(axis=0)
        return cls(name, logarithmic, bare.knots, bare.centre, bare.scale, tuple(means.tolist()))

    @property
    def width(self) -> int:
        """Columns."""
        return 2 + self._bends

    @property
    def _bends(self) -> int:
        return len(self.knots) + DEGREE - 1 if len(self.knots) > 2 else 0

    def columns(self, values: pd.Series) -> NDArray[np.float64]:
        """Fill this term's columns: (n, width)."""
        scaled = self._scaled(values)
        missing = ~np.isfinite(scaled)
        inside = np.clip(np.where(missing, self.centre, scaled), *self._range)
        filled = np.zeros((len(inside), self.width))
        filled[:, 0] = (inside - self.centre) / self.scale
        if self._bends:
            filled[:, 1:-1] = self._splines(inside) - (np.array(self.means) if self.means else 0)
        filled[missing] = 0
        filled[missing, -1] = 1
        return filled

    @property
    def _range(self) -> tuple[float, float]:
        return (self.knots[0], self.knots[-1]) if self.knots else (self.centre, self.centre)

    def _scaled(self, values: pd.Series) -> NDArray[np.float64]:
        numbers = _floats(values)
        return np.sign(numbers) * np.log1p(np.abs(numbers)) if self.logarithmic else numbers

    def _splines(self, inside: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self._basis(inside)) if self._bends else np.empty((len(inside), 0))

    @cached_property
    def _basis(self) -> BSpline:
        """All splines at once: one that has a coefficient of 1 for each."""
        first, last = (self.knots[0],) * DEGREE, (self.knots[-1],) * DEGREE
        return BSpline(np.array([*first, *self.knots, *last]), np.eye(self._bends), DEGREE)


@dataclass(frozen=True)
class WordTerm:
    """A word from a list, or several at once: one column a level, one for rare and unseen ones."""

    kind: ClassVar[str] = "word"
    name: str
    levels: tuple[str, ...]

    @classmethod
    def learn(cls, name: str, values: pd.Series) -> WordTerm:
        """Take the levels that are not rare."""
        counts = spelt(values).explode().value_counts()
        frequent = [str(level) for level in counts.index[counts >= RARE] if level not in _OURS]
        return cls(name, tuple(sorted(frequent)))

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.levels) + 2

    def columns(self, values: pd.Series) -> sp.csr_array:
        """Fill this term's columns: (n, width), a 1 for each level that is there."""
        rows, places = self.cells(values)
        return sp.csr_array((np.ones(len(rows)), (rows, places)), shape=(len(values), self.width))

    def cells(self, values: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Say which cells hold a 1, by row and column: a value of several words fills several."""
        known, other = self._places, len(self.levels)
        stated = values.tolist()
        if set(map(type, stated)) <= {str, NoneType}:
            single = [known.get(word or MISSING, other) for word in stated]
            return np.arange(len(single)), np.array(single, dtype=np.int64)
        # A set: several unseen words are still one 1 in the column that they share.
        places = [{known.get(word, other) for word in _words(value)} for value in stated]
        rows = np.repeat(np.arange(len(places)), [len(several) for several in places])
        return rows, np.fromiter(chain.from_iterable(places), dtype=np.int64, count=len(rows))

    @cached_property
    def _places(self) -> dict[str, int]:
        levels = {level: place for place, level in enumerate(self.levels)}
        return {**levels, MISSING: len(self.levels) + 1}


Term = NumberTerm | WordTerm | CycleTerm


class AttributeDesign:
    """Turns a frame of appeals into a design matrix, a group of columns for each fact.

    Attributes
    ----------
    terms_
        What was learnt of each fact.
    """

    terms_: tuple[Term, ...]

    def fit(self, facts: pd.DataFrame) -> AttributeDesign:
        """Learn the terms of a table of facts.

        A fact that never differs gets none, nor does a cycle that has not come round once.
        """
        seen = [name for name in facts if name not in CYCLES or _came_round(facts, str(name))]
        varied = [name for name in seen if spelt(facts[name]).nunique() > 1]
        self.terms_ = tuple(_learn(str(name), facts[name]) for name in varied)
        return self

    @property
    def names(self) -> list[str]:
        """The facts, in the order of their groups of columns."""
        return [term.name for term in self.terms_]

    @property
    def groups(self) -> NDArray[np.int64]:
        """(width,) which fact each column belongs to."""
        return np.repeat(np.arange(len(self.terms_)), [term.width for term in self.terms_])

    @property
    def is_number(self) -> NDArray[np.bool_]:
        """(width,) which columns belong to a number, a place in a cycle among them."""
        flags = np.array([term.kind != "word" for term in self.terms_], dtype=bool)
        return flags[self.groups]

    @property
    def keeps_calendar(self) -> bool:
        """Whether any fact is a place in a cycle of the calendar."""
        return any(isinstance(term, CycleTerm) for term in self.terms_)

    def words(self, facts: pd.DataFrame) -> sp.csr_array:
        """Fill the columns that belong to words from a table of facts: (n, ~is_number)."""
        terms = [term for term in self.terms_ if isinstance(term, WordTerm)]
        begins = np.cumsum([0, *(term.width for term in terms)])
        cells = [term.cells(_fact(facts, term.name)) for term in terms]
        rows = np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in cells)])
        shifted = (places + begin for (_, places), begin in zip(cells, begins[:-1], strict=True))
        columns = np.concatenate([np.empty(0, np.int64), *shifted])
        ones, shape = np.ones(len(rows)), (len(facts), int(begins[-1]))
        return sp.csr_array((ones, (rows, columns)), shape=shape)

    def numbers(self, facts: pd.DataFrame) -> NDArray[np.float64]:
        """Fill the columns that belong to numbers from a table of facts: (n, is_number)."""
        terms = [term for term in self.terms_ if not isinstance(term, WordTerm)]
        columns = [term.columns(_fact(facts, term.name)) for term in terms]
        return np.hstack([np.empty((len(facts), 0)), *columns])

    def to_json(self) -> list[dict[str, Any]]:
        """Give the terms as plain data."""
        return [{"kind": term.kind, **asdict(term)} for term in self.terms_]

    @classmethod
    def from_json(cls, terms: Sequence[dict[str, Any]]) -> AttributeDesign:
        """Take the terms from plain data."""
        kinds: dict[str, Any] = {"number": NumberTerm, "word": WordTerm, "cycle": CycleTerm}
        design = cls()
        design.terms_ = tuple(
            kinds[term["kind"]](
                **{
                    k: tuple(v) if isinstance(v, list) else v
                    for k, v in term.items()
                    if k != "kind"
                }
            )
            for term in terms
        )
        return design


def fact_table(frame: pd.DataFrame, calendar: bool = False) -> pd.DataFrame:
    """Gather every fact known at filing: contract fields, attributes, the text's shape, the day.

    Parameters
    ----------
    frame
        As `features.frame.appeal_frame`.
    calendar
        Whether to tell the places in the cycles of the calendar too.

    Returns
    -------
    pandas.DataFrame
        One column a fact, under the name by which a reason tells of it; an attribute that is named
        like another fact keeps its prefix.
    """
    derived = text_shape(frame["text"].tolist()).add_prefix("text.")
    since = frame["submitted_at"] - pd.Timestamp(0, tz="UTC")
    derived[FILED] = since.dt.total_seconds().to_numpy() / 86_400
    stated = {name: name for name in (*CATEGORIES, *NUMBERS, "evidence")}
    if calendar:
        derived = pd.concat([derived, calendar_facts(frame["submitted_at"])], axis=1)
    taken = {*stated, *derived, *CYCLES}
    for name in attribute_names(frame):
        column = ATTRIBUTE_PREFIX + name
        stated[column if name in taken else name] = column
    facts = frame[list(stated.values())].reset_index(drop=True)
    return pd.concat([facts.set_axis(list(stated), axis=1), derived], axis=1)


def spelt(values: pd.Series) -> pd.Series:
    """Spell values as words: missing and empty ones as such, several at once as a tuple."""
    return values.map(_word)


def _words(value: object) -> tuple[str, ...]:
    word = _word(value)
    return word if isinstance(word, tuple) else (word,)


def _word(value: object) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value or MISSING
    if isinstance(value, tuple | list):
        return tuple(sorted(set(map(str, value)))) or MISSING
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return MISSING
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fact(facts: pd.DataFrame, name: str) -> pd.Series:
    """Take one fact; one that the table does not have is missing everywhere."""
    return facts[name] if name in facts else pd.Series([None] * len(facts), dtype=object)


def _floats(values: pd.Series) -> NDArray[np.float64]:
    """Read numbers, NaN where there is none: (n,)."""
    if values.dtype == np.float64:
        return values.to_numpy()
    return np.asarray(pd.to_numeric(values.to_numpy(object), errors="coerce"), dtype=np.float64)


def _came_round(facts: pd.DataFrame, name: str) -> bool:
    """Tell whether a cycle is as long as the time of filing, or shorter.

    Of a year seen by halves nothing could be said of the other half but what chance told.
    """
    days = facts[FILED].max() - facts[FILED].min() if FILED in facts else 0.0
    return bool(days >= CYCLES[name].days)


def _learn(name: str, values: pd.Series) -> Term:
    if name in CYCLES:
        return CycleTerm(name, CYCLES[name].period)
    if is_numeric(values):
        bounded = {FILED, *(f"text.{share}" for share in SHARES)}
        return NumberTerm.learn(name, values, logarithmic=name not in bounded)
    return WordTerm.learn(name, values)


def is_numeric(values: pd.Series) -> bool:
    """Tell whether all values that are there are numbers, booleans not counted as such."""
    known = [value for value in values if value is not None and value == value]
    return bool(known) and all(
        isinstance(value, int | float | np.number) and not isinstance(value, bool)
        for value in known
    )


def _apart(quantiles: NDArray[np.float64]) -> tuple[float, ...]:
    """Keep the quantiles that differ by more than rounding: a spline divides by the distance."""
    least = max(1e-9 * (quantiles[-1] - quantiles[0]), 1e-12)
    return tuple(quantiles[np.append(True, np.diff(quantiles) > least)].tolist())


def _moments(known: NDArray[np.float64]) -> tuple[float, float]:
    return float(known.mean()), float(known.std()) or 1.0
