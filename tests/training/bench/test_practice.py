from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from rich.console import Console

from features.errors import UnwritableFolder
from training.bench.__main__ import main
from training.bench.practice import Practice, make_practice
from training.stages import Stages


def test_a_home_with_a_history_is_never_written_over(bench_home):
    with pytest.raises(UnwritableFolder, match="holds a history already"):
        make_practice(bench_home.settings, Practice(), Stages(Console(quiet=True)))


def test_the_command_says_so_too(bench_home):
    ran = CliRunner().invoke(main, [str(bench_home.settings.home)])

    assert ran.exit_code == 1
    assert "holds a history already" in ran.output


def test_a_share_of_the_days_ends_at_a_midnight_before_the_sample_does():
    practice = Practice(days=100)
    assert practice.after(1.0) == datetime(2026, 11, 1, tzinfo=UTC)
    assert practice.after(0.5) == datetime(2026, 9, 12, tzinfo=UTC)
