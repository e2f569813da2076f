import shlex
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from features.errors import UnwritableFolder
from features.settings import Settings
from training.bench import practice
from training.bench.__main__ import main
from training.bench.practice import CONFIG, Practice, make_practice, write_config
from training.config import load_config
from training.stages import Stages


def test_a_home_with_a_history_is_never_written_over(bench_home):
    with pytest.raises(UnwritableFolder, match="holds a history already"):
        make_practice(bench_home.settings, Practice(), Stages(Console(quiet=True)))


def test_the_command_says_so_too(bench_home):
    ran = CliRunner().invoke(main, [str(bench_home.settings.home)])

    assert ran.exit_code == 1
    assert "holds a history already" in ran.output


def test_a_share_of_the_days_ends_at_a_midnight_before_the_sample_does():
    plan = Practice(days=100)
    assert plan.after(1.0) == datetime(2026, 11, 1, tzinfo=UTC)
    assert plan.after(0.5) == datetime(2026, 9, 12, tzinfo=UTC)


@given(st.integers(1, 10**7))
def test_the_configuration_of_a_home_reads_back_as_it_was(tmp_path_factory, budget):
    config = Practice(token_budget=budget).config
    path = tmp_path_factory.getbasetemp() / CONFIG

    write_config(config, path)

    assert load_config(path) == config
    assert "seed" not in path.read_text(encoding="utf-8")  # what is the default is not named


class Stopped(Exception):
    """Ends the making of a home where its training would begin."""


def test_a_home_says_how_its_models_are_trained(tmp_path, monkeypatch):
    seen = []

    def stop(source, config, settings, stages):
        seen.append(config)
        raise Stopped

    monkeypatch.setattr(practice, "train", stop)
    made = Practice(appeals=2_000, days=60, token_budget=20_000)
    with pytest.raises(Stopped):
        make_practice(Settings(home=tmp_path), made, Stages(Console(quiet=True)))

    assert [load_config(tmp_path / CONFIG)] == seen
    assert seen[0].scorer.distill.token_budget == 20_000


def test_the_command_names_the_configuration_that_trains_alike(tmp_path, monkeypatch):
    monkeypatch.setattr(practice, "make_practice", lambda *_: None)
    folder = tmp_path / "a home"

    ran = CliRunner().invoke(main, [str(folder)], catch_exceptions=False)

    last = ran.output.splitlines()[-1].removeprefix("then: ")
    assert shlex.split(last, comments=True) == [
        f"REDRESS_HOME={folder}",
        *("redress", "train", "--config", str(folder / CONFIG)),
    ]
