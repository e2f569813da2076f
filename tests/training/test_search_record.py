"""A search's runs in MLflow end as what was done in them did."""

import pytest
from mlflow.exceptions import MlflowException

from models.penalties import Penalties
from models.registry import Registry
from training.search import Tried, memory_study
from training.search_record import KIND, parent_run, record_trial

pytestmark = pytest.mark.slow


@pytest.fixture
def registry(home):
    return Registry(home)


def status(registry, run_id):
    return registry.client.get_run(run_id).info.status


def cut_short(registry, study, how):
    begun = []

    def begin():
        with parent_run(registry, study) as run_id:
            begun.extend((run_id, status(registry, run_id)))
            raise how

    with pytest.raises(type(how)):
        begin()
    run_id, meanwhile = begun
    assert meanwhile == "RUNNING"
    return run_id


def test_a_run_that_is_opened_again_ends_as_one_that_was_not(registry):
    study = memory_study()
    first = cut_short(registry, study, ValueError("a fault"))
    assert status(registry, first) == "FAILED"
    for how, ends in (
        (KeyboardInterrupt(), "KILLED"),  # Ctrl-C
        (SystemExit(143), "KILLED"),  # SIGTERM
        (ValueError("a fault"), "FAILED"),
    ):
        assert cut_short(registry, study, how) == first
        assert status(registry, first) == ends

    with parent_run(registry, study) as run_id:
        assert run_id == first
    assert status(registry, first) == "FINISHED"
    with parent_run(registry, study) as run_id:
        assert run_id != first


def test_a_trial_ends_as_its_record_does(registry, monkeypatch):
    tried = Tried(0, Penalties(), (0.7, 0.6), pruned=False, done=1, best=0.6)
    with parent_run(registry, memory_study()) as run_id:
        whole = record_trial(registry, run_id, tried)
        assert status(registry, whole) == "FINISHED"
        for how, ends in (
            (KeyboardInterrupt(), "KILLED"),
            (MlflowException("the disk is full"), "FAILED"),
        ):

            def stopped(*_, how=how, **__):
                raise how

            with monkeypatch.context() as meanwhile:
                meanwhile.setattr(registry.client, "log_batch", stopped)
                with pytest.raises(type(how)):
                    record_trial(registry, run_id, tried)
            client = registry.client
            newest = client.search_runs(
                [client.get_run(run_id).info.experiment_id],
                f"tags.{KIND} = 'trial'",
                order_by=["attributes.start_time DESC"],
            )
            assert [one.info.status for one in newest].count(ends) == 1
