import json

import pandas as pd
import pytest
import yaml

from features.columns import ColumnMap
from features.database import open_database
from features.errors import UnwritableFolder
from features.files import read_table
from features.history import History
from features.rereviews import rereviews
from features.settings import Settings
from training.sample.making import Plan, make_sample
from training.sample.writer import (
    AGAIN,
    BOOLEAN,
    CATEGORICAL,
    FILES,
    MAPPING,
    NUMERIC,
    appeals_table,
    truth_table,
    write_sample,
)


@pytest.fixture(scope="module")
def folder(made, tmp_path_factory):
    out = tmp_path_factory.mktemp("sample") / "out"
    write_sample(made, out)
    return out


def test_the_folder_holds_the_files(folder):
    assert sorted(file.name for file in folder.iterdir()) == sorted(FILES)


def test_the_mapping_names_columns_that_exist(folder):
    mapping = yaml.safe_load((folder / "columns.yaml").read_text())
    columns = set(pd.read_csv(folder / "appeals.csv", nrows=1).columns)
    decision = {mapping["decision"][key] for key in ("column", "decided_at", "reviewer_id")}
    attributes = {name for names in mapping["attributes"].values() for name in names}
    assert mapping == MAPPING
    assert decision | attributes | {mapping["evidence"]["column"]} <= columns
    assert attributes == {*NUMERIC, *CATEGORICAL, *BOOLEAN}


def test_the_history_reads_every_row_through_the_mapping(folder, made):
    records = ColumnMap.load(folder / "columns.yaml").read(read_table(folder / "appeals.csv"))
    table = appeals_table(made)
    assert records.rejected == []
    assert len(records.appeals) == len(table)
    assert len(records.decisions) == (table["outcome"] != "").sum()
    assert records.timed
    attributes = records.appeals[0].attributes
    assert isinstance(attributes["seller_age_days"], float)
    assert isinstance(attributes["verified"], bool)
    assert isinstance(attributes["category"], str)


def test_second_decisions_come_in_beside_the_first(folder, made, tmp_path):
    mapping = ColumnMap.load(folder / "columns.yaml")
    first, second = (mapping.read(read_table(folder / name)) for name in ("appeals.csv", AGAIN))
    history = History(open_database(Settings(home=tmp_path)))
    history.add(first)
    counted = history.add(second)

    assert len(second.decisions) == len(second.appeals) == len(made.again) > 30
    assert counted.appeals_new == 0
    assert counted.decisions_new == len(made.again)
    twice = rereviews(history.engine)
    assert twice["appeal_id"].nunique() == len(made.again)
    assert len(twice) == 2 * len(made.again)


def test_nothing_but_what_was_known_is_exported(made):
    table = appeals_table(made)
    assert not {"wrong", "probability", "incident", "letter"} & set(table.columns)
    undecided = table["outcome"] == ""
    hidden = table.loc[undecided, ["decided_at", "reviewer_id", "escalated_to"]]
    assert (hidden == "").all(axis=None)
    assert undecided.any()


def test_the_truth_stands_beside_each_appeal(made):
    truth = truth_table(made)
    table = appeals_table(made)
    assert list(truth["appeal_id"]) == list(table["appeal_id"])
    assert truth["appeal_id"].is_unique
    chances = ["probability", "reviewer_probability", "wrong_probability"]
    assert truth[chances].apply(lambda chance: chance.between(0, 1)).all(axis=None)
    assert not truth.isna().any(axis=None)
    decided = table["outcome"] != ""
    overturned = (table["outcome"] == "overturned").astype(int)
    assert (truth.loc[decided, "overturned"] == overturned[decided]).all()


def test_the_incidents_are_described(folder, made):
    incidents = json.loads((folder / "incidents.json").read_text())
    truth = truth_table(made)
    assert len(incidents) == 5
    for incident in incidents:
        assert incident["start"] < incident["end"]
        assert incident["appeals"] == (truth["incident"] == incident["incident"]).sum()
        assert {"field", "value"} == set(incident["cause"][0])
        assert incident["words"]


def test_the_same_plan_writes_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_sample(make_sample(Plan(appeals=60, days=30)), tmp_path / name)
    for file in FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_an_earlier_sample_is_written_over(tmp_path):
    write_sample(make_sample(Plan(appeals=40)), tmp_path)
    write_sample(make_sample(Plan(appeals=20)), tmp_path)
    assert len(pd.read_csv(tmp_path / "appeals.csv")) == 20


def test_other_files_are_not_written_over(made, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UnwritableFolder, match=r"mine\.txt"):
        write_sample(made, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_no_folder(made, tmp_path):
    (tmp_path / "out").write_text("")
    for out in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(UnwritableFolder, match="another folder"):
            write_sample(made, out)
