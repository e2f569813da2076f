"""From the facts of a case to the text that its seller writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.sample.cases import NO_INCIDENT, NO_REASON
from training.sample.circumstances import CIRCUMSTANCES, NOTHING
from training.sample.incidents import INCIDENTS
from training.sample.language.dice import Dice
from training.sample.language.grammar import Grammar, Letter, load_grammar
from training.sample.language.phrases import Phrase
from training.sample.language.slips import slip
from training.sample.language.slots import Facts, Slots
from training.sample.marketplace import EVIDENCE
from training.sample.reasons import REASONS

SHORTEST: Final = 5
LONGEST: Final = 300
"""Words of a text, at least and at most."""
MEDIAN_WORDS: Final = 48
SPREAD: Final = 0.8
INCIDENT_LONGEST: Final = 90
"""Victims of an incident write about the incident; what else they have to say stays short."""

_ORDER: Final = {
    purpose: rank
    for rank, purpose in enumerate(
        ("greeting", "again", "happened", "story", "reason", "cause", "detail", "evidence",
         "circumstance", "standing", "narrative", "impact", "ask", "contact", "closing")
    )
}  # fmt: skip
_FACTS: Final = ("market", "policy", "category", "courier", "stake", "seller_age_days")
_FILL: Final = ("happened", "ask", "greeting", "closing", "standing", "impact", "contact")
_FILL_CHANCE: Final = (0.8, 0.75, 0.6, 0.55, 0.4, 0.35, 0.22)


class Said(NamedTuple):
    """A sentence, and what it is for."""

    purpose: str
    words: str


@dataclass(frozen=True)
class Case:
    """One case as a writer needs it: what to say, and how."""

    facts: Facts
    language: str
    area: str
    action: str
    mood: str
    reasons: tuple[str, ...]
    evidence: tuple[str, ...]
    circumstance: str | None
    incident: str | None
    template: bool
    attempt: int


def compose(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Write the text of every case.

    Parameters
    ----------
    cases
        All cases, in order of filing.
    rng
        The dice.

    Returns
    -------
    pandas.DataFrame
        The cases with `text`, and `letter`, the key of the template letter or an empty string.
    """
    dice = Dice(rng)
    written = [write(case, load_grammar(case.language), dice) for case in _read(cases)]
    texts, letters = zip(*written, strict=True)
    return cases.assign(text=texts, letter=letters)


def _read(cases: pd.DataFrame) -> Iterator[Case]:
    """Turn rows into cases."""
    shown = cases[[f"evidence.{kind}" for kind in EVIDENCE]].to_numpy(bool)
    for row, evidence in zip(cases.itertuples(index=False), shown, strict=True):
        yield _case(row, evidence)


def _case(row: Any, shown: NDArray[np.bool_]) -> Case:  # noqa: ANN401 - a row has no static type
    """Turn one row into a case."""
    filed = row.time.to_pydatetime().replace(tzinfo=UTC)
    facts = {name: getattr(row, name) for name in _FACTS}
    reasons = (row.reason, row.second_reason)
    return Case(
        facts=Facts(filed=filed, **facts),
        language=row.language,
        area=row.area,
        action=row.action,
        mood=row.mood,
        reasons=tuple(REASONS[key].key for key in reasons if key != NO_REASON),
        evidence=tuple(kind for kind, there in zip(EVIDENCE, shown, strict=True) if there),
        circumstance=None if row.circumstance == NOTHING else CIRCUMSTANCES[row.circumstance].key,
        incident=None if row.incident == NO_INCIDENT else INCIDENTS[row.incident].key,
        template=row.template,
        attempt=row.attempt,
    )


def write(case: Case, grammar: Grammar, dice: Dice) -> tuple[str, str]:
    """Write one text.

    Returns
    -------
    tuple of str
        The text, and the key of the letter that it is a copy of, or an empty string.
    """
    slots = Slots(case.facts, grammar, dice)
    if case.template:
        letter = _letter(case, grammar, dice)
        return letter.body.speak(dice, slots), letter.key
    said = _essential(case, grammar, dice, slots)
    said = _filled(said, case, grammar, dice, slots)
    said.sort(key=lambda sentence: _ORDER[sentence.purpose])
    return slip(_joined(said, case, grammar), grammar, dice), ""


def _letter(case: Case, grammar: Grammar, dice: Dice) -> Letter:
    """Take a letter that fits; the first of them are the popular ones."""
    letters = grammar.letters_for(case.area)
    return letters[int(len(letters) * dice.roll() ** 1.6)]


def _essential(case: Case, grammar: Grammar, dice: Dice, slots: Slots) -> list[Said]:
    """Say what must be said: the cause or the reasons, and what is critical."""
    said = [_said("reason", key, grammar, dice, slots) for key in case.reasons]
    if case.incident:
        said += _incident(case.incident, grammar, dice, slots)
    if case.circumstance:
        said.append(_said("circumstance", case.circumstance, grammar, dice, slots))
    if case.attempt > 1 and dice.chance(0.8):
        said.append(_said("again", "any", grammar, dice, slots))
    return said


def _incident(key: str, grammar: Grammar, dice: Dice, slots: Slots) -> list[Said]:
    """Say what the incident did, in one or two ways, and mostly a detail of it."""
    parts = grammar.incidents[key]
    causes = [dice.pick(parts["cause"])]
    if dice.chance(0.45):
        causes.append(dice.pick(parts["cause"]))
    said = [Said("cause", phrase.speak(dice, slots)) for phrase in dict.fromkeys(causes)]
    if dice.chance(0.75):
        said.append(Said("detail", dice.pick(parts["detail"]).speak(dice, slots)))
    return said


def _filled(said: list[Said], case: Case, grammar: Grammar, dice: Dice, slots: Slots) -> list[Said]:
    """Add what people add, until the text is as long as its writer makes it."""
    target = _target(case, dice)
    words = sum(grammar.length(sentence.words) for sentence in said)
    for sentence in _offers(case, grammar, dice, slots, target):
        if words >= max(target, SHORTEST):
            break
        more = grammar.length(sentence.words)
        if words + more <= LONGEST - 5:
            said.append(sentence)
            words += more
    while words < SHORTEST:
        said.append(_said("ask", case.mood, grammar, dice, slots))
        words += grammar.length(said[-1].words)
    return said


def _target(case: Case, dice: Dice) -> int:
    """Draw the number of words that the writer is after."""
    if case.mood == "terse":
        return dice.number(SHORTEST, 16)
    normal = sum(dice.roll() for _ in range(12)) - 6
    words = int(MEDIAN_WORDS * np.exp(SPREAD * normal))
    return max(8, min(words, INCIDENT_LONGEST if case.incident else LONGEST - 10))


def _offers(case: Case, grammar: Grammar, dice: Dice, slots: Slots, target: int) -> list[Said]:
    """List sentences that may be added, the likelier ones first."""
    keys = {"happened": case.action}
    offers = [
        _said(purpose, keys.get(purpose, case.mood), grammar, dice, slots)
        for purpose, chance in zip(_FILL, _FILL_CHANCE, strict=True)
        if dice.chance(chance)
    ]
    offers += [
        _said("evidence", kind, grammar, dice, slots) for kind in case.evidence if dice.chance(0.6)
    ]
    if target > 60:
        offers += _stories(case, grammar, dice, slots)
    return offers


def _stories(case: Case, grammar: Grammar, dice: Dice, slots: Slots) -> list[Said]:
    """Tell the story before the reasons and after them; each sentence of it once."""
    bank = list(grammar.phrases("narrative", case.area))
    told: list[Phrase] = []
    while bank and len(told) < 14:
        told.append(bank.pop(int(dice.roll() * len(bank))))
    purposes = ["story" if dice.chance(0.3) else "narrative" for _ in told]
    pairs = zip(purposes, told, strict=True)
    return [Said(purpose, phrase.speak(dice, slots)) for purpose, phrase in pairs]


def _said(purpose: str, key: str, grammar: Grammar, dice: Dice, slots: Slots) -> Said:
    """Say one sentence for a purpose."""
    return Said(purpose, dice.pick(grammar.phrases(purpose, key)).speak(dice, slots))


def _joined(said: list[Said], case: Case, grammar: Grammar) -> str:
    """Put sentences together with capitals, stops and, in polite letters, lines of their own."""
    stop = grammar.stops["angry" if case.mood == "angry" else "calm"]
    lines = case.mood in ("formal", "polite") and len(said) > 4
    text = ""
    for sentence in said:
        words = sentence.words[:1].upper() + sentence.words[1:]
        apart = lines and sentence.purpose in ("greeting", "closing")
        end = grammar.stops["greeting"] if sentence.purpose == "greeting" and lines else stop
        if text:
            text += "\n" if apart or text.endswith("\n") else grammar.joiner
        text += words if words.endswith(("?", "!", "？", "！")) else words + end
        if apart and sentence.purpose == "greeting":
            text += "\n"
    return text.replace("\n\n", "\n")
