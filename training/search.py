"""The search of penalties and blocks: many tried, on later slices of the training data alone.

Tree-structured Parzen estimators (Bergstra et al. 2011, as in Optuna) propose; a trial that does
worse than the median of those before it, on the slices so far, is given up. What the test slice
holds is never seen.

Forty trials on a few thousand cases differ mostly by chance, and the luckiest is not the best. So
the answer is not the best trial but the middle of the best `CROWD`, and it is taken only where it
lowers the loss by more than two standard errors of the paired difference from what is chosen
without a search: as sure as that choice itself has to be.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from features.encoder import StudentEncoder
from models.overturn import OverturnConfig, OverturnModel
from models.past import Judged, Past, Split, choose, judge, losses_by_slice
from models.penalties import Penalties
from training.search_space import Scale, middle, penalties_of, scales_of, suggest, values_of

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.samplers import TPESampler
    from optuna.trial import FrozenTrial, TrialState

__all__ = ["Bench", "Found", "Tried", "done_trials", "memory_study", "quiet_optuna", "search"]

CROWD: Final = 5
"""How many of the best trials the answer lies in the middle of."""
SURE: Final = 2.0
"""Standard errors by which the answer must better what is chosen without a search."""


@dataclass(frozen=True)
class Tried:
    """One trial.

    Attributes
    ----------
    number
        From 0.
    penalties
        What was tried.
    losses
        Mean log loss over the later slices so far, after each of them; the last is the trial's.
    pruned
        Whether it was given up: before the last slice, or because a loss was no finite number.
    done, best
        Trials done by now, and the least loss among them; infinite where all were given up.
    """

    number: int
    penalties: Penalties
    losses: tuple[float, ...]
    pruned: bool
    done: int
    best: float


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes
    ----------
    config
        How to fit the overturn model: the middle of the best, or what was declared.
    taken
        Whether the search was clearly better.
    penalties
        The middle of the best trials, whether taken or not.
    loss, plain_loss
        Mean log loss over the later slices, of these and of what is chosen without a search.
    gain, error
        Mean paired difference of the two, above 0 where the search is better; its standard error.
    trials, pruned
        How many there are.
    """

    config: OverturnConfig
    taken: bool
    penalties: Penalties
    loss: float
    plain_loss: float
    gain: float
    error: float
    trials: int
    pruned: int

    def as_dict(self) -> dict[str, object]:
        """Give it for JSON."""
        return {
            "taken": self.taken,
            "penalties": self.penalties.model_dump(mode="json"),
            "loss": self.loss,
            "plain_loss": self.plain_loss,
            "gain": self.gain,
            "error": self.error,
            "trials": self.trials,
            "pruned": self.pruned,
        }


@dataclass(frozen=True)
class Bench:
    """All that the trials share: cases as they are fitted, later slices, and where to start.

    Attributes
    ----------
    plain
        What is chosen without a search; its fits are where each trial's fits begin.
    """

    past: Past
    slices: Sequence[Split]
    config: OverturnConfig
    plain: Judged
    scales: Mapping[str, Scale]

    @classmethod
    def prepare(cls, encoder: StudentEncoder, frame: pd.DataFrame, config: OverturnConfig) -> Bench:
        """Read decided appeals, in order of filing, once for all trials."""
        model = OverturnModel(encoder, config)
        past, slices = model.past(frame), model.later_slices(len(frame))
        plain = choose(past, slices, config.start, config.candidates)
        return cls(past, slices, config, plain, scales_of(past))

    def penalties(self, values: Mapping[str, float]) -> Penalties:
        """Read places on the scales as penalties."""
        return penalties_of(values, self.scales, self.plain.penalties)

    def running_losses(self, penalties: Penalties) -> Iterator[float]:
        """Give the mean loss over the later slices so far, one after another."""
        total = cases = 0.0
        for _, losses in losses_by_slice(self.past, self.slices, penalties, self.plain.fits):
            total, cases = total + losses.sum(), cases + len(losses)
            yield float(total / cases)


def search(
    bench: Bench,
    study: Study,
    trials: int,
    seed: int,
    tell: Callable[[Tried, Trial], None] = lambda *_: None,
) -> Found:
    """Try penalties until the study holds as many trials as asked for, and weigh the best.

    Parameters
    ----------
    bench
        What the trials share.
    study
        Holds what was tried before: a search that was cut short goes on where it stopped, and ends
        as if it had not been.
    trials
        Those of before included.
    seed
        Of every proposal, with the number of trials done.
    tell
        Is told each trial before it counts as done, so that nothing is counted and not recorded.
    """
    with quiet_optuna():
        if not study.get_trials(deepcopy=False, states=_states("COMPLETE", "PRUNED", "WAITING")):
            study.enqueue_trial(values_of(bench.plain.penalties, bench.scales))
        while len(done_trials(study)) < trials:
            _try(bench, study, seed, tell)
        return _weigh(bench, study)


def memory_study() -> Study:
    """Make a study that is kept nowhere."""
    import optuna

    with quiet_optuna():
        return optuna.create_study()


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Keep Optuna's chatter, and its notes on what is experimental, from the reader."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)


def _try(bench: Bench, study: Study, seed: int, tell: Callable[[Tried, Trial], None]) -> None:
    from optuna.pruners import MedianPruner
    from optuna.trial import TrialState

    done = done_trials(study)
    study.sampler, study.pruner = _sampler(seed, len(done)), MedianPruner(n_startup_trials=CROWD)
    trial = study.ask()
    penalties = bench.penalties(suggest(trial, bench.scales))
    losses: list[float] = []
    pruned = False
    for step, loss in enumerate(bench.running_losses(penalties)):
        # A fit that ran away is done too: Optuna would call it failed, and it be tried for ever.
        if pruned := not math.isfinite(loss):
            break
        losses.append(loss)
        trial.report(loss, step)
        if pruned := step + 1 < len(bench.slices) and trial.should_prune():
            break
    least = [one.value for one in done if one.value is not None and one.state.name == "COMPLETE"]
    best = min([*least, *([] if pruned else losses[-1:])], default=math.inf)
    tell(Tried(trial.number, penalties, tuple(losses), pruned, len(done) + 1, best), trial)
    study.tell(trial, None if pruned else losses[-1], TrialState.PRUNED if pruned else None)


def _sampler(seed: int, done: int) -> TPESampler:
    """Make the sampler anew for each trial: one that is resumed proposes as one that is not."""
    from optuna.samplers import TPESampler

    state = int(np.random.SeedSequence((seed, done)).generate_state(1)[0])
    return TPESampler(seed=state, multivariate=True, constant_liar=False)


def done_trials(study: Study) -> list[FrozenTrial]:
    """List the trials that came to an end; one that was killed did not."""
    return study.get_trials(deepcopy=False, states=_states("COMPLETE", "PRUNED"))


def _states(*names: str) -> tuple[TrialState, ...]:
    from optuna.trial import TrialState

    return tuple(TrialState[name] for name in names)


def _weigh(bench: Bench, study: Study) -> Found:
    done = done_trials(study)
    whole = [one for one in done if one.state.name == "COMPLETE"]
    found = _middle_of_best(bench, whole)
    gain = bench.plain.losses - found.losses
    error = float(gain.std() / np.sqrt(len(gain)))
    taken = bool(gain.mean() > SURE * error)
    chosen = {"start": found.penalties, "candidates": {}}
    return Found(
        config=bench.config.model_copy(update=chosen) if taken else bench.config,
        taken=taken,
        penalties=found.penalties,
        loss=float(found.losses.mean()),
        plain_loss=float(bench.plain.losses.mean()),
        gain=float(gain.mean()),
        error=error,
        trials=len(done),
        pruned=len(done) - len(whole),
    )


def _middle_of_best(bench: Bench, whole: Sequence[FrozenTrial]) -> Judged:
    """Judge the middle of the best trials; what is chosen without a search where none ended."""
    best = sorted(whole, key=lambda one: (one.value, one.number))[:CROWD]
    if not best:
        return bench.plain
    penalties = bench.penalties(middle([one.params for one in best], bench.scales))
    return judge(bench.past, bench.slices, penalties, bench.plain.fits)
