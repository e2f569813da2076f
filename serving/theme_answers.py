"""Themes as plain dictionaries, in the shapes of `serving.theme_shapes`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final

from models.catalog import Shown
from models.themes import Change, Day, Descent, Taken, Theme
from serving.answers import told

LISTED_DAYS: Final = 14
"""Days that a list tells of each theme: this week against the last."""


def theme_list(shown: Shown) -> dict[str, Any]:
    """Shape the list of themes; before the first discovery it is empty."""
    latest = shown.discovery
    since = date.min if latest is None else latest.as_of - timedelta(days=LISTED_DAYS - 1)
    return {
        "as_of": latest and latest.as_of.isoformat(),
        "made_at": latest and told(latest.made_at),
        "window_days": latest and latest.window_days,
        "appeals": latest.appeals if latest else 0,
        "copies": latest.copies if latest else 0,
        "unassigned": latest.unassigned if latest else 0,
        "suppressed": shown.suppressed,
        "themes": [theme_summary(theme, since) for theme in shown.themes],
    }


def theme_summary(theme: Theme, since: date) -> dict[str, Any]:
    """Shape a theme in a list, with its days from `since` on."""
    portrait = theme.portrait
    return {
        **_facts(theme),
        "driver": asdict(portrait.drivers[0]) if portrait.drivers else None,
        "days": [
            {"day": day.day.isoformat(), "appeals": day.appeals}
            for day in portrait.days
            if day.day >= since
        ],
    }


def theme_detail(theme: Theme) -> dict[str, Any]:
    """Shape a theme whole."""
    portrait = theme.portrait
    return {
        **_facts(theme),
        "found_title": portrait.title,
        "note": theme.note,
        "merged_into": theme.merged_into,
        "phrases": list(portrait.phrases),
        "exemplars": [asdict(exemplar) for exemplar in portrait.exemplars],
        "drivers": [asdict(driver) for driver in portrait.drivers],
        "days": [_day(day) for day in portrait.days],
        "descents": [_descent(descent) for descent in theme.descents],
        "changes": [_change(change) for change in theme.changes],
    }


def _facts(theme: Theme) -> dict[str, Any]:
    portrait = theme.portrait
    return {
        "id": theme.theme_id,
        "title": theme.title,
        "named": theme.named,
        "status": theme.status,
        "owner": theme.owner,
        "revision": theme.revision,
        "size": portrait.size,
        "cases": portrait.cases,
        "subjects": portrait.subjects,
        "campaigns": portrait.campaigns,
        "first_seen": told(portrait.first_seen),
        "last_seen": told(portrait.last_seen),
        "outcomes": asdict(portrait.outcomes),
        "born_on": theme.born_on.isoformat(),
        "retired_on": theme.retired_on and theme.retired_on.isoformat(),
        "merged": theme.merged,
        "took_in": [_taken(one) for one in theme.took_in],
        "emerging": theme.emerging,
        "alarms": list(theme.alarms),
    }


def _taken(taken: Taken) -> dict[str, Any]:
    return {
        "id": taken.theme_id,
        "title": taken.title,
        "status": taken.status,
        "owner": taken.owner,
    }


def _day(day: Day) -> dict[str, Any]:
    return {**asdict(day), "day": day.day.isoformat()}


def _descent(descent: Descent) -> dict[str, Any]:
    return {
        "as_of": descent.as_of.isoformat(),
        "event": descent.event,
        "parents": list(descent.parents),
        "into": list(descent.into),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "made_at": told(change.made_at),
        "made_by": change.made_by,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "reason": change.reason,
    }
