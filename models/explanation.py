"""Explanation: every score told back as reasons that add up to its logit, exactly.

The model is a sum, the student's vector is a sum of token vectors over one length, and a row of
phrases is a sum of occurrences: so each fact and each word has a share of the logit that is not an
estimate. Shown are the base, every fact that the model knows, the words and pairs of words that
moved the score most, and the rest of the text in one reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, repeat
from types import NoneType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tokens import word_starts
from features.words import written
from models.overturn import OverturnModel, Reading
from models.scores import Reason

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Value = str | float | bool | None

SHOWN: Final = 8
"""Words and pairs of words shown for a score."""
BASE: Final = "average appeal"
REST: Final = "rest of the text"


@dataclass(frozen=True)
class Shares:
    """Shares of the logits of n appeals.

    Attributes
    ----------
    base
        The same for all: what an average appeal gets.
    facts
        (n, facts).
    items
        The words and pairs of words of all texts.
    """

    base: float
    facts: Array
    items: Items


@dataclass(frozen=True)
class Items:
    """Words and pairs of words: (m,) text, first token, tokens after it, and share of the logit."""

    rows: Indices
    first: Indices
    further: Indices
    share: Array

    def __getitem__(self, chosen: Indices | NDArray[np.bool_]) -> Items:
        return Items(
            self.rows[chosen], self.first[chosen], self.further[chosen], self.share[chosen]
        )


def reasons(model: OverturnModel, reading: Reading) -> list[tuple[Reason, ...]]:
    """Explain the scores of appeals that have been read.

    Returns
    -------
    One tuple an appeal. The contributions of each add up to its calibrated logit, but for rounding
    in float64 and the float32 of the student's table (to 1e-6).
    """
    shares = shares_of(model, reading)
    facts = _fact_reasons(model, reading.facts, shares.facts)
    phrases = _phrase_reasons(model, reading, shares.items)
    base = Reason("base", BASE, None, shares.base)
    return [(base, *fact, *phrase) for fact, phrase in zip(facts, phrases, strict=True)]


def shares_of(model: OverturnModel, reading: Reading) -> Shares:
    """Split calibrated logits into their shares."""
    slope, shift = model.calibration_.slope, model.calibration_.shift
    centres = model.centres_
    base = slope * (model.coefficients_.intercept + centres.sum()) + shift
    facts = slope * (model.effects(reading) - centres)
    return Shares(float(base), facts, _merge(reading, _items(model, reading, slope)))


def _items(model: OverturnModel, reading: Reading, slope: float) -> Items:
    """Give each word, and each known pair of words, its share."""
    tokens, seen = reading.tokens, reading.occurrences
    phrase = model.coefficients_.blocks[3]
    rows = tokens.rows
    share = model.token_effects[tokens.ids] / reading.lengths[rows]
    weighed = seen.weights * phrase[seen.columns]
    pair = model.phrases_.is_pair(tokens.size)[seen.columns]
    np.add.at(share, seen.first[~pair], weighed[~pair])
    starts = word_starts(tokens, model.encoder.begins_word)
    first = np.flatnonzero(starts)
    words = np.add.reduceat(share, first) if len(first) else share
    length = np.diff(np.append(first, len(rows)))
    return Items(
        np.concatenate([rows[first], seen.rows[pair]]),
        np.concatenate([first, seen.first[pair]]),
        np.concatenate([length - 1, np.ones(int(pair.sum()), dtype=np.int64)]),
        slope * np.concatenate([words, weighed[pair]]),
    )


def _merge(reading: Reading, items: Items) -> Items:
    """Add up the shares of an item that stands more than once in a text."""
    if not len(items.rows):
        return items
    first = _first_alike(_key(reading, items))
    total = np.asarray(np.bincount(first, weights=items.share), dtype=np.float64)
    kept = np.flatnonzero(first == np.arange(len(first)))
    return Items(items.rows[kept], items.first[kept], items.further[kept], total[kept])


def _first_alike(keys: NDArray[np.uint64]) -> Indices:
    """Give the place of the first key that equals each: (m,)."""
    order = np.argsort(keys)  # not stable, hence the minimum: five times as quick as np.unique
    new = np.append(True, keys[order[1:]] != keys[order[:-1]])
    first = np.minimum.reduceat(order, np.flatnonzero(new))
    alike = np.empty(len(keys), dtype=np.int64)
    alike[order] = first[np.cumsum(new) - 1]
    return alike


def _key(reading: Reading, items: Items) -> NDArray[np.uint64]:
    """Hash the text and the tokens of each item; a clash merges two names, never loses a share."""
    ids = reading.tokens.ids.astype(np.uint64) + np.uint64(1)
    prime = np.uint64(0x9E3779B97F4A7C15)
    key = (items.rows.astype(np.uint64) + np.uint64(1)) * prime
    key += items.further.astype(np.uint64)
    inside = np.arange(len(key))
    for step in range(int(items.further.max()) + 1):
        inside = inside[items.further[inside] >= step]
        mixed = (key[inside] ^ ids[items.first[inside] + step]) * prime
        key[inside] = mixed ^ (mixed >> np.uint64(29))
    return key


def _phrase_reasons(
    model: OverturnModel, reading: Reading, items: Items
) -> list[tuple[Reason, ...]]:
    """Name the items that moved each score most, and put the rest in one reason."""
    texts = len(reading.tokens.offsets) - 1
    nameless = _nameless(model, reading, items)
    order = _heaviest_first(items, nameless)
    items = items[order]
    begins = np.searchsorted(items.rows, np.arange(texts))
    shown = np.arange(len(items.rows)) - begins[items.rows] < SHOWN
    shown &= ~nameless[order]
    left_out = np.bincount(items.rows[~shown], weights=items.share[~shown], minlength=texts)
    rest = left_out.astype(np.float64)  # of nothing it makes integers
    items = items[shown]
    told = _column("phrase", _names(model, reading, items), repeat(None), items.share)
    ends = np.searchsorted(items.rows, np.arange(texts + 1)).tolist()
    left = zip(pairwise(ends), rest.tolist(), strict=True)
    return [(*told[a:b], Reason("text", REST, None, share)) for (a, b), share in left]


def _heaviest_first(items: Items, nameless: NDArray[np.bool_]) -> Indices:
    """Order items by text, in it those with a name before the nameless, then by falling weight.

    Floats of one sign sort as their bits do, so that name, weight and place fit into one integer,
    and one sort of integers is ten times as quick as np.lexsort. Weights that agree to nine digits
    count as equal: the item that comes first in the text stands first.
    """
    places = np.arange(len(items.rows), dtype=np.uint64)
    low = np.uint64((1 << len(places).bit_length()) - 1)
    weight = np.abs(items.share).view(np.uint64) ^ np.uint64((1 << 63) - 1)
    sign = nameless.astype(np.uint64) << np.uint64(63)
    order = (np.sort((sign | weight) & ~low | places) & low).astype(np.int64)
    rows = items.rows[order]
    return order[np.argsort(rows.astype(np.min_scalar_type(rows.max(initial=0))), kind="stable")]


def _nameless(model: OverturnModel, reading: Reading, items: Items) -> NDArray[np.bool_]:
    """Tell which items are not shown by name.

    They hold a token that says nothing of what was written, such as `[UNK]`, or nothing but stop
    words and signs: "the" and "/" move a score too, and a reviewer learns nothing from them.
    """
    ids = reading.tokens.ids
    unknown = _within(model.encoder.nameless[ids], items)
    empty = _within(model.encoder.fillers[ids], items) == items.further + 1
    return np.asarray((unknown > 0) | empty)


def _within(tokens: NDArray[np.bool_], items: Items) -> Indices:
    """Count the tokens of a kind in each item: (m,)."""
    before = np.append(0, np.cumsum(tokens))
    return np.asarray(before[items.first + items.further + 1] - before[items.first])


def _names(model: OverturnModel, reading: Reading, items: Items) -> list[str]:
    spelt, ids = model.encoder.spellings, reading.tokens.ids
    last = ids[items.first + items.further]
    pairs = (items.further == 1) & model.encoder.begins_word[last]
    begins, ends = items.first.tolist(), (items.first + items.further + 1).tolist()
    pieces = ids.tolist()
    told = zip(begins, ends, pairs.tolist(), strict=True)
    return [
        written([spelt[piece] for piece in pieces[begin:end]])
        if pair
        else "".join([spelt[piece] for piece in pieces[begin:end]])
        for begin, end, pair in told
    ]


def _fact_reasons(
    model: OverturnModel, facts: pd.DataFrame, shares: Array
) -> list[tuple[Reason, ...]]:
    columns = [
        _column("attribute", repeat(name), _told(facts, name), share)
        for name, share in zip(model.design_.names, shares.T, strict=True)
    ]
    return list(zip(*columns, strict=True)) or [()] * len(facts)


def _column(
    kind: str, names: Iterable[str], values: Iterable[Value], shares: Array
) -> list[Reason]:
    """Make reasons of one kind, a share each."""
    return list(map(Reason, repeat(kind), names, values, shares.tolist()))


def _told(facts: pd.DataFrame, name: str) -> Iterable[Value]:
    """Give the values as a reason tells them: numbers rounded to three digits, lists joined."""
    if name not in facts:
        return repeat(None)
    values = facts[name]
    if values.dtype == np.float64:
        numbers = np.round(values.to_numpy(), 3).tolist()
        return [None if value != value else value for value in numbers]
    stated = values.tolist()
    if set(map(type, stated)) <= {str, bool, NoneType}:
        return stated
    return [_plain(value) for value in stated]


def _plain(value: object) -> Value:
    if value is None or value != value:
        return None
    if isinstance(value, str | bool):
        return value
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or None
    return round(float(value), 3) if isinstance(value, int | float | np.number) else str(value)
