"""A language as its file declares it: words, sentences by purpose, letters, habits of writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from training.sample.language.phrases import Phrase, parse

Phrases = tuple[Phrase, ...]
ANY: Final = "any"


@dataclass(frozen=True)
class Letter:
    """A template letter that sellers pass on to each other.

    `area` is the area of policies that it is meant for, or `any`.
    """

    key: str
    area: str
    body: Phrase


@dataclass(frozen=True)
class Grammar:
    """What is needed to write appeals in one language.

    `sentences` holds phrases by purpose and then by key: `reason` by the key of the reason,
    `happened` by action, `greeting` by mood and so on; a purpose without keys uses `any`.
    `characters_per_word` is 0 where blanks part words.
    """

    code: str
    joiner: str
    stops: Mapping[str, str]
    characters_per_word: float
    dates: Phrases
    months: tuple[str, ...]
    month_year: Phrase
    tenure: tuple[str, str]
    words: Mapping[str, tuple[str, ...]]
    products: Mapping[str, tuple[str, ...]]
    policies: Mapping[str, tuple[str, ...]]
    sentences: Mapping[str, Mapping[str, Phrases]]
    incidents: Mapping[str, Mapping[str, Phrases]]
    letters: tuple[Letter, ...]
    shorthand: Mapping[str, str]

    def phrases(self, purpose: str, key: str) -> Phrases:
        """Give the phrases that serve a purpose, those for the key and those for any.

        Raises
        ------
        KeyError
            When the language has none: its file is incomplete.
        """
        keyed = self.sentences[purpose]
        found = keyed.get(key, ()) + keyed.get(ANY, ())
        if not found:
            raise KeyError(f"the grammar of {self.code!r} has no {purpose!r} phrase for {key!r}")
        return found

    def letters_for(self, area: str) -> tuple[Letter, ...]:
        """List the letters that fit an area, the special ones first."""
        special = [letter for letter in self.letters if letter.area == area]
        return tuple(special + [letter for letter in self.letters if letter.area == ANY])

    def length(self, text: str) -> int:
        """Count words; where no blanks part them, estimate their number from the characters."""
        if self.characters_per_word:
            return round(len(text) / self.characters_per_word)
        return len(text.split())


@cache
def load_grammar(code: str) -> Grammar:
    """Read the grammar of a language, once.

    Parameters
    ----------
    code
        The language's ISO 639-1 code; the file `CODE.yaml` beside this module declares it.

    Returns
    -------
    Grammar
    """
    source = files(__package__ or __name__).joinpath(f"{code}.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.load(source, Loader=yaml.CSafeLoader)
    return Grammar(
        code=code,
        joiner=raw["joiner"],
        stops=raw["stops"],
        characters_per_word=raw["characters_per_word"],
        dates=_parsed(raw["dates"]),
        months=tuple(raw["months"]),
        month_year=parse(raw["month_year"]),
        tenure=(raw["tenure"]["months"], raw["tenure"]["years"]),
        words=_tuples(raw["words"]),
        products=_tuples(raw["products"]),
        policies=_tuples(raw["policies"]),
        sentences={purpose: _keyed(keyed) for purpose, keyed in raw["sentences"].items()},
        incidents={key: _keyed(parts) for key, parts in raw["incidents"].items()},
        letters=tuple(_letters(code, raw["letters"])),
        shorthand=raw["shorthand"],
    )


def _parsed(sources: Iterable[str]) -> Phrases:
    return tuple(parse(source) for source in sources)


def _keyed(keyed: Mapping[str, list[str]]) -> dict[str, Phrases]:
    return {key: _parsed(sources) for key, sources in keyed.items()}


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in lists.items()}


def _letters(code: str, raw: Mapping[str, list[str]]) -> Iterable[Letter]:
    """Give each letter of a language its key: area and number."""
    for area, bodies in raw.items():
        for number, body in enumerate(bodies, 1):
            yield Letter(f"{code}-{area}-{number}", area, parse(body.strip()))
