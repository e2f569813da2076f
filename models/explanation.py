"""Explanation: every score told back as reasons that add up to its logit, exactly.

The model is a sum, the student's vector is a sum of token vectors over one length, and a row of
phrases is a sum of occurrences: so each fact and each word has a share of the logit that is not an
estimate. Shown are the base, every fact that the model knows, the words and pairs of words that
moved the score most, and the rest of the text in one reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tokens import spell
from models.overturn import OverturnModel, Reading
from models.phrases import word_starts
from models.scores import Reason

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

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
    _, first, which = np.unique(_key(reading, items), return_index=True, return_inverse=True)
    total = np.bincount(which, weights=items.share)
    merged = items[first]
    return Items(merged.rows, merged.first, merged.further, total)


def _key(reading: Reading, items: Items) -> NDArray[np.uint64]:
    """Hash the text and the tokens of each item; a clash merges two names, never loses a share."""
    ids = np.append(reading.tokens.ids, 0).astype(np.uint64)
    prime = np.uint64(0x9E3779B97F4A7C15)
    key = (items.rows.astype(np.uint64) + np.uint64(1)) * prime
    key += items.further.astype(np.uint64)
    for step in range(int(items.further.max()) + 1):
        inside = items.further >= step
        place = np.minimum(items.first + step, len(ids) - 1)
        key = np.where(inside, (key ^ (ids[place] + np.uint64(1))) * prime, key)
        key ^= key >> np.uint64(29)
    return key


def _phrase_reasons(
    model: OverturnModel, reading: Reading, items: Items
) -> list[tuple[Reason, ...]]:
    """Name the items that moved each score most, and put the rest in one reason."""
    texts = len(reading.tokens.offsets) - 1
    order = np.lexsort((-np.abs(items.share), items.rows))
    items = items[order]
    begins = np.searchsorted(items.rows, np.arange(texts))
    shown = np.arange(len(items.rows)) - begins[items.rows] < SHOWN
    rest = np.bincount(items.rows[~shown], weights=items.share[~shown], minlength=texts)
    told: list[list[Reason]] = [[] for _ in range(texts)]
    for row, name, share in zip(
        items.rows[shown].tolist(),
        _names(model, reading, items[shown]),
        items.share[shown].tolist(),
        strict=True,
    ):
        told[row].append(Reason("phrase", name, None, share))
    left = rest.tolist()
    return [(*told[row], Reason("text", REST, None, left[row])) for row in range(texts)]


def _names(model: OverturnModel, reading: Reading, items: Items) -> list[str]:
    vocabulary, begins = model.encoder.vocabulary, model.encoder.begins_word
    ids = reading.tokens.ids.tolist()
    names = []
    for first, further in zip(items.first.tolist(), items.further.tolist(), strict=True):
        pieces = ids[first : first + further + 1]
        pair = further == 1 and bool(begins[pieces[1]])
        spelt = [spell([vocabulary[piece]]) for piece in pieces]
        names.append((" " if pair else "").join(spelt))
    return names


def _fact_reasons(
    model: OverturnModel, facts: pd.DataFrame, shares: Array
) -> list[list[Reason]]:
    names = model.design_.names
    columns = [_told(facts[name]) if name in facts else [None] * len(facts) for name in names]
    values = list(zip(*columns, strict=True)) or [()] * len(facts)
    return [
        [
            Reason("attribute", name, value, share)
            for name, value, share in zip(names, row, contributions, strict=True)
        ]
        for row, contributions in zip(values, shares.tolist(), strict=True)
    ]


def _told(values: pd.Series) -> list[str | float | bool | None]:
    """Give the values as a reason tells them: numbers rounded to three digits, lists joined."""
    if pd.api.types.is_float_dtype(values):
        numbers = values.to_numpy(np.float64)
        return [None if value != value else value for value in np.round(numbers, 3).tolist()]
    return [_plain(value) for value in values.tolist()]


def _plain(value: object) -> str | float | bool | None:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or None
    if value is None or value != value:
        return None
    if isinstance(value, bool | str):
        return value
    return round(float(value), 3) if isinstance(value, int | float | np.number) else str(value)
