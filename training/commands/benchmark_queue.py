"""`redress benchmark queue`: how much sooner the wrongly enforced are restored."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.command import json_option, report
from features.settings import Settings

if TYPE_CHECKING:
    from training.benchmarks.queue import QueueBenchmark
    from training.queue_value import AtOnce, Day, Outcome, Value


class Hours(click.ParamType[tuple[float, float]]):
    """Two hours of a day, as 9-18."""

    name = "FROM-TO"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Read them."""
        begins, _, ends = str(value).partition("-")
        try:
            return float(begins), float(ends)
        except ValueError:
            self.fail(f"{value!r} is not two hours of a day, such as 9-18", param, ctx)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--columns", type=click.Path(path_type=Path), help="Column mapping of FILE.")
@click.option(
    "--capacity",
    type=float,
    default=0.8,
    show_default=True,
    help="Reviews as a share of the intake.",
)
@click.option(
    "--hours", type=Hours(), help="When people work, UTC, such as 9-18.  [default: round the clock]"
)
@click.option("--config", type=click.Path(path_type=Path), help="Training configuration, YAML.")
@click.option("--figure", type=click.Path(path_type=Path), help="Where to draw it, PNG or SVG.")
@json_option
def queue(
    file: Path | None,
    columns: Path | None,
    capacity: float,
    hours: tuple[float, float] | None,
    config: Path | None,
    figure: Path | None,
    json_file: Path | None,
) -> None:
    """Tell what the order of the queue is worth, beside first come, first served.

    A model of the earlier appeals of the history, or of FILE, orders the latest ones. The same
    appeals are reviewed by each rule, with the same work; what is left when the last was filed is
    worked off at the same capacity.
    """
    from training.benchmarks.queue import benchmark_queue
    from training.benchmarks.queue_figure import queue_figure
    from training.config import load_config
    from training.source import Source, read_cases
    from training.stages import Stages

    if (file is None) != (columns is None):
        raise click.UsageError("FILE and --columns MAP go together; for the history give neither.")
    settings, declared = Settings.from_environment(), load_config(config)
    day = _day(hours)
    cases = read_cases(Source(file, columns), settings)
    found = benchmark_queue(cases, capacity, day, declared, settings, Stages.on_stderr())
    if figure is not None:
        queue_figure(found).savefig(figure)
    click.echo("\n".join(_lines(found)))
    report({**found.answer(), "rejected": cases.rejected}, json_file)


def _day(hours: tuple[float, float] | None) -> Day:
    from models.shifts import Shift
    from training.queue_value import Day

    return Day() if hours is None else Day(shift=Shift(*hours))


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.0%}"


def _hours(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:,.1f}"


def _lines(found: QueueBenchmark) -> list[str]:
    from training.queue_value import at_once

    answer, asked = found.answer(), found.asked
    by_rule = {
        "first come": asked.first_come,
        "with tier": asked.first_come_with_tier,
        "Redress": asked.redress,
        "oracle": asked.oracle,
    }
    lines = [
        f"{answer['appeals']:,} appeals, {found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}; "
        f"{answer['wrongly_enforced']:,} wrongly enforced, {answer['not_decided']:,} not decided, "
        f"{answer['escalated']:,} escalated",
        _sent(at_once(found.cases)),
        f"capacity {asked.capacity:.0%}, {asked.desks} desks, {asked.minutes:.1f} min a review; "
        "hours from filing to the end of the review:",
        f"{'':<12}{'restored: median':>18}{'mean':>9}{'90 %':>9}{'upheld':>9}{'longest':>9}"
        f"{'escalated within the hour':>27}",
    ]
    lines += [_line(name, one) for name, one in by_rule.items()]
    lines.append(
        f"against first come: median {asked.median_ratio:.2f} times, "
        f"longest wait {asked.longest_ratio:.2f} times"
    )
    return [*lines, *(_curve_line(one) for one in found.curve)]


def _sent(sent: AtOnce) -> str:
    return (
        f"critical tier, to its team at once: {sent.sent:,}, {sent.a_day:,.1f} a day; of its "
        f"{sent.decided:,} decided {sent.escalated:,} were escalated"
    )


def _line(name: str, one: Outcome) -> str:
    cells = (one.restored_mean, one.restored_p90, one.upheld_median, one.longest)
    return (
        f"{name:<12}{_hours(one.restored_median):>18}"
        + "".join(f"{_hours(cell):>9}" for cell in cells)
        + f"{_share(one.within_hour):>27}"
    )


def _curve_line(one: Value) -> str:
    first, redress = one.first_come, one.redress
    return (
        f"  capacity {one.capacity:>4.0%}: "
        f"median {_hours(first.restored_median):>6} to {_hours(redress.restored_median):>5} h, "
        f"longest {_hours(first.longest):>6} to {_hours(redress.longest):>6} h, "
        f"within the hour {_share(first.within_hour):>4} "
        f"({_share(one.first_come_with_tier.within_hour):>4} with the tier) "
        f"to {_share(redress.within_hour):>4}"
    )
