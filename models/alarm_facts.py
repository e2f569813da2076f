"""An alarm as plain data, as the service answers it and the webhook sends it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from models.alarm_words import recurrence_words
from models.alarms import Account, Alarm, AlarmDay

__all__ = ["alarm_detail", "alarm_summary", "alarm_told_outside"]


def alarm_summary(alarm: Alarm) -> dict[str, Any]:
    """Shape an alarm in a list."""
    account = alarm.account
    return {
        "id": alarm.alarm_id,
        "kind": account.kind.value,
        "part": asdict(account.part),
        "title": account.title,
        "phrases": list(account.phrases),
        "since": account.since.isoformat(),
        "opened_on": alarm.opened_on.isoformat(),
        "seen_on": alarm.seen_on.isoformat(),
        "closed_on": alarm.closed_on and alarm.closed_on.isoformat(),
        **_figures(account),
        "appeals": alarm.appeals,
        "theme": account.theme,
        "emerging": account.emerging,
        "days": [
            {"day": one.day.isoformat(), "observed": one.observed, "expected": one.expected}
            for one in account.days
        ],
    }


def alarm_detail(alarm: Alarm) -> dict[str, Any]:
    """Shape an alarm whole."""
    account = alarm.account
    return {
        **alarm_summary(alarm),
        "drivers": [asdict(driver) for driver in account.drivers],
        "exemplars": [asdict(exemplar) for exemplar in account.exemplars],
        "history": [_day(day) for day in alarm.history],
    }


def alarm_told_outside(alarm: Alarm) -> dict[str, Any]:
    """Shape an alarm for those who are not asked for a key: whole, without anyone's letter."""
    exemplars = [{"appeal_id": one.appeal_id} for one in alarm.account.exemplars]
    return {**alarm_detail(alarm), "exemplars": exemplars}


def _figures(account: Account) -> dict[str, Any]:
    return {
        "window_days": account.window_days,
        "observed": account.observed,
        "expected": account.expected,
        "times": account.observed / account.expected if account.expected >= 1 else None,
        "decided": account.decided,
        "p": account.p,
        "recurrence_days": account.recurrence_days,
        "recurrence": recurrence_words(account.recurrence_days),
        "subjects": account.subjects,
    }


def _day(day: AlarmDay) -> dict[str, Any]:
    return {
        "as_of": day.as_of.isoformat(),
        "turn": day.turn.value,
        "observed": day.observed,
        "expected": day.expected,
        "recurrence_days": day.recurrence_days,
        "appeals": day.appeals,
    }
