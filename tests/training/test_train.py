import json

import pandas as pd
import pytest

from features.columns import ColumnMap
from features.database import open_database
from features.files import read_table
from features.history import History
from models.registry import CHALLENGER, CHAMPION, MODEL, Registry

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_scorer")]


def runs(home):
    client = Registry(home).client
    found = client.get_experiment_by_name(MODEL)
    return [] if found is None else client.search_runs([found.experiment_id])


def test_a_file_of_decided_appeals_becomes_a_registered_challenger(home, export, run, tmp_path):
    answer = tmp_path / "answer.json"

    ran = run("train", *export().arguments, "--json", answer)

    assert ran.code == 0
    registry = Registry(home)
    assert registry.alias_version(CHALLENGER) == "1"
    assert registry.alias_version(CHAMPION) is None
    said = json.loads(answer.read_text())
    assert said["version"] == "1"
    assert [said["train_rows"], said["test_rows"]] == [850, 150]
    assert said["test"]["auc"] > 0.7
    assert said["leaks"] == []
    assert said["decided_later"] == 0  # the file's decisions carry no moment of their own
    assert set(said["seconds"]) == {"read", "leaks", "fit", "evaluate", "record", "card"}
    recorded = runs(home)[0]
    assert recorded.info.run_id == said["run_id"]
    assert recorded.data.metrics["auc"] == said["test"]["auc"]
    assert recorded.data.metrics["decided_later"] == 0
    assert recorded.data.tags["data_digest"] == said["data_digest"]
    assert registry.describe("1").tags["data_digest"] == said["data_digest"]


def test_the_report_reads_as_a_person_would_want_it(home, export, run):
    ran = run("train", *export().arguments)

    assert "1,000 decided, 2026-01-01 to 2026-02-11" in ran.out
    assert "version 1, challenger" in ran.out
    assert ran.out.rstrip().endswith("redress promote")
    assert "fitting on 850 of 1,000 appeals" in ran.err


def test_the_history_teaches_where_no_file_is_named(home, export, run, tmp_path):
    made = export()
    records = ColumnMap.load(made.columns).read(read_table(made.file))
    History(open_database(home)).add(records)

    from_history, from_file = tmp_path / "history.json", tmp_path / "file.json"
    assert run("train", "--json", from_history).code == 0
    assert run("train", *made.arguments, "--json", from_file).code == 0

    once, again = json.loads(from_history.read_text()), json.loads(from_file.read_text())
    assert once["data_source"] == "history"
    assert once["data_digest"] == again["data_digest"]
    assert once["test"] == again["test"]


def test_the_same_data_and_configuration_give_the_same_figures(home, export, run, tmp_path):
    made = export()
    answers = [tmp_path / "1.json", tmp_path / "2.json"]
    for answer in answers:
        run("train", *made.arguments, "--json", answer)

    once, again = (json.loads(answer.read_text()) for answer in answers)

    assert once["test"] == again["test"]
    assert once["data_digest"] == again["data_digest"]
    assert once["version"] != again["version"]


def test_a_configuration_changes_what_it_names(home, export, run, tmp_path):
    config, answer = tmp_path / "config.yaml", tmp_path / "answer.json"
    config.write_text("split: {test: 0.3}\n")

    run("train", *export().arguments, "--config", config, "--json", answer)

    assert json.loads(answer.read_text())["test_rows"] == 300
    assert runs(home)[0].data.params["split.test"] == "0.3"


def test_an_attribute_that_tells_the_outcome_is_named(home, export, run, tmp_path):
    made = export()
    table = made.table().assign(flair=lambda table: table["outcome"].map({"won": "yes"}))
    table.to_csv(made.file, index=False)
    columns = made.columns.read_text().replace("[age]}", "[age], categorical: [flair]}")
    made.columns.write_text(columns)
    answer = tmp_path / "answer.json"

    ran = run("train", *made.arguments, "--json", answer)

    assert "likely leak: flair" in ran.out
    assert json.loads(answer.read_text())["leaks"] == ["flair"]


def undecided(table):
    return table.assign(outcome="")


def one_outcome(table):
    return table.assign(outcome="won")


def few(table):
    return table.iloc[:199]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (undecided, "no decided appeals"),
        (one_outcome, "all 1000 decisions held only: overturned"),
        (few, "199 decisions; expected 200 or more"),
    ],
)
def test_data_that_cannot_teach_end_in_one_line_and_leave_nothing(home, export, run, spoil, said):
    made = export()
    spoil(pd.read_csv(made.file)).to_csv(made.file, index=False)

    ran = run("train", *made.arguments)

    assert ran.code == 2
    assert said in ran.err.splitlines()[-1]
    assert ran.out == ""
    assert runs(home) == []
    assert Registry(home).versions() == []


def test_an_empty_history_ends_in_one_line(home, run):
    ran = run("train")

    assert ran.code == 2
    assert "no decided appeals" in ran.err
    assert "Ingest decisions" in ran.err


def test_rows_that_cannot_be_read_are_left_out_and_counted(home, export, run):
    made = export()
    text = made.file.read_text().replace("2026-01-01T05:00:00Z", "31 February")
    made.file.write_text(text)

    ran = run("train", *made.arguments)

    assert ran.code == 0
    assert "1 rows could not be read and were left out" in ran.out
    assert "999 decided" in ran.out


@pytest.mark.parametrize("arguments", [["a.csv"], ["--columns", "a.yaml"]])
def test_a_file_and_its_mapping_go_together(home, run, arguments):
    ran = run("train", *arguments)

    assert ran.code == 2
    assert "go together" in ran.err


def test_a_misspelt_configuration_ends_in_one_line(home, export, run, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("sed: 1\n")

    ran = run("train", *export().arguments, "--config", config)

    assert ran.code == 2
    assert "sed:" in ran.err


def test_a_failure_while_recording_leaves_a_failed_run_and_no_version(
    home, export, run, quick_scorer, monkeypatch
):
    def broken(self, folder):
        raise OSError("disk full")

    monkeypatch.setattr(quick_scorer, "save", broken)
    made = export()

    with pytest.raises(OSError, match="disk full"):
        run("train", *made.arguments)

    assert [found.info.status for found in runs(home)] == ["FAILED"]
    assert Registry(home).versions() == []
