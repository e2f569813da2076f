"""What sets the appeals of a theme apart: the facts on its root-cause card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from features.errors import InputError
from features.frame import ATTRIBUTE_PREFIX, CATEGORIES, attribute_names
from models.information import LEVEL, component, lower_bound, tail
from models.themes import Driver

__all__ = ["InvalidFacts", "drivers", "facts_of"]

SHARERS: Final = 5
"""Subjects who must tell a value for it to be a word rather than a mark of one of them."""
FAIR_SHARE: Final = 0.25
"""Share of a theme's cases from which a fact speaks for the theme as a whole."""
FEWEST: Final = 5
"""Cases that must tell a value for it to be a driver."""


class InvalidFacts(InputError):
    """Facts that do not fit the labels."""


@dataclass(frozen=True, eq=False)
class _Facts:
    """Facts as counts.

    `told` is (n, values + fields) of 0 and 1: whether an appeal has a value, and whether it tells
    a field at all. `fields` and `values` name each value; `field_of` gives its column in `told`.
    """

    told: sp.csr_array
    fields: list[str]
    values: list[str]
    field_of: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class _Counts:
    """How often each value is told in each theme, all (themes, values) float64.

    `observed` with the value of `cases` that tell its field; `elsewhere` and `others` the same
    outside the theme; `expected` cases if the theme were like all else.
    """

    observed: NDArray[np.float64]
    cases: NDArray[np.float64]
    elsewhere: NDArray[np.float64]
    others: NDArray[np.float64]
    expected: NDArray[np.float64]

    def of(self, theme: int, values: NDArray[np.intp]) -> _Counts:
        """Give the counts of some values in one theme, each (values,)."""
        return _Counts(
            observed=self.observed[theme, values],
            cases=self.cases[theme, values],
            elsewhere=self.elsewhere[theme, values],
            others=self.others[theme, values],
            expected=self.expected[theme, values],
        )


def facts_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Take from a frame the facts that can drive a theme.

    These are the categories of an appeal, and its attributes that hold words or booleans. Numbers
    are left out, and so is what marks single appeals or subjects, such as a reference, a name or a
    free text: where less than half of the cells told have a value that five subjects share. An
    appeal without a subject counts as one of its own.

    Parameters
    ----------
    frame
        As of `features.frame.appeal_frame`, (n, columns).

    Returns
    -------
    pandas.DataFrame
        (n, fields) of str or None, an attribute under its own name, or with its prefix where a
        category is called the same; booleans are `true` and `false`.
    """
    facts = {name: frame[name] for name in CATEGORIES if name in frame}
    for name in attribute_names(frame):
        column = ATTRIBUTE_PREFIX + name
        facts[column if name in facts else name] = frame[column]
    words = {name: _words(column) for name, column in facts.items()}
    subjects = frame["subject_id"].where(frame["subject_id"].notna(), pd.Series(frame.index))
    kept = {
        name: column
        for name, column in words.items()
        if name in CATEGORIES or _shared(column, subjects)
    }
    return pd.DataFrame(kept, index=frame.index, dtype=object)


def _words(column: pd.Series) -> NDArray[np.object_]:
    return np.array([_word(cell) for cell in column.tolist()], dtype=object)


def _word(cell: object) -> str | None:
    """Spell a word or a boolean; a number, a blank and a missing value are none."""
    if isinstance(cell, bool | np.bool_):
        return "true" if cell else "false"
    return cell.strip() or None if isinstance(cell, str) else None


def _shared(cells: NDArray[np.object_], subjects: pd.Series) -> bool:
    """Tell whether at least half of the cells told have a value that several subjects share."""
    told = pd.DataFrame({"cell": cells, "subject": subjects.to_numpy(object)}).dropna()
    by_cell = told.groupby("cell")["subject"]
    shared = by_cell.size()[by_cell.nunique() >= SHARERS].sum()
    return bool(shared * 2 >= max(len(told), 1))


def drivers(
    facts: pd.DataFrame, labels: NDArray[np.int32], most: int = 10, fewest: int = FEWEST
) -> list[tuple[Driver, ...]]:
    """Find the facts that are told more often in a theme than in the rest of the window.

    What is expected comes from the rest alone: with the theme's own appeals in it, a theme that is
    most of its policy would hide that very policy. Every fact of every theme is a look, and chance
    alone passes one look in forty; a driver must therefore also pass Benjamini and Hochberg's bar
    over all looks together: of all drivers named, at most one in forty is expected to be chance.

    The first driver is the most telling one, by the lower bound: of two facts that go together that
    is the specific one. Each next one is judged by what it tells beyond those above it: against the
    cases expected from any one of them, where that is more. A value that only follows from a fact
    already named (the hold of funds from the policy on payment holds) thus comes last, however
    strong it is by itself. What holds for less than a quarter of the cases counts for less, in
    proportion: it sets a few appeals apart, not the theme. Expectation and bound are given as they
    are by themselves.

    Parameters
    ----------
    facts
        (n, fields) of str or None, as of `facts_of`. None is not told, and counts for nothing.
    labels
        (n,) themes from 0; -1 for none, part of the rest.
    most
        Drivers of a theme at the most.
    fewest
        Cases that must tell a value for it to be a driver. Where each row is another subject, so
        many subjects stand behind what is named.

    Returns
    -------
    list of tuple of Driver
        One a theme, by label; strongest first.

    Raises
    ------
    InvalidFacts
        If there is not one label for each row.
    """
    if len(facts) != len(labels):
        raise InvalidFacts(
            f"{len(facts)} rows of facts and {len(labels)} labels",
            "one label for each row",
            "Give the labels of these very appeals.",
        )
    coded = _coded(facts)
    themes = int(labels.max(initial=-1)) + 1
    members = _members(labels, themes)
    counts = _counted(coded, members)
    passed = _significant(counts, fewest)
    window = _together(coded.told, np.flatnonzero(passed.any(axis=0)))
    found = []
    for theme in range(themes):
        values = np.flatnonzero(passed[theme])
        own = counts.of(theme, values)
        inside = _together(coded.told[np.flatnonzero(labels == theme)], values)
        implied = _implied(own, values, coded.field_of[values], window, inside)
        order = _order(own, implied, most)
        found.append(tuple(_driver(coded, own, values, place) for place in order))
    return found


def _coded(facts: pd.DataFrame) -> _Facts:
    fields: list[str] = []
    values: list[str] = []
    rows, columns, field_of = [], [], []
    for place, name in enumerate(facts.columns):
        codes, words = pd.factorize(facts.iloc[:, place].to_numpy(object), sort=True)
        there = np.flatnonzero(codes >= 0)
        rows.append(there)
        columns.append(codes[there] + len(values))
        field_of += [place] * len(words)
        fields += [str(name)] * len(words)
        values += [str(word) for word in words]
    told = _indicator(rows, columns, (len(facts), len(values)))
    tells = _indicator(
        rows,
        [np.full(len(there), place) for place, there in enumerate(rows)],
        (len(facts), len(facts.columns)),
    )
    return _Facts(
        told=sp.csr_array(sp.hstack([told, tells], format="csr")),
        fields=fields,
        values=values,
        field_of=np.array(field_of, dtype=np.intp) + len(values),
    )


def _indicator(
    rows: list[NDArray[np.intp]], columns: list[NDArray[np.intp]], shape: tuple[int, int]
) -> sp.csr_array:
    none = np.empty(0, dtype=np.intp)
    at = np.concatenate([none, *rows]), np.concatenate([none, *columns])
    return sp.csr_array((np.ones(len(at[0])), at), shape=shape)


def _members(labels: NDArray[np.int32], themes: int) -> sp.csr_array:
    """Which appeals are in which theme, (themes, n) of 0 and 1."""
    inside = np.flatnonzero(labels >= 0)
    return _indicator([labels[inside].astype(np.intp)], [inside], (themes, len(labels)))


def _counted(coded: _Facts, members: sp.csr_array) -> _Counts:
    inside = (members @ coded.told).toarray()
    outside = coded.told.sum(axis=0) - inside
    values = len(coded.values)
    cases, others = inside[:, coded.field_of], outside[:, coded.field_of]
    elsewhere = outside[:, :values]
    return _Counts(
        observed=inside[:, :values],
        cases=cases,
        elsewhere=elsewhere,
        others=others,
        expected=cases * elsewhere / np.maximum(others, 1.0),
    )


def _significant(counts: _Counts, fewest: int) -> NDArray[np.bool_]:
    """Tell which values are drivers of which theme."""
    looks = (counts.cases > 0) & (counts.others > 0)
    above = looks & (counts.observed >= fewest) & (counts.observed > counts.expected)
    above[above] = lower_bound(counts.observed[above], counts.expected[above]) > 0
    # All other looks count as mere chance: no drivers anyway, they only make the bar stricter.
    chance = np.ones(looks.shape)
    chance[above] = tail(
        counts.observed[above], counts.cases[above], counts.elsewhere[above], counts.others[above]
    )
    if looks.any():
        above[looks] &= false_discovery_control(chance[looks]) <= LEVEL
    return above


def _together(told: sp.csr_array, values: NDArray[np.intp]) -> sp.csr_array:
    """Count appeals that have one of these values and another value, or tell a field."""
    chosen = sp.csr_array(told[:, values])
    spread = sp.csr_array(
        (np.ones(len(values)), (values, np.arange(len(values)))),
        shape=(told.shape[1], len(values)),
    )
    return sp.csr_array(spread @ (chosen.T @ told))


def _implied(
    own: _Counts,
    values: NDArray[np.intp],
    fields: NDArray[np.intp],
    window: sp.csr_array,
    inside: sp.csr_array,
) -> NDArray[np.float64]:
    """Expect cases of each value (columns) from the theme's cases of each other (rows).

    Such as: the theme has so many cases on payment holds, so many on others; outside the theme so
    many of either hold funds. One appeal like the whole rest is added to both, so that what is
    hardly seen outside implies nothing.
    """
    both = _block(window, values, values) - _block(inside, values, values)
    with_it = _block(inside, values, fields)
    others_with_it = _block(window, values, fields) - with_it
    share = own.elsewhere / np.maximum(own.others, 1.0)
    has = (both + share) / (others_with_it + 1.0)
    has_not = (own.elsewhere - both + share) / (own.others - others_with_it + 1.0)
    return np.asarray(with_it * has + (own.cases - with_it) * has_not)


def _block(
    table: sp.csr_array, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float64]:
    return np.asarray(table[rows][:, columns].toarray())


def _order(own: _Counts, implied: NDArray[np.float64], most: int) -> list[int]:
    """Order values by what each tells of the theme beyond those before it."""
    weight = np.minimum(own.observed / own.cases / FAIR_SHARE, 1.0)
    expected = own.expected
    left = list(range(len(weight)))
    order: list[int] = []
    while left and len(order) < most:
        told = weight[left] * lower_bound(own.observed[left], expected[left])
        order.append(left.pop(int(np.argmax(told))))
        expected = np.maximum(expected, implied[order[-1]])
    return order


def _driver(coded: _Facts, own: _Counts, values: NDArray[np.intp], place: int) -> Driver:
    observed, expected = own.observed[place], own.expected[place]
    return Driver(
        field=coded.fields[values[place]],
        value=coded.values[values[place]],
        observed=int(observed),
        cases=int(own.cases[place]),
        expected=float(expected),
        information=float(component(observed, expected)),
        lower=float(lower_bound(observed, expected)),
    )
