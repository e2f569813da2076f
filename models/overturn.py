"""The overturn model: additive, so that its explanation is exact.

A logistic regression over blocks (words from lists, numbers on splines, the text's shape, the
calendar, the student's vector, phrases), with one penalty a block and a half-life of cases, chosen
on later slices: fit on the past, judged on what came next, as in service (`models.past`). The
latest slice calibrates it; then it is fitted once more on everything, with the same penalties and
the same calibration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.special import expit

from features.attributes import AttributeDesign, fact_table
from features.encoder import StudentEncoder
from features.schema import Contract, Outcome
from features.tokens import Tokens
from models.calibration import Calibration, ConformalSets, Slice
from models.logistic import Coefficients, Columns
from models.past import Past, Split, choose, later_slices
from models.penalties import Penalties, Positive, number_kinds
from models.phrases import Occurrences, Phrases

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


class OverturnConfig(Contract):
    """How the overturn model is fitted.

    Attributes
    ----------
    start
        The penalties to begin with.
    candidates
        For each penalty the values tried, one penalty after another.
    slices
        Later slices on which the candidates are judged, each as long as the next.
    slice_share
        Share of the cases in each slice.
    conformal_error
        Of the cases with an outcome, the share that may be told the other one without a warning.
    """

    start: Penalties = Penalties()
    candidates: dict[str, tuple[Positive, ...]] = Field(
        default={
            "half_life": (0.1, 0.3),
            "numbers": (10.0, 100.0),
            "words": (1.0, 10.0),
            "vector": (1.0, 10.0),
            "phrases": (3.0, 100.0),
        }
    )
    slices: Annotated[int, Field(ge=1, le=10)] = 3
    slice_share: Annotated[float, Field(gt=0, le=0.3)] = 0.2
    conformal_error: Annotated[float, Field(gt=0, lt=0.5)] = 0.1

    @property
    def asks_calendar(self) -> bool:
        """Whether the calendar may come into play."""
        return self.start.calendar is not None or "calendar" in self.candidates

    @model_validator(mode="after")
    def _leave_a_past(self) -> OverturnConfig:
        if self.slices * self.slice_share >= 0.95:
            raise ValueError(
                f"{self.slices} slices of {self.slice_share} leave no past to learn from; "
                "slices times slice_share must be below 0.95"
            )
        unknown = sorted(self.candidates.keys() - Penalties.model_fields.keys())
        if unknown:
            raise ValueError(
                f"candidates for {', '.join(unknown)}, which is no penalty; "
                f"expected any of {', '.join(Penalties.model_fields)}"
            )
        return self


@dataclass(frozen=True)
class Reading:
    """What the model reads of n appeals, before any coefficient.

    Attributes
    ----------
    facts
        The table of facts.
    words, numbers
        Columns of the attributes.
    tokens, lengths, vectors
        The texts' tokens, (n,) lengths of their summed vectors, (n, d) unit vectors.
    occurrences, phrases
        The known phrases, and their matrix.
    """

    facts: pd.DataFrame
    words: Columns
    numbers: Columns
    tokens: Tokens
    lengths: Array
    vectors: NDArray[np.float32]
    occurrences: Occurrences
    phrases: Columns

    @property
    def blocks(self) -> list[Columns]:
        """The matrices, in the order of `Penalties.columns`."""
        return [self.words, self.numbers, self.vectors, self.phrases]


class OverturnModel:
    """P(overturned) from what was known at filing.

    Parameters
    ----------
    encoder
        The student.
    config
        How to fit.

    Attributes
    ----------
    design_, phrases_
        What was learnt of the attributes and of the texts.
    coefficients_
        On the blocks.
    penalties_
        As chosen.
    calibration_, sets_
        From the latest slice.
    centres_
        (facts,) mean effect of each fact, counted to the base, so that a reason compares with an
        average appeal.
    """

    design_: AttributeDesign
    phrases_: Phrases
    coefficients_: Coefficients
    penalties_: Penalties
    calibration_: Calibration
    sets_: ConformalSets
    centres_: Array

    def __init__(self, encoder: StudentEncoder, config: OverturnConfig | None = None) -> None:
        self.encoder = encoder
        self.config = config or OverturnConfig()

    def fit(self, frame: pd.DataFrame) -> OverturnModel:
        """Fit on decided appeals in order of filing."""
        self.__dict__.pop("token_effects", None)
        config = self.config
        reading = self._learn(frame, config.asks_calendar)
        past = self._past(reading, frame)
        slices = self.later_slices(len(frame))
        judged = choose(past, slices, config.start, config.candidates)
        self.penalties_ = judged.penalties
        self.coefficients_ = past.fit(np.arange(len(frame)), self.penalties_, judged.fits[-1])
        self._calibrate(past, [later for _, later in slices], judged.fits)
        self.centres_ = self.effects(reading).mean(axis=0)
        return self

    def past(self, frame: pd.DataFrame, calendar: bool = True) -> Past:
        """Lay decided appeals, in order of filing, out for a search of penalties.

        What is learnt here of attributes and phrases sees no outcome.

        Parameters
        ----------
        frame
            As `fit`.
        calendar
            Whether the calendar may come into play.
        """
        return self._past(self._learn(frame, calendar), frame)

    def later_slices(self, n: int) -> list[Split]:
        """Cut n cases, in order of filing, into the pasts and later slices that choose."""
        return later_slices(n, self.config.slices, self.config.slice_share)

    def _past(self, reading: Reading, frame: pd.DataFrame) -> Past:
        return Past(reading.blocks, number_kinds(self.design_), outcomes(frame), _age(frame))

    def _learn(self, frame: pd.DataFrame, calendar: bool) -> Reading:
        facts = fact_table(frame, calendar)
        tokens = self.encoder.tokens(frame["text"].tolist())
        self.design_ = AttributeDesign().fit(facts)
        self.phrases_ = Phrases().fit(tokens, self.encoder.begins_word)
        return self._reading(facts, tokens)

    def read(self, frame: pd.DataFrame) -> Reading:
        """Read appeals: everything but the coefficients."""
        facts = fact_table(frame, self.design_.keeps_calendar)
        return self._reading(facts, self.encoder.tokens(frame["text"].tolist()))

    def _reading(self, facts: pd.DataFrame, tokens: Tokens) -> Reading:
        sums = tokens.counts() @ self.encoder.table
        lengths = np.linalg.norm(sums, axis=1).astype(np.float64)
        lengths = np.where(lengths > 0, lengths, 1.0)
        occurrences = self.phrases_.occurrences(tokens, self.encoder.begins_word)
        return Reading(
            facts=facts,
            words=self.design_.words(facts),
            numbers=self.design_.numbers(facts),
            tokens=tokens,
            lengths=lengths,
            vectors=(sums / lengths[:, None]).astype(np.float32),
            occurrences=occurrences,
            phrases=self.phrases_.matrix(occurrences, len(facts)),
        )

    def _calibrate(
        self, past: Past, later: Sequence[Indices], held_out: Sequence[Coefficients]
    ) -> None:
        unseen = [
            Slice(past.logits(fitted, rows), past.outcome[rows])
            for fitted, rows in zip(held_out, later, strict=True)
        ]
        latest = Slice(past.logits(self.coefficients_, later[-1]), past.outcome[later[-1]])
        self.calibration_ = Calibration.fit(unseen, latest)
        before = Calibration.fit(unseen, unseen[-1])
        probability = sigmoid(before.apply(unseen[-1].logits))
        self.sets_ = ConformalSets.fit(probability, latest.outcome, self.config.conformal_error)

    @cached_property
    def token_effects(self) -> Array:
        """What each token adds to the student's side of the logit, before its text's length."""
        return np.asarray(self.encoder.table @ self.coefficients_.blocks[2], dtype=np.float64)

    def logits(self, frame: pd.DataFrame) -> Array:
        """Calibrated logits of `overturned`: (n,)."""
        return self.logits_of(self.read(frame))

    def logits_of(self, reading: Reading) -> Array:
        """Calibrated logits of appeals that have been read: (n,)."""
        return self.calibration_.apply(self.coefficients_.logits(reading.blocks))

    def probabilities(self, frame: pd.DataFrame) -> Array:
        """Calibrated probabilities of `overturned`: (n,)."""
        return sigmoid(self.logits(frame))

    def effects(self, reading: Reading) -> Array:
        """Add the columns' effects up by fact, before calibration: (n, facts)."""
        number, groups = self.design_.is_number, self.design_.groups
        words, numbers = self.coefficients_.blocks[:2]
        facts = np.eye(len(self.design_.terms_))
        return np.asarray(
            reading.words @ (words[:, None] * facts[groups[~number]])
            + reading.numbers @ (numbers[:, None] * facts[groups[number]])
        )


def outcomes(frame: pd.DataFrame) -> Array:
    """Give 1.0 for each overturned appeal and 0.0 for each upheld one: (n,)."""
    return np.asarray(frame["outcome"] == Outcome.OVERTURNED.value, dtype=np.float64)


def sigmoid(logits: Array) -> Array:
    """Turn logits into probabilities."""
    return np.asarray(expit(logits))


def _age(frame: pd.DataFrame) -> Array:
    """Give each case's age as a share of the training period, 0 for the newest: (n,)."""
    since = (frame["submitted_at"].max() - frame["submitted_at"]).dt.total_seconds().to_numpy()
    return np.asarray(since / max(since.max(), 1.0))
