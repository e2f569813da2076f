import json
import os
import signal
import time
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from features import command
from features.command import (
    Terminated,
    json_option,
    main,
    redress,
    report,
    stopping_in_order,
)
from features.errors import NoChampion, UnreadableFile

DECLARED = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]


@pytest.fixture
def failing(monkeypatch):
    """Make `redress fail` raise an error, through the real entry-point machinery."""

    def fail_with(error):
        @click.command()
        def fail():
            raise error

        monkeypatch.setattr(command, "_raise", fail, raising=False)
        point = EntryPoint("fail", "features.command:_raise", command.GROUP)
        monkeypatch.setattr(command, "entry_points", lambda **selection: [point])
        monkeypatch.setattr("sys.argv", ["redress", "fail"])

    return fail_with


@pytest.mark.parametrize(
    ("error", "code"),
    [(UnreadableFile("x.csv is empty", "rows", "Export it."), 2), (NoChampion("no champion"), 1)],
)
def test_errors_become_exit_codes_and_one_line(failing, capsys, error, code):
    failing(error)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == code
    assert capsys.readouterr().err == f"redress: {error}\n"


def test_a_termination_unwinds_the_work_and_is_left_to_the_default_afterwards():
    undone = []

    def work():
        with stopping_in_order():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(60)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)  # does not cut short what is being undone
                time.sleep(0.01)
                undone.append(True)

    with pytest.raises(Terminated) as stop:
        work()
    assert stop.value.code == 143
    assert undone == [True]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_who_ignores_terminations_is_heeded():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with stopping_in_order():
            os.kill(os.getpid(), signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_other_errors_are_not_hidden(failing):
    failing(ZeroDivisionError("a defect"))
    with pytest.raises(ZeroDivisionError):
        main()


def test_help_lists_every_declared_command():
    listed = redress.list_commands(click.Context(redress))
    assert set(listed) >= set(DECLARED["entry-points"][command.GROUP])
    assert redress.get_command(click.Context(redress), "no-such-command") is None


def test_an_unknown_command_is_bad_input():
    assert CliRunner().invoke(redress, ["no-such-command"]).exit_code == 2


def test_json_goes_to_a_file_in_a_new_folder(tmp_path):
    @click.command()
    @json_option
    def answer(json_file):
        report({"rows": 3}, json_file)

    target = tmp_path / "new" / "answer.json"
    assert CliRunner().invoke(answer, ["--json", str(target)]).exit_code == 0
    assert json.loads(target.read_text()) == {"rows": 3}
    assert CliRunner().invoke(answer, []).output == ""


def test_json_holds_no_numbers_that_are_none(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        report({"auc": float("nan")}, tmp_path / "answer.json")
