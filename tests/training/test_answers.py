import json
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from features.errors import UnwritableFile
from models.emerging import Emerging
from models.scores import Reason, Risk, Score
from models.theme_map import Near
from models.themes import Nearest, Status
from training.answers import SCHEMA, answer_file, answer_table

DUE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LOGIT = -1.0986122886681098
NAME = 'ไทย, "quoted"\n'
NEAR = Near(
    Nearest("T3", NAME, Status.WATCHING, 0.875),
    Emerging("A7", "payout held", date(2026, 1, 1), 420.0, 9),
)
READERS = {".parquet": pd.read_parquet, ".csv": pd.read_csv, ".csv.gz": pd.read_csv}


def scores(*identifiers):
    reason = Reason("phrase", NAME, None, LOGIT)
    risk = Risk(0.1, "none", "low", "learnt")
    return [Score(name, 0.25, LOGIT, True, risk, 1.5, DUE, (reason,)) for name in identifiers]


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "appeals.csv"
    path.write_text("id\n1\n")
    return path


@pytest.mark.parametrize("ending", READERS)
def test_what_is_written_in_chunks_reads_back_whole(tmp_path, source, ending):
    out = tmp_path / f"scores{ending}"

    with answer_file(out, source) as answer:
        answer.write(answer_table(scores("a", "b"), [NEAR, Near()], "7"))
        answer.write(answer_table(scores("c"), [Near()], "8"))

    found = READERS[ending](out)
    assert list(found.columns) == SCHEMA.names
    assert found["appeal_id"].tolist() == ["a", "b", "c"]
    last = found.iloc[2]
    assert last["logit"] == LOGIT
    assert json.loads(last["reasons"]) == [
        {"kind": "phrase", "name": NAME, "value": None, "contribution": LOGIT}
    ]
    assert pd.Timestamp(last["due_at"]) == DUE
    assert str(last["model_version"]) == "8"
    columns = ["theme_id", "theme_title", "theme_status", "theme_similarity"]
    columns += ["emerging_alarm", "emerging_title"]
    told = ["T3", NAME, "watching", 0.875, "A7", "payout held"]
    assert found.loc[0, columns].tolist() == told
    assert found.loc[1:, columns].isna().all(axis=None)


@pytest.mark.parametrize("ending", READERS)
def test_an_answer_without_rows_still_has_its_columns(tmp_path, source, ending):
    out = tmp_path / f"scores{ending}"

    with answer_file(out, source):
        pass

    assert list(READERS[ending](out).columns) == SCHEMA.names


def test_a_failure_leaves_the_former_answer_and_no_draft(tmp_path, source):
    out = tmp_path / "scores.csv"
    out.write_text("former")

    def half():
        with answer_file(out, source) as answer:
            answer.write(answer_table(scores("a"), [Near()], "7"))
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        half()

    assert out.read_text() == "former"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["appeals.csv", "scores.csv"]


def test_the_file_being_scored_is_not_written_over(source):
    with pytest.raises(UnwritableFile, match="the file being scored"), answer_file(source, source):
        pass

    assert source.read_text() == "id\n1\n"


def test_an_unknown_kind_is_refused(tmp_path, source):
    with (
        pytest.raises(UnwritableFile, match=r"expected one of \.parquet, \.csv"),
        answer_file(tmp_path / "scores.xlsx", source),
    ):
        pass


def test_a_folder_that_is_not_there_is_refused(tmp_path, source):
    with (
        pytest.raises(UnwritableFile, match="cannot be written"),
        answer_file(tmp_path / "none" / "scores.csv", source),
    ):
        pass
