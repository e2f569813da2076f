import json
from datetime import timedelta

import pytest

from features.columns import ColumnMap, Records
from features.database import open_database
from features.errors import ChangedData
from features.files import read_table
from features.history import History
from features.schema import Outcome
from models.registry import Registry
from training.repeat import Figure, repeat
from training.repeat_record import JUDGED, VERSIONS, installed
from training.stages import Stages
from training.tracking import CONFIG, running

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_scorer")]


@pytest.fixture
def trained(run, tmp_path):
    """Train, and give the run's id."""

    def train(*arguments):
        answer = tmp_path / "trained.json"
        assert run("train", *arguments, "--json", answer).code == 0
        return json.loads(answer.read_text())["run_id"]

    return train


def into_history(home, made):
    records = ColumnMap.load(made.columns).read(read_table(made.file))
    History(open_database(home)).add(records)


def test_a_run_is_repeated_from_its_record_to_the_same_digits(home, export, run, trained, tmp_path):
    config, answer = tmp_path / "config.yaml", tmp_path / "repeated.json"
    config.write_text("split: {test: 0.3}\nevaluation: {rounds: 60}\n")
    made = export()
    run_id = trained(*made.arguments, "--config", config)
    config.unlink()
    made.columns.unlink()

    ran = run("train", "--repeat", run_id, "--json", answer)

    assert ran.code == 0
    assert ran.out.startswith("identical: all ")
    said = json.loads(answer.read_text())
    assert said["identical"]
    assert {"auc", "brier", "auc_low", "rows", "encoder_fidelity"} <= {
        figure["name"] for figure in said["figures"]
    }
    assert all(figure["then"] == figure["now"] for figure in said["figures"])
    assert len(Registry(home).versions()) == 1
    assert run("train", "--repeat", "1").out == ran.out  # by the number of its version
    refused = run("train", "--repeat", "2")
    assert (refused.code, "no model version '2'" in refused.err) == (2, True)


def test_figures_that_differ_are_named_and_end_in_1(
    home, export, run, trained, quick_scorer, monkeypatch
):
    run_id = trained(*export().arguments)
    versions = Registry(home).artifact(run_id, VERSIONS)
    versions.write_text(json.dumps({**installed(), "numpy": "0.9"}))
    logits = quick_scorer.logits
    monkeypatch.setattr(quick_scorer, "logits", lambda self, frame: logits(self, frame) / 2)

    ran = run("train", "--repeat", run_id)

    assert ran.code == 1
    assert "brier " in ran.out
    assert "auc " not in ran.out
    assert "figures differ" in ran.err
    assert "numpy 0.9 (now " in ran.err


def test_a_history_that_has_grown_is_taken_back_to_what_it_was(home, export, run, trained):
    into_history(home, export(name="a"))
    run_id = trained()
    into_history(home, export(rows=300, seed=5, name="b"))

    repeated = repeat(run_id, home, Stages.on_stderr())

    assert repeated.identical
    assert repeated.later == 300
    assert run("train", "--repeat", run_id).code == 0


def test_an_appeal_that_was_decided_again_has_its_former_outcome(home, export, trained):
    made = export()
    into_history(home, made)
    run_id = trained()
    records = ColumnMap.load(made.columns).read(read_table(made.file))
    other = {Outcome.OVERTURNED: Outcome.UPHELD, Outcome.UPHELD: Outcome.OVERTURNED}
    latest = max(one.decided_at for one in records.decisions)
    again = [
        one.model_copy(
            update={"outcome": other[one.outcome], "decided_at": latest + timedelta(hours=1)}
        )
        for one in records.decisions[:50]
    ]
    History(open_database(home)).add(Records([], again, []))

    assert repeat(run_id, home).identical


def test_an_older_run_that_does_not_tell_its_rows_is_taken_back_by_date(home, export, trained):
    into_history(home, export(name="a"))
    run_id = trained()
    Registry(home).artifact(run_id, JUDGED).unlink()
    later = export(rows=300, seed=5, name="b")
    table = later.table().assign(filed="2027-01-01T00:00:00Z")
    table.to_csv(later.file, index=False)
    into_history(home, later)
    assert repeat(run_id, home).identical

    into_history(home, export(rows=7, seed=6, name="c"))
    with pytest.raises(ChangedData, match="7 of that time are new"):
        repeat(run_id, home)


def another_outcome(table):
    return table.assign(outcome=["lost", *table["outcome"][1:]])


def another_fact(table):
    return table.assign(age=[9.5, *table["age"][1:]])


def another_text(table):
    return table.assign(words=["something else", *table["words"][1:]])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (another_outcome, "facts or outcomes of some have changed"),
        (another_fact, "facts or outcomes of some have changed"),
        (another_text, "1 of them are gone, or their time or text has changed"),
        (lambda table: table[3:], "3 of them are gone"),
    ],
)
def test_data_that_have_changed_are_refused_by_what_differs(
    home, export, run, trained, change, said
):
    made = export()
    table = made.table().assign(outcome=lambda table: ["won", *table["outcome"][1:]])
    table.to_csv(made.file, index=False)
    run_id = trained(*made.arguments)
    change(table).to_csv(made.file, index=False)

    ran = run("train", "--repeat", run_id)

    assert ran.code == 2
    assert said in ran.err
    assert "train anew" in ran.err


def test_a_file_that_is_gone_is_named(home, export, run, trained):
    made = export()
    run_id = trained(*made.arguments)
    made.file.unlink()

    ran = run("train", "--repeat", run_id)

    assert ran.code == 2
    assert f"{made.file.name} is not there any more" in ran.err
    assert "1,000 decided appeals" in ran.err


def test_a_run_that_is_not_there_is_refused(home, run):
    ran = run("train", "--repeat", "0" * 32)

    assert ran.code == 2
    assert "no run '000" in ran.err
    assert "the run of a training" in ran.err


def test_without_a_store_none_is_made(home, run):
    (home.home / "mlflow.db").unlink()

    ran = run("train", "--repeat", "0" * 32)

    assert ran.code == 2
    assert "there are no runs yet" in ran.err
    assert not (home.home / "mlflow.db").exists()


def test_a_run_of_another_kind_is_refused(home, run):
    with running(Registry(home), experiment="redress-themes") as themes:
        pass
    ran = run("train", "--repeat", themes)
    assert ran.code == 2
    assert "of the experiment 'redress-themes'" in ran.err


def test_a_run_that_failed_is_refused(home, run):
    with pytest.raises(OSError, match="full"), running(Registry(home)) as failed:
        raise OSError("full")
    ran = run("train", "--repeat", failed)
    assert ran.code == 2
    assert "came to no end (failed)" in ran.err


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda path: path.unlink(), 1, "the configuration of the run"),
        (lambda path: path.write_text("sed: 1"), 2, "did you mean seed?"),
    ],
)
def test_a_broken_record_is_refused(home, export, run, trained, spoil, code, said):
    run_id = trained(*export().arguments)
    spoil(Registry(home).artifact(run_id, CONFIG))

    ran = run("train", "--repeat", run_id)

    assert ran.code == code
    assert said in ran.err


@pytest.mark.parametrize(
    "further", [["--search", "3"], ["--config", "c.yaml"], ["a.csv", "--columns", "a.yaml"]]
)
def test_a_repetition_takes_nothing_else(home, run, further):
    ran = run("train", "--repeat", "abc", *further)
    assert ran.code == 2
    assert "give it alone" in ran.err


def test_figures_are_the_same_to_the_last_digit_or_not_at_all():
    assert Figure("a", 0.1 + 0.2, 0.1 + 0.2).same
    assert not Figure("a", 0.3, 0.1 + 0.2).same
    assert Figure("a", float("nan"), float("nan")).same
    assert not Figure("a", float("nan"), 0.0).same
    assert Figure("a", float("nan"), 0.0).as_dict()["then"] is None
