"""The whole way: `redress train --search`, with the real model, on appeals without text."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from models.registry import CHALLENGER, MODEL, Registry
from training.search import Bench
from training.search_record import KIND, PARENT, SEARCH, TRIAL
from training.tracking import CONFIG

pytestmark = pytest.mark.slow


@pytest.fixture
def made(export):
    written = export(rows=400)
    written.table().assign(words="").to_csv(written.file, index=False)
    return written


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("scorer: {overturn: {candidates: {}}}\nevaluation: {rounds: 50}\n")
    return path


def runs(home):
    client = Registry(home).client
    found = client.search_runs([client.get_experiment_by_name(MODEL).experiment_id])
    trials = [run for run in found if run.data.tags.get(KIND) == TRIAL]
    return [run for run in found if run not in trials], trials


def test_a_searched_model_is_registered_with_what_was_found_and_can_be_repeated(
    home, made, config, run, tmp_path
):
    answer = tmp_path / "answer.json"

    ran = run("train", *made.arguments, "--config", config, "--search", "6", "--json", answer)

    assert ran.code == 0, ran.err
    said = json.loads(answer.read_text())
    assert "trial 6 of 6" in ran.err
    assert "search           6 trials" in ran.out
    registry = Registry(home)
    assert registry.describe(registry.alias_version(CHALLENGER)).run_id == said["run_id"]
    (parent,), trials = runs(home)
    assert parent.info.run_id == said["run_id"]
    assert len(trials) == 6
    assert {trial.data.tags[PARENT] for trial in trials} == {said["run_id"]}
    assert all(trial.info.status == "FINISHED" for trial in trials)
    assert all("numbers" in trial.data.params for trial in trials)
    assert all(trial.data.metrics["loss"] > 0 for trial in trials)
    assert json.loads(registry.artifact(said["run_id"], SEARCH).read_text()) == said["search"]
    declared = yaml.safe_load(registry.artifact(said["run_id"], CONFIG).read_text())
    if said["search"]["taken"]:
        assert declared["scorer"]["overturn"]["start"] == said["search"]["penalties"]

    again = run("train", "--repeat", said["run_id"])
    assert again.code == 0, again.out
    refused = run("train", "--repeat", trials[0].info.run_id)
    assert refused.code == 2
    assert f"trial of the search of run {said['run_id']}" in refused.err


class Killed(BaseException):
    """As a signal ends a process."""


def test_a_search_that_was_killed_goes_on_in_the_same_run(
    home, made, config, run, monkeypatch, capsys
):
    arguments = [*made.arguments, "--config", config, "--search", "4"]
    losses, left = Bench.running_losses, [6]

    def dying(self, penalties):
        for loss in losses(self, penalties):
            left[0] -= 1
            if not left[0]:
                raise Killed
            yield loss

    monkeypatch.setattr(Bench, "running_losses", dying)
    with pytest.raises(Killed):
        run("train", *arguments)
    monkeypatch.setattr(Bench, "running_losses", losses)
    assert "trial 1 of 4" in capsys.readouterr().err
    (cut,), before = runs(home)
    assert cut.info.status == "FAILED"
    assert len(before) == 1
    assert Registry(home).versions() == []

    ran = run("train", *arguments)

    assert ran.code == 0, ran.err
    assert "trial 2 of 4" in ran.err
    assert "trial 1 of 4" not in ran.err
    (parent,), trials = runs(home)
    assert (parent.info.run_id, parent.info.status) == (cut.info.run_id, "FINISHED")
    assert len(trials) == 4

    once_more = run("train", *arguments)
    assert once_more.code == 1
    given = f"has made 4 trials and given version 1, run {parent.info.run_id}; expected more than 4"
    assert given in once_more.err
    assert "Give --search a larger number" in once_more.err
    assert len(Registry(home).versions()) == 1

    larger = run("train", *arguments[:-1], "5")
    assert larger.code == 0, larger.err
    assert "trial 5 of 5" in larger.err
    parents, trials = runs(home)
    assert (len(parents), len(trials), len(Registry(home).versions())) == (2, 5, 2)


def test_a_search_that_was_killed_before_it_was_registered_goes_on_without_a_further_trial(
    home, made, config, run, monkeypatch, capsys
):
    arguments = [*made.arguments, "--config", config, "--search", "1"]

    def dying(*_):
        raise Killed

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Registry, "register", dying)
        with pytest.raises(Killed):
            run("train", *arguments)
    assert "trial 1 of 1" in capsys.readouterr().err
    assert Registry(home).versions() == []

    ran = run("train", *arguments)

    assert ran.code == 0, ran.err
    assert "trial 1 of 1" not in ran.err
    assert len(runs(home)[1]) == 1
    (version,) = Registry(home).versions()
    refused = run("train", *arguments)
    assert refused.code == 1
    assert f"given version {version.version}, run {version.run_id}" in refused.err


def searching(arguments):
    """Begin a search in a process of its own."""
    return subprocess.Popen(
        [Path(sys.executable).with_name("redress"), "train", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def test_of_two_that_search_the_same_at_once_one_is_refused_and_what_is_registered_stays_whole(
    home, made, config, run, monkeypatch
):
    arguments = [*made.arguments, "--config", config, "--search", "2"]
    losses, second = Bench.running_losses, []

    def met(self, penalties):
        if not second:
            second.append(searching(arguments))
            second.append(second[0].communicate()[0].decode())
        yield from losses(self, penalties)

    monkeypatch.setattr(Bench, "running_losses", met)
    ran = run("train", *arguments)

    assert ran.code == 0, ran.err
    assert second[0].returncode == 1
    assert "is running already; expected one at a time" in second[1]
    assert "another --study" in second[1]
    registry = Registry(home)
    (version,) = registry.versions()
    assert registry.by_version(version.version).digest == version.digest
    assert len(runs(home)[0]) == 1


def test_a_study_of_other_data_is_refused_before_anything_is_recorded(home, made, export, run):
    assert run("train", *made.arguments, "--search", "1", "--study", "s").code == 0
    made.table()[:300].to_csv(made.file, index=False)

    ran = run("train", *made.arguments, "--search", "1", "--study", "s")

    assert ran.code == 2
    assert "the study 's' was made with another data" in ran.err
    assert len(Registry(home).versions()) == 1
    assert len(runs(home)[0]) == 1


@pytest.mark.parametrize("number", ["0", "-1", "100000", "many"])
def test_a_number_of_trials_that_cannot_be_is_refused(home, made, run, number):
    ran = run("train", *made.arguments, "--search", number)
    assert ran.code == 2
    assert "'--search'" in ran.err
    assert not (home.home / "search.db").exists()


def test_a_study_without_a_search_is_refused(home, run):
    ran = run("train", "--study", "s")
    assert ran.code == 2
    assert "--search N too" in ran.err
