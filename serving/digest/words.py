"""A digest in plain words: days, counts, sentences."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from models.alarms import Alarm, Kind, Turn
from models.themes import Event
from serving.digest.digest import Digest, Entry, Section, Shift
from serving.digest.period import Period

__all__ = [
    "WHAT",
    "amount",
    "chance",
    "clipped",
    "counted",
    "day",
    "figures",
    "headline",
    "part_of",
    "since",
    "span",
    "standing",
    "weekday",
]

WHAT: Final = {
    Kind.CAUSE: "More appeals that say the same",
    Kind.RISE: "More appeals of",
    Kind.FALL: "Fewer appeals of",
    Kind.OVERTURNS: "More overturned of",
}
# Controls, and the marks that turn the direction of whatever text follows.
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_FAR: Final = 100
"""Times expected above which the number itself tells no more."""


def clipped(text: str, most: int) -> str:
    """Give a person's text on one line, without what steers a screen, cut between words."""
    line = " ".join(_UNSEEN.sub(" ", text).split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    head, blank, _ = cut.rpartition(" ")
    return (head if blank and len(head) > most // 2 else cut) + "…"


def amount(number: float) -> str:
    """Give a number, 0 or more, as a reader wants it: 1,204; 38; 9.5; 0.3."""
    if 0 < number < 0.01:
        return "under 0.01"
    if number < 1:
        return f"{number:.1g}"
    if round(number, 1) < 10:
        return f"{number:.1f}".removesuffix(".0")
    return f"{number:,.0f}"


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Count something: 1 alarm, 2 alarms."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def day(when: date, year: bool = False) -> str:
    """Name a day: 3 March."""
    return f"{when.day} {when:%B}" + (f" {when.year}" if year else "")


def weekday(when: date, year: bool = False) -> str:
    """Name a day: Monday 3 March."""
    return f"{when:%A} {day(when, year)}"


def span(period: Period) -> str:
    """Name the days of a period: 3 to 9 March 2025."""
    first, last = period.since, period.until
    if first == last:
        return day(last, year=True)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day(last, year=True)}"
    return f"{day(first, year=first.year != last.year)} to {day(last, year=True)}"


def headline(digest: Digest) -> str:
    """Say in a sentence what there is to tell."""
    grown, still, closed = (digest.of(one) for one in (Section.GROWN, Section.OPEN, Section.CLOSED))
    escalated = sum(entry.turn is Turn.ESCALATED for entry in grown)
    counts = [
        _opened(digest),
        (escalated, "escalated"),
        (len(grown) - escalated, "grew"),
        (len(closed), "closed"),
    ]
    happened = [(number, verb) for number, verb in counts if number]
    if not happened:
        return _quiet(digest, len(still))
    first, *others = happened
    parts = [f"{counted(first[0], 'alarm')} {first[1]}", *(f"{n} {verb}" for n, verb in others)]
    rest = f"; {_open(len(still), more=' more')}" if still else ""
    return f"{', '.join(parts)} {_when(digest)}{rest}."


def _opened(digest: Digest) -> tuple[int, str]:
    """Count the alarms that opened, with what became of them since: each is told in one section."""
    new = [one for one in digest.entries if one.alarm.opened_on in digest.period]
    closed = sum(one.section is Section.CLOSED for one in new)
    escalated = sum(one.turn is Turn.ESCALATED and one.section is Section.OPENED for one in new)
    told = [(escalated, "escalated"), (closed, "closed again")]
    asides = ", ".join(f"{number} of them {became}" for number, became in told if number)
    return len(new), f"opened ({asides})" if asides else "opened"


def _quiet(digest: Digest, still: int) -> str:
    what = f"no alarm opened, grew or closed {_when(digest)}"
    if still:
        return f"{what[0].upper()}{what[1:]}; {_open(still)}."
    if digest.shifts or digest.changes:
        return f"{what[0].upper()}{what[1:]}, and none is open."
    return f"Nothing to tell: {what}, and none is open."


def _open(number: int, more: str = "") -> str:
    return f"{number}{more} {'has' if number == 1 else 'have'} been open for longer"


def _when(digest: Digest) -> str:
    """Say since when, or of a period that is over, from when to when."""
    period = digest.period
    year = period.since.year != period.until.year
    if period.until >= digest.newest:
        return f"since {weekday(period.since, year)}"
    if period.days == 1:
        return f"on {weekday(period.since, year=True)}"
    return f"from {weekday(period.since, year)} to {weekday(period.until, year=True)}"


def part_of(alarm: Alarm) -> str:
    """Name the part of the intake that an alarm is about: policy payment_hold, market SG."""
    facts = alarm.account.part.facts
    told = ", ".join(f"{name} {clipped(value, 60)}" for name, value in facts.items())
    return told or ("decisions of any kind" if _is_overturns(alarm) else "any kind")


def figures(entry: Entry) -> str:
    """Set what was observed against what was expected: 38 in 7 days, 9 expected: 4.2 times.

    The length of the window is known of the last time that the alarm was told; of an earlier one
    it is left out.
    """
    account, last = entry.alarm.account, entry.last
    within = f" in {counted(account.window_days, 'day')}" if entry.current else ""
    of = ""
    if _is_overturns(entry.alarm):
        whole = f" of {account.decided:,}" if entry.current and account.decided is not None else ""
        of = f"{whole} overturned"
    against = _against(entry.alarm, last.observed, last.expected)
    return f"{last.observed:,}{of}{within}, {amount(last.expected)} expected{against}"


def _is_overturns(alarm: Alarm) -> bool:
    return alarm.account.kind is Kind.OVERTURNS


def _against(alarm: Alarm, observed: int, expected: float) -> str:
    if expected <= 0:
        return ""
    ratio = observed / expected
    if alarm.account.kind is Kind.FALL:
        return f": {ratio:.0%} of that".replace("%", " %")
    return f": {amount(ratio)} times" if ratio < _FAR else f": over {_FAR} times"


def since(entry: Entry) -> str:
    """Say since when an alarm lasts, and what became of it in the period."""
    alarm = entry.alarm
    began = f"{weekday(alarm.account.since)}"
    opened = f"opened {day(alarm.opened_on)}"
    if entry.section is Section.CLOSED and alarm.closed_on is not None:
        lasted = counted((alarm.closed_on - alarm.opened_on).days, "day")
        return f"{began}; {opened}, closed {day(alarm.closed_on)} after {lasted}"
    if entry.turn is None or entry.turned_on is None:
        return f"{began}; {opened}"
    return f"{began}; {opened}, {entry.turn} {day(entry.turned_on)}"


def chance(digest: Digest) -> str:
    """Say how many false alarms so many days hold at the accepted rate."""
    few = amount(digest.expected_false_alarms)
    rate = amount(digest.accepted)
    return (
        f"At the accepted rate of {rate} a month, chance alone raises about {few} false"
        f" {'alarm' if few == '1' else 'alarms'} in {counted(digest.period.days, 'day')}."
    )


def standing(shift: Shift) -> str:
    """Say what became of a theme."""
    others = ", ".join(shift.others[:3]) + (" and others" if len(shift.others) > 3 else "")
    told = {
        Event.BORN: "first found",
        Event.SPLIT: f"split off from {others}" if others else "split off",
        Event.MERGED: f"merged into {others}" if others else "merged",
        Event.RETIRED: "no longer found",
    }
    return f"{told[shift.event]} on {day(shift.day)}"
