"""The MLflow run of a discovery: what was found, in numbers, beside those of other days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from features.errors import UnrecordedRun
from models.catalog import Shown
from models.registry import Registry, quiet
from models.themes import Event, Found, Theme
from training.tracking import running

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["EXPERIMENT", "figures_of", "record_discovery"]

EXPERIMENT: Final = "redress-themes"
"""Name of the experiment whose runs are discoveries."""


def record_discovery(
    registry: Registry, found: Found, shown: Shown, seconds: Mapping[str, float]
) -> str:
    """Log a discovery: parameters, counts, persistence, seconds, and the themes that are shown.

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
        return _record(registry, found, shown, seconds)
    except Exception as error:  # whatever a tracking store and a disk can raise
        raise UnrecordedRun(
            f"the catalogue has the themes as of {found.discovery.as_of}, but the run could not"
            f" be logged to MLflow ({type(error).__name__})",
            "a tracking store that can be written",
            f"Mend it, then: redress discover --as-of {found.discovery.as_of}",
        ) from error


def _record(registry: Registry, found: Found, shown: Shown, seconds: Mapping[str, float]) -> str:
    discovery, client = found.discovery, registry.client
    with running(registry, f"as of {discovery.as_of}", EXPERIMENT) as run_id:
        for name in ("as_of", "window_days", "encoder"):
            client.log_param(run_id, name, str(getattr(discovery, name)))
        for name, value in figures_of(found, shown, seconds).items():
            client.log_metric(run_id, name, value)
        with quiet():
            client.log_table(run_id, _table(shown), "themes.json")
            client.log_figure(run_id, sizes_figure(shown), "figures/themes.png")
    return run_id


def figures_of(found: Found, shown: Shown, seconds: Mapping[str, float]) -> dict[str, float]:
    """Name the figures of a discovery; one that does not apply is left out."""
    discovery = found.discovery
    events = [descent.event for descent in found.descents]
    figures = {
        "appeals": discovery.appeals,
        "themes": len(found.portraits),
        "suppressed": shown.suppressed,
        "unassigned_share": discovery.unassigned / discovery.appeals,
        "campaigns": discovery.campaigns,
        "copies": discovery.copies,
        "resolution": discovery.resolution,
        "agreement": discovery.agreement,
        "recall": discovery.recall,
        "persistence": discovery.persistence,
        "seconds": discovery.seconds,
        **{f"themes_{event}": events.count(event) for event in Event},
        **{f"seconds_{stage}": value for stage, value in seconds.items()},
    }
    return {name: float(value) for name, value in figures.items() if value is not None}


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
    names = [_name(theme) for theme in themes]
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


def _name(theme: Theme) -> str:
    """Name a theme on an axis; one whose title the font cannot write is named by its id alone."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    written = get_font(findfont(FontProperties())).get_charmap()
    if not all(ord(sign) in written for sign in theme.title):
        return theme.theme_id
    # What people write between two dollar signs is no formula.
    return f"{theme.theme_id}  {theme.title}".replace("$", r"\$")
