import math

import numpy as np
import pytest
import scipy.sparse as sp
from optuna.trial import TrialState

from features.settings import Settings
from models.overturn import OverturnConfig
from models.past import Past, choose, later_slices
from models.penalties import Penalties
from training.search import CROWD, Bench, memory_study, search
from training.search_space import scales_of
from training.search_study import open_study

NOTHING = sp.csr_array((600, 0))


def bench(start=None, signal=1.5, noise=60, seed=0):
    """Numbers, one of which tells the outcome, and as many as `noise` that do not."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(600, 1 + noise))
    outcome = (rng.random(600) < 1 / (1 + np.exp(-signal * numbers[:, 0]))).astype(float)
    kinds = np.array(["numbers"] * (1 + noise))
    blocks = [NOTHING, numbers, np.zeros((600, 1)), NOTHING]
    past = Past(blocks, kinds, outcome, np.linspace(1, 0, 600))
    config = OverturnConfig(start=start or Penalties(), candidates={})
    slices = later_slices(600, 3, 0.2)
    plain = choose(past, slices, config.start, config.candidates)
    return Bench(past, slices, config, plain, scales_of(past))


def told(into):
    return lambda tried, trial: into.append(tried)


def test_a_start_that_is_clearly_wrong_is_bettered():
    made = bench(Penalties(numbers=3.0), noise=100)
    found = search(made, memory_study(), 25, seed=0)
    assert found.taken
    assert found.gain > 2 * found.error > 0
    assert found.config.start == found.penalties
    assert found.config.start.numbers > 10
    assert found.config.candidates == {}
    assert found.loss < found.plain_loss


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_is_to_be_found_the_declared_configuration_stays(seed):
    made = bench(Penalties(numbers=1_000.0), signal=0, noise=5, seed=seed)
    found = search(made, memory_study(), 12, seed)
    assert not found.taken
    assert found.config == made.config


def test_the_first_trial_is_what_is_chosen_without_a_search():
    made, tried = bench(), []
    search(made, memory_study(), 1, 0, told(tried))
    assert tried[0].penalties == made.plain.penalties
    assert tried[0].losses[-1] == pytest.approx(made.plain.losses.mean(), rel=1e-4)


def test_trials_that_do_worse_than_most_are_given_up_early():
    tried = []
    found = search(bench(noise=100), memory_study(), 20, 0, told(tried))
    assert found.trials == 20
    assert found.pruned == sum(one.pruned for one in tried) > 0
    assert all(len(one.losses) < 3 for one in tried if one.pruned)
    assert not any(one.pruned for one in tried[:CROWD])
    assert [one.done for one in tried] == list(range(1, 21))
    whole = [one.losses[-1] for one in tried if not one.pruned]
    assert tried[-1].best == min(whole)


def test_the_same_seed_tries_the_same_and_another_does_not():
    tried = {}
    for name, seed in (("once", 1), ("again", 1), ("other", 2)):
        search(bench(), memory_study(), 4, seed, told(tried.setdefault(name, [])))
    assert tried["once"] == tried["again"]
    assert tried["once"][1:] != tried["other"][1:]


class Killed(BaseException):
    """As a signal ends a process."""


@pytest.mark.parametrize("at", [1, 4])
def test_a_search_that_was_killed_ends_as_if_it_had_not_been(tmp_path, at):
    settings, basis = Settings(home=tmp_path), {"data": "a"}
    tried = []

    def die(one, trial):
        if one.done == at:
            raise Killed
        tried.append(one)

    with pytest.raises(Killed):
        search(bench(), open_study(settings, "s", basis), 6, 3, die)
    kept = len(tried)
    found = search(bench(), open_study(settings, "s", basis), 6, 3, told(tried))
    whole = []
    unbroken = search(bench(), memory_study(), 6, 3, told(whole))

    assert kept == at - 1
    assert [one.penalties for one in tried] == [one.penalties for one in whole]
    assert [one.losses for one in tried] == [one.losses for one in whole]
    assert found == unbroken


def test_a_search_that_is_done_tries_nothing_more_but_goes_on_when_asked_for_more():
    study, tried = memory_study(), []
    first = search(bench(), study, 3, 0)
    assert search(bench(), study, 3, 0, told(tried)) == first
    assert tried == []
    assert search(bench(), study, 5, 0, told(tried)).trials == 5
    assert len(tried) == 2


@pytest.mark.parametrize("loss", [math.nan, math.inf])
@pytest.mark.parametrize("bad", [{1}, {0, 1, 2, 3}])
def test_a_trial_whose_fit_ran_away_is_given_up_and_counts(monkeypatch, loss, bad):
    honest, tried = Bench.running_losses, []

    def ran_away(self, penalties):
        assert len(tried) < 9, "the same trial is proposed for ever"
        yield from [0.5, loss] if len(tried) in bad else honest(self, penalties)

    monkeypatch.setattr(Bench, "running_losses", ran_away)
    study, made = memory_study(), bench()
    found = search(made, study, 4, 0, told(tried))

    assert [one.done for one in tried] == [1, 2, 3, 4]
    assert {one.number for one in tried if one.pruned} == bad
    assert all(one.losses == (0.5,) for one in tried if one.pruned)
    assert (found.trials, found.pruned) == (4, len(bad))
    assert math.isinf(tried[-1].best) == (len(bad) == 4)
    assert math.isfinite(found.loss)
    if len(bad) == 4:
        assert (found.config, found.penalties) == (made.config, made.plain.penalties)


def test_a_trial_is_told_before_it_counts_as_done():
    seen = []

    def look(tried, trial):
        seen.append(trial.study.trials[-1].state)

    search(bench(), memory_study(), 2, 0, look)
    assert seen == [TrialState.RUNNING] * 2
    assert all(math.isfinite(loss) for loss in bench().running_losses(Penalties()))
