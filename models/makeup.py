"""The make-up of appeals in counts: how many have which value of each fact, how many say nothing.

It is what is kept of the appeals that a model has learnt from, to tell later what has moved. It
holds no appeal: a value that few have is counted with others, and numbers are counted in bands.
The AUC that was foreseen of the cases that tested it is kept beside, for those of later cases.

Vectors of texts are not kept. A vector is a sum of the vectors of a text's words, so the words can
be worked out from it (Morris et al. 2023, Text embeddings reveal almost as much as text): it is as
personal as the text. Who wants to compare texts reads them where they are kept, and where they can
be erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.attributes import MISSING, OTHER, is_numeric
from features.frame import ATTRIBUTE_PREFIX, CATEGORIES, NUMBERS, attribute_names
from models.bands import band_edges, band_names, count_bands
from models.foreseen import typical_auc
from models.performance import Estimate

__all__ = [
    "FIELDS",
    "LEAST_ALIKE",
    "SCORE",
    "Fact",
    "Makeup",
    "bare_name",
    "fact_values",
    "learn_fact",
    "makeup_of",
]

FIELDS: Final = (*CATEGORIES, *NUMBERS, "evidence", "words")
"""Facts of an appeal that are no attributes; `words` is how long the text is."""

LEAST_ALIKE: Final = 5
"""Appeals that must have a value in common for it to be kept by name."""
MOST_VALUES: Final = 50
SCORE: Final = "score"


@dataclass(frozen=True)
class Fact:
    """A fact, and how many appeals had which value of it.

    Attributes
    ----------
    name
        A field of an appeal, an attribute (`attributes.NAME`), or `score`.
    edges
        Ends of the bands of a number, as `models.bands.band_edges`; None of a word.
    counts
        Appeals by value, or by band; `(missing)` of those that say nothing.
    """

    name: str
    edges: tuple[float, ...] | None
    counts: Mapping[str, int]

    @property
    def missing(self) -> int:
        """How many said nothing."""
        return self.counts.get(MISSING, 0)

    def count(self, values: Sequence[object]) -> dict[str, int]:
        """Count other values by the names that this fact has; words it does not know are others."""
        if self.edges is not None:
            return _banded(_numbers(values), self.edges)
        words = [_word(value) for value in values]
        named = [word if word in self.counts else OTHER for word in words]
        return {str(name): int(number) for name, number in pd.Series(named).value_counts().items()}


@dataclass(frozen=True)
class Makeup:
    """What a model has learnt from, in counts.

    Attributes
    ----------
    cases
        Appeals that it has learnt from.
    facts
        Of these.
    scores
        What it said of the later cases that tested it; of those that it has learnt from it would
        have said more than it can know of others.
    foreseen
        The AUC to expect of these scores, by themselves: see `models.foreseen.typical_auc`. None
        where there are too few, and in records that are older than it.
    """

    cases: int
    facts: tuple[Fact, ...]
    scores: Fact
    foreseen: Estimate | None = None

    @property
    def tested(self) -> int:
        """How many cases tested it."""
        return sum(self.scores.counts.values())

    def as_dict(self) -> dict[str, object]:
        """Give it for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Makeup:
        """Read what `as_dict` gave; raises KeyError, TypeError or ValueError of anything else."""
        facts = tuple(_fact(one) for one in said["facts"])
        foreseen = said.get("foreseen")
        auc = None if foreseen is None else Estimate(**{k: float(v) for k, v in foreseen.items()})
        return cls(int(said["cases"]), facts, _fact(said["scores"]), auc)


def makeup_of(frame: pd.DataFrame, probability: NDArray[np.float64]) -> Makeup:
    """Count the appeals that a model has learnt from, and its scores of later ones.

    Parameters
    ----------
    frame
        As `features.frame.appeal_frame`, (n) rows.
    probability
        (m,) what it said of the cases that tested it.
    """
    attributes = (ATTRIBUTE_PREFIX + name for name in attribute_names(frame))
    facts = tuple(learn_fact(name, fact_values(frame, name)) for name in (*FIELDS, *attributes))
    told = tuple(fact for fact in facts if fact.missing < len(frame))
    scores = learn_fact(SCORE, probability.tolist())
    return Makeup(len(frame), told, scores, typical_auc(probability))


def bare_name(fact: str) -> str:
    """Name a fact for people: an attribute by its own name, unless a field has the same."""
    bare = fact.removeprefix(ATTRIBUTE_PREFIX)
    return fact if bare in (*FIELDS, SCORE) else bare


def fact_values(frame: pd.DataFrame, name: str) -> list[object]:
    """Give the values of a fact, (n,); all None where no appeal has it.

    `evidence` is how many kinds there are, `words` how long the text is.
    """
    if name == "words":
        return [len(text.split()) for text in frame["text"]]
    if name not in frame:
        return [None] * len(frame)
    if name == "evidence":
        return [None if kinds is None else len(kinds) for kinds in frame[name]]
    return list(frame[name].tolist())


def learn_fact(name: str, values: Sequence[object]) -> Fact:
    """Settle by which values, or bands, a fact is counted, and count it."""
    known = pd.Series([value for value in values if not _untold(value)], dtype=object)
    if len(known) and is_numeric(known):
        numbers = _numbers(values)
        edges = band_edges(numbers[np.isfinite(numbers)], LEAST_ALIKE)
        return Fact(name, edges, _banded(numbers, edges))
    counts = pd.Series([_word(value) for value in values], dtype=object).value_counts()
    shown = [word for word, number in counts.items() if number >= LEAST_ALIKE][:MOST_VALUES]
    bare = Fact(name, None, dict.fromkeys([*map(str, shown), MISSING], 0))
    return Fact(name, None, bare.count(values))


def _fact(said: Mapping[str, Any]) -> Fact:
    edges = said["edges"]
    counts = {str(name): int(number) for name, number in said["counts"].items()}
    return Fact(str(said["name"]), None if edges is None else tuple(map(float, edges)), counts)


def _banded(numbers: NDArray[np.float64], edges: tuple[float, ...]) -> dict[str, int]:
    told = numbers[np.isfinite(numbers)]
    found = dict(zip(band_names(edges), count_bands(told, edges), strict=True))
    return found | {MISSING: len(numbers) - len(told)}


def _numbers(values: Sequence[object]) -> NDArray[np.float64]:
    """Read numbers; what is none counts as missing, as a scorer refuses it anyway."""
    return np.array([value if _number(value) else np.nan for value in values], np.float64)


def _number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _word(value: object) -> str:
    return MISSING if _untold(value) else str(value)


def _untold(value: object) -> bool:
    return value is None or value != value
