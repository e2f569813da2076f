"""How well rises in count series are found, and how often there was none.

Series with planted outbreaks tell both. Weeks 576 to 624 are judged, each by all weeks before it.
Where R's answers on the same series lie beside them, they are compared too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError
from features.files import read_table
from models.surveillance.ears import Ears
from models.surveillance.farrington import FarringtonFlexible
from models.surveillance.negative_binomial import NegativeBinomial
from models.surveillance.regressors import Calendar
from models.surveillance.series import Tails
from training.benchmarks.outbreaks import JUDGED_WEEKS, WEEKS, PlantedSeries, plant_outbreaks
from training.benchmarks.surveillance_figure import Trade, draw_trades
from training.stages import Stages

__all__ = [
    "ACCEPTED",
    "BrokenSeries",
    "Detection",
    "benchmark_outbreaks",
    "benchmark_surveillance",
    "found_at",
    "read_planted",
]

ACCEPTED: Final = 0.01
"""False-alarm rate at which detectors are compared: quiet weeks that alarm, of all quiet weeks."""
DRAWN_RATES: Final = tuple(np.linspace(0.001, 0.05, 50).tolist())
SERIES_FILE: Final = "series.csv.gz"
R_FILE: Final = "farrington_flexible.csv.gz"
# The series' year has 52 weeks, as Farrington's method takes for granted.
CALENDAR: Final = Calendar(year=52, weekdays=False)
DETECTORS: Final[dict[str, Callable[[NDArray[np.float64], int], Tails]]] = {
    "negative_binomial": NegativeBinomial(CALENDAR, alpha=ACCEPTED).tails,
    "farrington_flexible": FarringtonFlexible(alpha=ACCEPTED).tails,
    "ears_c1": Ears("C1").tails,
    "ears_c2": Ears("C2").tails,
    "ears_c3": Ears("C3").tails,
}
WARM_UP_SERIES: Final = 2
"""Series judged before the clock: libraries are imported at first use."""
REGRESSIONS: Final = ("negative_binomial", "farrington_flexible")

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


class BrokenSeries(InputError):
    """A table of series that is not what the benchmark needs."""


@dataclass(frozen=True)
class Detection:
    """What one detector found, by its own limits and at the common false-alarm rate.

    Attributes
    ----------
    false_alarm_rate
        Share of the quiet weeks with an alarm, 0 to 1, by the detector's own limit.
    found
        Share of the outbreaks with an alarm in one of their weeks, 0 to 1, by the same limit.
    found_at_false_alarm_rate_0_01
        The same, with the limit at which .01 of the quiet weeks alarm.
    """

    false_alarm_rate: float
    found: float
    found_at_false_alarm_rate_0_01: float


def read_planted(folder: Path) -> PlantedSeries:
    """Read `series.csv.gz`: columns series, week, count, outbreak.

    Parameters
    ----------
    folder
        Where it is. A week without a row, or with an empty count, was not counted.

    Raises
    ------
    UnreadableFile
        When it is missing or broken as a file.
    BrokenSeries
        When a column is missing, a value is no count, a week is told twice, or there is no series
        with an outbreak in the weeks judged.
    """
    rows = _numbers(folder / SERIES_FILE, ("series", "week", "count", "outbreak"))
    outside = ~rows["week"].between(1, WEEKS)
    if outside.any() or rows[["series", "week"]].isna().any(axis=None):
        raise BrokenSeries(f"{int(outside.sum())} rows with no week", f"1 to {WEEKS}")
    if (rows[["count", "outbreak"]] < 0).any(axis=None):
        raise BrokenSeries("a negative count", "0 or more")
    names = np.unique(rows["series"].to_numpy(np.int64))
    counts = _table(rows, "count", names)
    outbreak = np.nan_to_num(_table(rows, "outbreak", names))
    if not (outbreak[:, -JUDGED_WEEKS:] > 0).any():
        raise BrokenSeries(
            "no outbreak in the weeks judged", f"one from week {WEEKS - JUDGED_WEEKS + 1} on"
        )
    return PlantedSeries(names, counts, outbreak)


def benchmark_surveillance(
    folder: Path, stages: Stages, figure: Path | None = None
) -> dict[str, object]:
    """Judge the series of a folder by each detector.

    Parameters
    ----------
    folder
        Holds `series.csv.gz`, and `farrington_flexible.csv.gz` where R's answers are known.
    stages
        Show the progress.
    figure
        Where to draw what is found against false alarms; None: nowhere.

    Returns
    -------
    The answer of `redress benchmark surveillance --json`.

    Raises
    ------
    UnreadableFile, BrokenSeries
        When one of the files cannot be used.
    UnwritableFile
        When the figure cannot be drawn there.
    """
    planted = read_planted(folder)
    from_r = _read_r(folder, planted)
    tails = _judge(planted, stages)
    detections = {name: _detection(planted, told) for name, told in tails.items()}
    if figure is not None:
        trades = {name: _trade(planted, told, detections[name]) for name, told in tails.items()}
        draw_trades(trades, f"{len(planted.counts)} series of {folder.name}", figure)
    slowest = max(stages.seconds[name] for name in REGRESSIONS)
    return {
        "series": len(planted.counts),
        "evaluations_per_second": len(planted.counts) * JUDGED_WEEKS / slowest,
        "detectors": {name: asdict(detection) for name, detection in detections.items()},
        "difference_from_r": _difference(planted, tails["farrington_flexible"], from_r),
    }


def benchmark_outbreaks(series: int, seed: int, stages: Stages) -> dict[str, object]:
    """Judge simulated series by each detector, and compare the two regressions.

    Parameters
    ----------
    series
        How many are drawn, at least 2; see `plant_outbreaks`.
    seed
        Of the draw.
    stages
        Show the progress.

    Returns
    -------
    The answer of `redress benchmark outbreaks --json`. `gain` is the share of the outbreaks that
    `negative_binomial` finds less the share that `farrington_flexible` finds, both at a false-alarm
    rate of .01, with the 95 % interval of a paired difference of means.
    """
    with stages.stage("series", f"{series:,} series are drawn"):
        planted = plant_outbreaks(series, seed)
    tails = _judge(planted, stages)
    one, other = (found_at(planted, tails[name].pvalue, ACCEPTED) for name in REGRESSIONS)
    apart = one.astype(np.float64) - other
    half = 1.96 * float(apart.std(ddof=1)) / np.sqrt(len(apart))
    mean = float(apart.mean())
    return {
        "series": series,
        "seed": seed,
        "detectors": {name: asdict(_detection(planted, tails[name])) for name in DETECTORS},
        "gain": {"mean": mean, "low": float(mean - half), "high": float(mean + half)},
    }


def found_at(planted: PlantedSeries, pvalue: Floats, rate: float) -> Booleans:
    """Say of each series with an outbreak whether it is found at a common false-alarm rate.

    Parameters
    ----------
    planted
        The series.
    pvalue
        (series, weeks judged); NaN is no alarm.
    rate
        Share of the quiet weeks that may alarm: the limit is set by their p-values.
    """
    outbreak = planted.outbreak[:, -JUDGED_WEEKS:] > 0
    told = np.where(np.isnan(pvalue), np.inf, pvalue)
    quiet = np.sort(told[~outbreak])
    limit = quiet[min(int(rate * len(quiet)), len(quiet) - 1)] if len(quiet) else np.inf
    return _found(outbreak, told < limit)


def _found(outbreak: Booleans, alarm: Booleans) -> Booleans:
    held = np.asarray(outbreak.any(axis=1))
    return np.asarray((outbreak & alarm).any(axis=1))[held]


def _judge(planted: PlantedSeries, stages: Stages) -> dict[str, Tails]:
    tails = {}
    for name, judge in DETECTORS.items():
        judge(planted.counts[:WARM_UP_SERIES], 1)
        with stages.stage(name, f"{name} judges {len(planted.counts) * JUDGED_WEEKS:,} counts"):
            tails[name] = judge(planted.counts, JUDGED_WEEKS)
    return tails


def _detection(planted: PlantedSeries, tails: Tails) -> Detection:
    outbreak = planted.outbreak[:, -JUDGED_WEEKS:] > 0
    alarm = _alarms(planted, tails)
    return Detection(
        float(alarm[~outbreak].mean()),
        float(_found(outbreak, alarm).mean()),
        float(found_at(planted, tails.pvalue, ACCEPTED).mean()),
    )


def _trade(planted: PlantedSeries, tails: Tails, own: Detection) -> Trade:
    found = [float(found_at(planted, tails.pvalue, rate).mean()) for rate in DRAWN_RATES]
    return Trade(np.array(DRAWN_RATES), np.array(found), (own.false_alarm_rate, own.found))


def _alarms(planted: PlantedSeries, tails: Tails) -> Booleans:
    return planted.counts[:, -JUDGED_WEEKS:] > tails.upper


def _read_r(folder: Path, planted: PlantedSeries) -> dict[str, Floats] | None:
    """Read what R's `farringtonFlexible` answered; None where the file is not there."""
    path = folder / R_FILE
    if not path.exists():
        return None
    columns = ("expected", "upperbound", "pvalue", "alarm")
    rows = _numbers(path, ("series", "week", *columns))
    tables = {name: _table(rows, name, planted.names)[:, -JUDGED_WEEKS:] for name in columns}
    if any(np.isnan(table).any() for table in tables.values()):
        raise BrokenSeries(
            f"{R_FILE} without an answer to some series and week",
            f"one for each of {len(planted.names)} series and {JUDGED_WEEKS} weeks",
            "Take the file away to do without the comparison.",
        )
    return tables


def _difference(
    planted: PlantedSeries, ours: Tails, from_r: dict[str, Floats] | None
) -> dict[str, float | int] | None:
    """Give the largest differences from R, and how many alarms differ."""
    if from_r is None:
        return None
    told = np.abs(ours.expected - from_r["expected"])
    return {
        "expected": _largest(told / np.maximum(from_r["expected"], np.finfo(float).tiny)),
        "upperbound": _largest(np.abs(ours.upper - from_r["upperbound"])),
        "pvalue": _largest(np.abs(ours.pvalue - from_r["pvalue"])),
        "alarms": int((_alarms(planted, ours) != (from_r["alarm"] > 0)).sum()),
    }


def _largest(difference: Floats) -> float:
    # Where we have no answer and R has one, nothing agrees.
    return float(np.where(np.isnan(difference), np.finfo(float).max, difference).max())


def _numbers(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read columns of numbers; an empty cell is NaN."""
    table = read_table(path)
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise BrokenSeries(f"{path.name} has no column {missing[0]!r}", ", ".join(columns))
    told = table[list(columns)].replace("", None)
    numbers: pd.DataFrame = told.apply(pd.to_numeric, errors="coerce").astype(np.float64)
    wrong = numbers.isna() & told.notna() | np.isinf(numbers)
    for name in columns:
        lines = wrong.index[wrong[name]]
        if len(lines):
            raise BrokenSeries(
                f"{path.name}, line {lines[0]}: {name} is no number", "a finite number"
            )
    return numbers


def _table(rows: pd.DataFrame, value: str, names: NDArray[np.int64]) -> Floats:
    """Lay a column out as (series, weeks)."""
    if rows.duplicated(["series", "week"]).any():
        twice = int(rows.duplicated(["series", "week"]).sum())
        raise BrokenSeries(f"{twice} weeks told twice", "one row a series and week")
    wide = rows.pivot(index="series", columns="week", values=value)
    return wide.reindex(index=names, columns=range(1, WEEKS + 1)).to_numpy(np.float64)
