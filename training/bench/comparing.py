"""Configurations fitted on the same cases and judged on the same later ones, run by run.

All read with one encoder, which has seen texts and no outcome. What is compared is recorded in an
experiment of its own: nothing is registered, and no alias moves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.encoder import StudentEncoder
from features.redact import redact
from models.resampling import Bands, bands, clusters, resample, resampled_aucs
from models.scorer import Scorer
from training.bench.home import Home
from training.config import TrainConfig, parameters
from training.evaluation import Evaluation, evaluate
from training.fairness import Fairness, fairness
from training.reading import choose_encoder
from training.source import Source
from training.split import Slices, overturned
from training.tracking import overall_figures, record_config, record_evaluation, running
from training.train import cut

if TYPE_CHECKING:
    from models.scores import Score

__all__ = [
    "EXPERIMENT",
    "Candidate",
    "Comparison",
    "compare",
    "differences",
    "fairness_of",
    "learning_curve",
    "runs_table",
    "telling_cases",
    "told_case",
    "worst_slices",
]

EXPERIMENT: Final = "redress-bench"
"""Name of the experiment whose runs are candidates."""
LEAST_TAUGHT: Final = 300
"""Cases below which a learning curve has no point: no honest fit can be made of fewer."""
DIGEST: Final = "data_digest"
"""Tag of a run: which decided appeals it learnt from and was judged on."""
SHOWN: Final = ("rows", "auc", "auc_low", "auc_high", "brier_skill", "ece", "log_loss")


@dataclass(frozen=True, eq=False)
class Candidate:
    """A configuration, the model that it gave, and how good that is on later cases.

    Attributes
    ----------
    run_id
        Of its MLflow run.
    seconds
        That the fit took.
    """

    name: str
    config: TrainConfig
    scorer: Scorer
    evaluation: Evaluation
    run_id: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """Candidates, and the cases that taught and judged all of them."""

    slices: Slices
    candidates: tuple[Candidate, ...]

    def __getitem__(self, name: str) -> Candidate:
        return {one.name: one for one in self.candidates}[name]

    @cached_property
    def outcome(self) -> NDArray[np.int_]:
        """Outcomes of the cases that judge, (n,): 1 where overturned."""
        return overturned(self.slices.test)


def compare(home: Home, configs: Mapping[str, TrainConfig]) -> Comparison:
    """Fit each configuration on the earlier decisions, judge it on the later ones, record it.

    Parameters
    ----------
    configs
        By name; all are judged on the test slice of the first.

    Raises
    ------
    NoDecidedAppeals, OneOutcomeOnly, TooFewDecisions
        When there is too little to learn from.
    """
    slices = cut(Source(), home.cases, next(iter(configs.values())), home.stages).slices
    encoder = _encoder(home, slices.seen)
    found = (_candidate(home, encoder, slices, *one) for one in configs.items())
    return Comparison(slices, tuple(found))


def runs_table(home: Home) -> pd.DataFrame:
    """List the experiment's runs on the decided appeals that are there now, of a name the latest.

    Runs of other appeals are left out: they were judged on other cases, and do not compare.

    Returns
    -------
    pandas.DataFrame
        Rows by falling AUC, named by run; on how many later cases it was judged, the measures on
        them, and `differs`: what its configuration has other than the default one.
    """
    client = home.registry.client
    experiment = client.get_experiment_by_name(EXPERIMENT)
    same = f"tags.{DIGEST} = '{home.cases.digest}'"
    runs = [] if experiment is None else client.search_runs([experiment.experiment_id], same)
    usual = {name: str(value) for name, value in parameters(TrainConfig()).items()}
    rows = {
        run.info.run_name: {
            **{name: run.data.metrics.get(name, np.nan) for name in SHOWN},
            "differs": _differing(run.data.params, usual),
        }
        for run in reversed(runs)
        if run.info.status == "FINISHED"
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*SHOWN, "differs"])
    table = table.rename(columns={"rows": "judged"}).astype({"judged": "Int64"})
    return table.rename_axis("run").sort_values("auc", ascending=False)


def differences(comparison: Comparison) -> pd.DataFrame:
    """Set each candidate beside the first, case by case, subjects drawn anew.

    Returns
    -------
    pandas.DataFrame
        A row a candidate but the first: `auc`, what it gains, and `brier`, what it saves of the
        mean squared error; above 0 it is better. The 95 % bounds, `auc_low` and so on, hold for all
        rows of a measure together.
    """
    first, *others = comparison.candidates
    cluster, y = clusters(comparison.slices.test["subject_id"]), comparison.outcome
    config = first.config

    def bounded(figures: Callable[[NDArray[np.float32]], NDArray[np.float64]]) -> _Bounded:
        value = figures(np.ones((1, len(y)), dtype=np.float32))[0]
        drawn = resample(figures, cluster, config.evaluation.rounds, config.seed)
        return value, bands(value, drawn)

    said = [one.evaluation.probability for one in (first, *others)]
    columns: dict[str, Any] = {"candidate": [one.name for one in others]}
    if others:
        columns |= _columns("auc", *bounded(_auc_gains(y, said)))
        columns |= _columns("brier", *bounded(_savings(y, said)))
    return pd.DataFrame(columns)


def learning_curve(
    comparison: Comparison, name: str, shares: Sequence[float] = (0.15, 0.3, 0.6)
) -> pd.DataFrame:
    """Fit a candidate again on the latest part of what taught it, judged on the same later cases.

    Returns
    -------
    pandas.DataFrame
        Rows by rising `taught`, the number of cases; the last one is the candidate itself. `auc`
        and `brier`, the mean squared error, each with its 95 % bounds `_low` and `_high`.
    """
    whole, slices = comparison[name], comparison.slices
    rows = []
    for share in sorted(shares):
        taught = slices.seen.tail(round(share * len(slices.seen))).reset_index(drop=True)
        if len(taught) >= LEAST_TAUGHT:
            scorer = Scorer.fit_with(whole.scorer.encoder, taught, whole.config.scorer)
            rows.append(_point(len(taught), _judged(scorer, slices.test, whole.config)))
    return pd.DataFrame([*rows, _point(len(slices.seen), whole.evaluation)])


def telling_cases(comparison: Comparison, name: str) -> dict[str, Score]:
    """Pick single cases of the later ones to be explained.

    Returns
    -------
    dict
        The one called overturned most surely and rightly, the one called upheld most surely and
        rightly, and the one on which the model was most wrong.
    """
    one, y = comparison[name], comparison.outcome
    said = one.evaluation.probability
    picked = {
        "surely overturned, and it was": int(np.argmax(np.where(y == 1, said, -1))),
        "surely upheld, and it was": int(np.argmin(np.where(y == 0, said, 2))),
        "the farthest from what came": int(np.argmax(np.abs(said - y))),
    }
    scores = one.scorer.score(comparison.slices.test.iloc[list(picked.values())])
    return dict(zip(picked, scores, strict=True))


def fairness_of(comparison: Comparison, name: str) -> Fairness:
    """Lay out the gaps between groups that a candidate leaves, in the order of its queue."""
    one, test = comparison[name], comparison.slices.test
    rounds, seed = one.config.evaluation.rounds, one.config.seed
    said, priority = one.evaluation.probability, one.scorer.priorities(test)
    return fairness(test, said, priority, rounds, seed)


def told_case(comparison: Comparison, score: Score) -> str:
    """Give the text of a case, without what would tell who wrote it, and its outcome."""
    test = comparison.slices.test
    row = test[test["appeal_id"] == score.appeal_id].iloc[0]
    return f"{row['outcome']}: {redact(row['text'])}"


def worst_slices(evaluation: Evaluation, most: int = 20) -> pd.DataFrame:
    """Give the larger slices, those whose words and outcomes are farthest apart first.

    Returns
    -------
    pandas.DataFrame
        As of `training.evaluation.Evaluation.table`, `most` rows at the most, all with bounds of
        the gap; of the AUC only where either outcome is there often enough.
    """
    table = evaluation.table()
    bounded = table[(table["dimension"] != "overall") & table["gap_low"].notna()]
    order = bounded["gap"].abs().sort_values(ascending=False).index
    return bounded.loc[order].head(most).reset_index(drop=True)


_Bounded = tuple[NDArray[np.float64], Bands]


def _encoder(home: Home, seen: pd.DataFrame) -> StudentEncoder:
    texts = seen["text"].tolist()
    return choose_encoder(home.settings, home.registry, None, texts, home.stages)


def _candidate(
    home: Home, encoder: StudentEncoder, slices: Slices, name: str, config: TrainConfig
) -> Candidate:
    began = time.perf_counter()
    scorer = Scorer.fit_with(encoder, slices.seen, config.scorer)
    seconds = time.perf_counter() - began
    evaluation = _judged(scorer, slices.test, config)
    with running(home.registry, name, EXPERIMENT) as run_id:
        record_config(home.registry, run_id, config)
        home.registry.client.set_tag(run_id, DIGEST, home.cases.digest)
        record_evaluation(home.registry, run_id, evaluation, {"fit_seconds": seconds})
    return Candidate(name, config, scorer, evaluation, run_id, seconds)


def _judged(scorer: Scorer, test: pd.DataFrame, config: TrainConfig) -> Evaluation:
    return evaluate(test, scorer.probabilities(test), config.evaluation.rounds, config.seed)


def _point(taught: int, evaluation: Evaluation) -> dict[str, float]:
    figures = overall_figures(evaluation)
    names = ("auc", "auc_low", "auc_high", "brier", "brier_low", "brier_high")
    return {"taught": taught, **{name: figures.get(name, np.nan) for name in names}}


def _differing(found: Mapping[str, str], usual: Mapping[str, str]) -> str:
    other = [f"{_leaf(name)}={value}" for name, value in found.items() if usual.get(name) != value]
    other += [f"no {_leaf(name)}" for name in usual.keys() - found.keys()]
    return ", ".join(sorted(other)) or "nothing"


def _leaf(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def _auc_gains(
    y: NDArray[np.int_], said: Sequence[NDArray[np.float64]]
) -> Callable[[NDArray[np.float32]], NDArray[np.float64]]:
    first, *others = (resampled_aucs(y, one) for one in said)
    return lambda counts: np.column_stack([auc(counts) - first(counts) for auc in others])


def _savings(
    y: NDArray[np.int_], said: Sequence[NDArray[np.float64]]
) -> Callable[[NDArray[np.float32]], NDArray[np.float64]]:
    first, *others = ((one - y) ** 2 for one in said)
    saved = np.column_stack([first - loss for loss in others])
    return lambda counts: np.asarray(counts @ saved / counts.sum(axis=1, keepdims=True))


def _columns(name: str, value: NDArray[np.float64], found: Bands) -> dict[str, Any]:
    return {name: value, f"{name}_low": found.low, f"{name}_high": found.high}
