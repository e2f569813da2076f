"""An alarm in words: what is out of line, how far, since when, and how it was found."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final

from models.alarms import Account, Against, Alarm, Kind, Part
from serving.dashboard.today_reading import Told
from serving.dashboard.wording import counted, day, number, plain

FAR: Final = 100
"""Times expected above which the number itself tells no more."""
BADGES: Final = {
    Kind.CAUSE: "new cause",
    Kind.RISE: "rising",
    Kind.FALL: "falling",
    Kind.OVERTURNS: "overturned more",
}
"""What is out of line, in two words."""
DETECTORS: Final = {
    Kind.CAUSE: (
        "the scan of meanings",
        "It looks, around every appeal, at how many of the nearest ones in meaning are recent, and"
        " holds the most crowded place against shuffled days and its own past. It needs no theme.",
    ),
    Kind.RISE: (
        "the watch over the parts of the intake",
        "It sets every part (a policy, a theme, a market, a way of detection, or some of these"
        " together) against what its own history lets expect, by a negative binomial regression,"
        " and tells the part that explains the rise best.",
    ),
    Kind.FALL: (
        "the watch over the parts of the intake",
        "It sets every part (a policy, a theme, a market, a way of detection, or some of these"
        " together) against what its own history lets expect, by a negative binomial regression,"
        " and tells the part that explains the fall best.",
    ),
    Kind.OVERTURNS: (
        "the watch over decisions",
        "It sets the share of a part's decisions that are overturned against that of the weeks"
        " before, by the tails of a beta-binomial distribution.",
    ),
}
"""What finds alarms of a kind: its name, and how it looks."""


def may_be_shown(told: Account, themes: Container[str], least_subjects: int) -> bool:
    """Tell whether enough subjects stand behind an alarm, and behind the theme it is about.

    Parameters
    ----------
    themes
        Ids of those that may be named.
    """
    # A fall is made up of appeals that were not filed: it has no subjects of its own.
    enough = told.kind is Kind.FALL or told.subjects >= least_subjects
    return enough and (told.part.theme is None or told.part.theme in themes)


def theme_of(told: Account, themes: Mapping[str, Told]) -> Told | None:
    """Give the theme that most of an alarm is in, where that may be named."""
    theme = told.theme or told.part.theme
    return None if theme is None else themes.get(theme)


def lasts(alarm: Alarm) -> int:
    """Count the days from the first to the last on which it was seen."""
    return (alarm.seen_on - alarm.account.since).days + 1


def sentence(told: Account) -> str:
    """Say what was counted, and what was expected."""
    within = f"in {counted(told.window_days, 'day')}"
    expected = amount(told.expected)
    if told.kind is Kind.OVERTURNS:
        of = "" if told.decided is None else f" of {number(told.decided)}"
        decisions = "decision" if told.decided == 1 else "decisions"
        return f"{number(told.observed)}{of} {decisions} overturned {within}, {expected} expected"
    same = " that say the same" if told.kind is Kind.CAUSE else ""
    of = f" of {part_words(told.part)}" if told.part.facts and told.kind is not Kind.CAUSE else ""
    return f"{counted(told.observed, 'appeal')}{same}{of} {within}, {expected} expected"


def amount(expected: float) -> str:
    """Write what was expected: 12.5; 12; 0.03."""
    return number(round(expected, 1) if expected >= 0.95 else expected)


def part_words(part: Part) -> str:
    """Name a part of the intake: policy payment hold, market SG."""
    facts = [
        "this theme" if name == "theme" else f"{name} {plain(value)}"
        for name, value in part.facts.items()
    ]
    return ", ".join(facts)


def ratio_of(told: Account) -> float | None:
    """Give how many times as much as expected it is; None where nothing was expected."""
    return told.observed / told.expected if told.expected > 0 else None


def times(told: Account) -> str:
    """Say how far above expected it is, or below; empty where nothing was expected."""
    ratio = ratio_of(told)
    if ratio is None:
        return ""
    if told.kind is Kind.FALL:
        return f"{100 * ratio:.0f} % of expected"
    return f"{number(round(ratio, 1))} × expected" if ratio < FAR else f"over {FAR} × expected"


def usual(told: Account, days: Sequence[Against]) -> list[float | None]:
    """Give what was expected of the days of an alarm.

    Of overturns nothing: their days are those on which appeals were filed, and what was expected
    are decisions.
    """
    return [None if told.kind is Kind.OVERTURNS else one.expected for one in days]


def drawn(told: Account, days: Sequence[Against]) -> str:
    """Say what a drawing of the days of an alarm shows."""
    if not days:
        return "no days are told"
    most = max(days, key=lambda one: one.observed)
    words = (
        f"appeals a day over {counted(len(days), 'day')} up to {day(days[-1].day)},"
        f" at most {number(most.observed)} on {day(most.day)}"
    )
    known = any(one is not None for one in usual(told, days))
    return f"{words}; the line is what was expected" if known else words
