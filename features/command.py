"""The `redress` command: finds its commands by name, and turns errors into exit codes.

Exit 0: done. Exit 1: it ran and the answer is no (`StateError`). Exit 2: bad input (`InputError`,
or a wrong option). Each failure is one line on standard error. Exit 143: stopped by SIGTERM, after
what was open has been closed.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar

import click

from features.errors import InputError, RedressError

GROUP: Final = "redress.commands"
F = TypeVar("F", bound=Callable[..., Any])


class Commands(click.Group):
    """A group whose commands are entry points, imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands there are."""
        return sorted(entry_points(group=GROUP).names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command of that name, or give None."""
        found = entry_points(group=GROUP, name=cmd_name)
        command: click.Command | None = next(iter(found)).load() if found else None
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="redress")
def redress() -> None:
    """Score enforcement appeals, explain the scores, find what is behind them."""


def json_option(command: F) -> F:
    """Add `--json FILE`, which a command passes to `report`."""
    option = click.option(
        "--json",
        "json_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the answer to FILE as JSON.",
        metavar="FILE",
    )
    return option(command)


def report(answer: Mapping[str, object], json_file: Path | None) -> None:
    """Write a command's answer as JSON where a file was asked for."""
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(answer, indent=2, allow_nan=False, default=str) + "\n")


class Terminated(SystemExit):
    """Somebody has asked the command to stop: `timeout`, a service manager, a batch queue."""


@contextmanager
def stopping_in_order() -> Iterator[None]:
    """Let a SIGTERM unwind the work as an error does: runs are ended, transactions undone.

    Where SIGTERM is not left to its default, whoever chose so is heeded.

    Raises
    ------
    Terminated
        On SIGTERM, once.
    """
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def main() -> None:
    """Run the command line."""
    try:
        with stopping_in_order():
            redress()
    except RedressError as error:
        click.echo(f"redress: {error}", err=True)
        sys.exit(2 if isinstance(error, InputError) else 1)
    except Terminated:
        click.echo("redress: stopped by SIGTERM", err=True)
        raise


def _terminate(number: int, _frame: FrameType | None) -> None:
    # `timeout` sends it twice, to the process and to its group: the second must not cut short
    # what the first has set going.
    signal.signal(number, lambda _number, _frame: None)
    raise Terminated(128 + number)
