"""Alarms as plain dictionaries, in the shapes of `serving.alarm_shapes`."""

from __future__ import annotations

from typing import Any

from models.alarm_book import Raised
from models.alarm_facts import alarm_detail, alarm_summary

__all__ = ["alarm_detail", "alarm_list"]


def alarm_list(raised: Raised) -> dict[str, Any]:
    """Shape a list of alarms; before the first discovery it is empty."""
    return {
        "as_of": raised.as_of and raised.as_of.isoformat(),
        "alarms": [alarm_summary(alarm) for alarm in raised.alarms],
    }
