import json

import pytest
from click.testing import CliRunner

from features.command import redress
from features.errors import UnwritableFolder
from training.sample.writer import FILES


def run(*arguments: str):
    return CliRunner().invoke(redress, ["sample", *arguments])


def test_it_writes_a_sample_and_reports(tmp_path):
    out, answer = tmp_path / "out", tmp_path / "answer.json"
    result = run(str(out), "--appeals", "80", "--days", "40", "--seed", "5", "--json", str(answer))
    assert result.exit_code == 0
    assert "80 appeals" in result.output
    assert sorted(file.name for file in out.iterdir()) == sorted(FILES)
    assert json.loads(answer.read_text())["appeals"] == 80


def test_same_seed_same_bytes(tmp_path):
    for name in ("one", "two"):
        run(str(tmp_path / name), "--appeals", "50", "--until", "2025-05-01")
    for file in FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert "2025-04" in (tmp_path / "one" / "appeals.csv").read_text()


@pytest.mark.parametrize(
    "options",
    [
        ["--appeals", "0"],
        ["--appeals", "-5"],
        ["--appeals", "many"],
        ["--days", "0"],
        ["--days", "-1"],
        ["--seed", "-1"],
        ["--until", "yesterday"],
        ["--nonsense", "1"],
    ],
)
def test_bad_options_exit_with_2_and_write_nothing(tmp_path, options):
    result = run(str(tmp_path / "out"), *options)
    assert result.exit_code == 2
    assert options[0] in result.output
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("")
    result = run(str(tmp_path), "--appeals", "10")
    assert isinstance(result.exception, UnwritableFolder)
    assert "thesis.docx" in str(result.exception)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_file_instead_of_a_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    result = run(str(tmp_path / "out"), "--appeals", "10")
    assert isinstance(result.exception, UnwritableFolder)
