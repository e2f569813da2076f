"""The MLflow run of a discovery: what was found, in numbers, beside those of other days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from features.errors import UnrecordedRun
from models.alarm_book import Raised
from models.catalog import Shown
from models.registry import Registry, quiet
from training.discovered import Discovered
from training.tracking import running

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["EXPERIMENT", "record_discovery"]

EXPERIMENT: Final = "redress-themes"
"""Name of the experiment whose runs are discoveries."""


def record_discovery(registry: Registry, discovered: Discovered) -> str:
    """Log a discovery: parameters, figures, the themes that are shown, and the open alarms.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    UnrecordedRun
        When the run cannot be logged: the catalogue has the discovery nevertheless.
    """
    try:
        return _record(registry, discovered)
    except Exception as error:  # whatever a tracking store and a disk can raise
        as_of = discovered.found.discovery.as_of
        raise UnrecordedRun(
            f"the catalogue has the themes as of {as_of}, but the run could not"
            f" be logged to MLflow ({type(error).__name__})",
            "a tracking store that can be written",
            f"Mend it, then: redress discover --as-of {as_of}",
        ) from error


def _record(registry: Registry, discovered: Discovered) -> str:
    discovery, client = discovered.found.discovery, registry.client
    shown, raised = discovered.shown, discovered.raised
    with running(registry, f"as of {discovery.as_of}", EXPERIMENT) as run_id:
        for name in ("as_of", "window_days", "encoder"):
            client.log_param(run_id, name, str(getattr(discovery, name)))
        for name, value in discovered.figures.items():
            client.log_metric(run_id, name, value)
        with quiet():
            client.log_table(run_id, _table(shown), "themes.json")
            client.log_figure(run_id, sizes_figure(shown), "figures/themes.png")
            if raised.alarms:
                client.log_table(run_id, _alarm_table(raised), "alarms.json")
                client.log_figure(run_id, alarms_figure(raised), "figures/alarms.png")
    return run_id


def _alarm_table(raised: Raised) -> dict[str, list[object]]:
    accounts = [alarm.account for alarm in raised.alarms]
    return {
        "alarm": [alarm.alarm_id for alarm in raised.alarms],
        "kind": [str(account.kind) for account in accounts],
        "title": [account.title for account in accounts],
        "opened_on": [alarm.opened_on.isoformat() for alarm in raised.alarms],
        "observed": [account.observed for account in accounts],
        "expected": [account.expected for account in accounts],
        "recurrence_days": [account.recurrence_days for account in accounts],
        "appeals": [alarm.appeals for alarm in raised.alarms],
    }


def _table(shown: Shown) -> dict[str, list[object]]:
    return {
        "theme": [theme.theme_id for theme in shown.themes],
        "title": [theme.title for theme in shown.themes],
        "status": [str(theme.status) for theme in shown.themes],
        "appeals": [theme.portrait.size for theme in shown.themes],
        "cases": [theme.portrait.cases for theme in shown.themes],
        "subjects": [theme.portrait.subjects for theme in shown.themes],
        "overturned": [theme.portrait.outcomes.overturned for theme in shown.themes],
        "decided": [theme.portrait.outcomes.decided for theme in shown.themes],
    }


def sizes_figure(shown: Shown, most: int = 20) -> Figure:
    """Draw the largest themes, and how many of their appeals were overturned, upheld, undecided."""
    from matplotlib.figure import Figure

    themes = shown.themes[:most][::-1]
    figure = Figure(figsize=(9, 1.5 + 0.3 * len(themes)), layout="constrained")
    axes = figure.subplots()
    names = [_axis_name(theme.theme_id, theme.title) for theme in themes]
    overturned = [theme.portrait.outcomes.overturned for theme in themes]
    decided = [theme.portrait.outcomes.decided for theme in themes]
    sizes = [theme.portrait.size for theme in themes]
    axes.barh(names, sizes, color="#d9d9d9", label="undecided")
    axes.barh(names, decided, color="#8a8a8a", label="upheld")
    axes.barh(names, overturned, color="#1f4e79", label="overturned")
    axes.set_xlabel("appeals in the window")
    axes.set_title(f"the {len(themes)} largest themes")
    axes.legend(loc="lower right")
    return figure


def alarms_figure(raised: Raised, most: int = 20) -> Figure:
    """Draw the open alarms: what was observed of each, and what was expected."""
    from matplotlib.figure import Figure

    alarms = raised.alarms[:most][::-1]
    figure = Figure(figsize=(9, 1.5 + 0.35 * len(alarms)), layout="constrained")
    axes = figure.subplots()
    names = [_axis_name(alarm.alarm_id, alarm.account.title) for alarm in alarms]
    axes.barh(names, [alarm.account.observed for alarm in alarms], color="#b3261e")
    for place, alarm in enumerate(alarms):
        usual = alarm.account.expected
        axes.vlines(usual, place - 0.4, place + 0.4, color="black", lw=2)
    axes.set_xlabel("in the recent days; the line: expected")
    axes.set_title(f"{len(alarms)} open alarms")
    return figure


def _axis_name(name: str, title: str) -> str:
    """Name a thing on an axis; one whose title the font cannot write is named by its id alone."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    written = get_font(findfont(FontProperties())).get_charmap()
    if not all(ord(sign) in written for sign in title):
        return name
    # What people write between two dollar signs is no formula.
    return f"{name}  {title}".replace("$", r"\$")
