import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from features.database import open_database
from features.errors import InputError, InvalidMapping, UnreadableFile, UnwritableFile
from features.history import History
from features.settings import Settings
from training.commands.ingest import ingest
from training.ingest import ingest_file

MAP = """
appeal_id: id
submitted_at: filed
text: body
decision: {column: result, overturned: [yes], upheld: [no]}
attributes: {numeric: [age]}
"""
HEADER = "id,filed,body,result,age"
ROWS = [
    'a1,2024-05-31T08:00:00Z,"two\nlines",yes,3',
    "a2,2024-05-30,please,no,",
    "a3,2024-06-01,please,,7",
]
BAD = [
    "b1,2024-02-30,please,yes,3",
    "b2,2024-05-30,please,yes,abc",
    "b3,short",
    "a1,2024-05-31,x,yes,1",
]


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text(MAP)
    return path


@pytest.fixture
def table(tmp_path):
    def write(*rows, name="export.csv"):
        path = tmp_path / name
        path.write_text("\n".join([HEADER, *rows, ""]))
        return path

    return write


def history(settings):
    return History(open_database(settings))


def rejected_rows(file):
    with file.with_name(f"{file.name}.rejected.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_file_goes_into_the_history(table, mapping, settings):
    answer = ingest_file(table(*ROWS), mapping, settings)
    assert answer.as_json() == {
        "rows": 3,
        "appeals_new": 3,
        "appeals_known": 0,
        "appeals_changed": 0,
        "decisions_new": 2,
        "decisions_known": 0,
        "decisions_changed": 0,
        "decisions_unknown": 0,
        "decisions_misdated": 0,
        "rejected": 0,
        "rejected_file": None,
        "first_submitted_at": "2024-05-30T00:00:00+00:00",
        "last_submitted_at": "2024-06-01T00:00:00+00:00",
    }
    frame = history(settings).appeals()
    assert frame["appeal_id"].tolist() == ["a2", "a1", "a3"]
    assert frame["attributes.age"].tolist() == [None, 3.0, 7.0]


def test_the_same_file_twice_adds_nothing_twice(table, mapping, settings):
    file = table(*ROWS)
    ingest_file(file, mapping, settings)
    before = history(settings).counts()
    answer = ingest_file(file, mapping, settings).as_json()
    assert (answer["appeals_new"], answer["appeals_known"]) == (0, 3)
    assert (answer["decisions_new"], answer["decisions_known"]) == (0, 2)
    assert history(settings).counts() == before


def test_a_later_export_brings_new_appeals_and_decisions(table, mapping, settings):
    ingest_file(table(*ROWS), mapping, settings)
    later = [ROWS[0], ROWS[2].replace(",,", ",yes,"), "a4,2024-06-02,new,no,1"]
    answer = ingest_file(table(*later), mapping, settings).as_json()
    assert (answer["appeals_new"], answer["decisions_new"]) == (1, 2)
    assert history(settings).counts().decided == 4


def test_rows_that_cannot_be_read_are_written_beside_the_file(table, mapping, settings):
    file = table(*ROWS, *BAD)
    answer = ingest_file(file, mapping, settings)
    assert (answer.rows, answer.rejected, answer.added.appeals_new) == (7, 4, 3)
    found = rejected_rows(file)
    assert [row["line"] for row in found] == ["6", "7", "8", "9"]
    assert [row["id"] for row in found] == ["b1", "b2", "b3", "a1"]
    assert "column 'filed'" in found[0]["reason"]
    assert found[1]["reason"] == "column 'age': a text of 3 characters; expected a number"
    assert "the row has 2 cells; expected 5" in found[2]["reason"]
    assert found[3]["reason"] == "its appeal_id stands on line 2"
    assert list(found[0]) == ["line", "reason", *HEADER.split(",")]


def test_the_rejected_rows_can_be_mended_and_ingested(table, mapping, settings, tmp_path):
    file = table(*ROWS, *BAD[:2])
    ingest_file(file, mapping, settings)
    mended = tmp_path / "mended.csv"
    rejected = file.with_name("export.csv.rejected.csv").read_text()
    mended.write_text(rejected.replace("2024-02-30", "2024-02-28").replace("abc", "9"))
    assert ingest_file(mended, mapping, settings).added.appeals_new == 2


def test_a_sound_file_removes_what_an_earlier_run_rejected(table, mapping, settings):
    file = table(*ROWS, *BAD)
    ingest_file(file, mapping, settings)
    ingest_file(table(*ROWS), mapping, settings)
    assert not file.with_name("export.csv.rejected.csv").exists()


def test_where_no_row_can_be_read_the_answer_says_why(table, mapping, settings):
    answer = ingest_file(table(*BAD[1:2] * 3), mapping, settings)
    assert answer.rejected == 3
    assert answer.first_submitted_at is None
    assert "column 'age'" in answer.lines()[-1]


def test_a_megabyte_and_a_nul_are_rejected_alone(table, mapping, settings):
    file = table(f"m1,2024-05-30,{'x' * 2**20},no,1", "n1,2024-05-30,a\x00b,no,1", *ROWS)
    assert ingest_file(file, mapping, settings).added.appeals_new == 3
    reasons = [row["reason"] for row in csv.DictReader(_without_nul(file))]
    assert reasons[0] == "column 'body': a text of 1,048,576 characters; expected at most 50,000"
    assert reasons[1] == "column 'body': contains a NUL byte; remove it"


def _without_nul(file):
    csv.field_size_limit(2**21)
    text = file.with_name(f"{file.name}.rejected.csv").read_text()
    return text.replace("\x00", "").splitlines()


def test_without_times_a_file_has_no_place_in_the_history(table, mapping, settings):
    mapping.write_text("appeal_id: id\ntext: body\n")
    with pytest.raises(InvalidMapping, match="names no submitted_at"):
        ingest_file(table(*ROWS), mapping, settings)
    assert not settings.home.exists()


def test_where_rejected_rows_cannot_be_written_nothing_goes_in(table, mapping, settings):
    file = table(*ROWS, *BAD)
    file.with_name("export.csv.rejected.csv").mkdir()
    with pytest.raises(UnwritableFile, match="cannot be written"):
        ingest_file(file, mapping, settings)
    assert not settings.home.exists()


@pytest.mark.parametrize("content", ["", "id;filed", "id,id,filed,body,result,age\n"])
def test_a_file_that_cannot_be_used_changes_nothing(table, mapping, settings, content):
    file = table()
    file.write_text(content)
    with pytest.raises(InputError):
        ingest_file(file, mapping, settings)
    assert not settings.home.exists()


def test_a_missing_file_is_told(tmp_path, mapping, settings):
    with pytest.raises(UnreadableFile, match="does not exist"):
        ingest_file(tmp_path / "none.csv", mapping, settings)


def test_the_command_reports_to_people_and_machines(table, mapping, settings, tmp_path):
    answer = tmp_path / "answer.json"
    arguments = [str(table(*ROWS, *BAD)), "--columns", str(mapping), "--json", str(answer)]
    done = CliRunner(env={"REDRESS_HOME": str(settings.home)}).invoke(ingest, arguments)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:3] == [
        "7 rows",
        "appeals: 3 new, 0 known",
        "decisions: 2 new, 0 known",
    ]
    told = json.loads(answer.read_text())
    assert told["rejected"] == 4
    assert told["rejected_file"].endswith("export.csv.rejected.csv")


@pytest.mark.slow
def test_bad_input_ends_with_one_line_and_exit_code_2(table, mapping, settings):
    mapping.write_text(MAP.replace("filed", "field"))
    command = [str(Path(sys.executable).parent / "redress"), "ingest", str(table(*ROWS))]
    done = subprocess.run(
        [*command, "--columns", str(mapping)],
        env={"REDRESS_HOME": str(settings.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "redress: the mapping names 'field', which the table does not have; "
        "expected some of its 5 columns. Did you mean 'filed'?\n"
    )
