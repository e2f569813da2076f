"""Words as people read them, in any script, and the words that say nothing by themselves.

The encoder's tokens are pieces that suit a table of vectors; what a manager reads needs whole
words. Scripts that set no spaces (Thai, Lao, Khmer, Burmese, Chinese, Japanese) are split by ICU's
dictionaries, all others at their spaces. The stop words are those of stopwordsiso, in the language
that a text is most probably written in.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from icu4py.breakers import WordBreaker
from stopwordsiso import langs, stopwords

__all__ = [
    "BREAK",
    "UNSPACED",
    "is_unspaced",
    "is_vietnamese",
    "light_words",
    "likeliest_language",
    "stop_words",
    "without_accents",
    "words",
    "written",
]

BREAK: Final = ""
"""Stands where something parts two words: punctuation, a number, an address."""
UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u309f\u30a0-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
)
"""The scripts without spaces, as ranges of a character class."""
NOUNS: Final = frozenset(
    ["amount", "bill", "call", "detail", "fire", "front", "interest", "mill", "name", "system"]
)
"""Words on scikit-learn's English list that can be what an appeal is about."""

COLLOQUIAL: Final = frozenset(
    ["did", "does", "doing", "got", "id", "im", "ive", "just", "let", "pls", "plz", "u", "ur"]
)
"""Words that scikit-learn's list of written English leaves out."""

_SPACED_LETTER: Final = rf"[^\W\d_{UNSPACED}]"
_PIECE: Final = re.compile(
    r"(?P<address>(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)@\w+|&[a-z]+;"
    r"|\[[a-z]+\]"
    r"|(?<!\w)[A-Z][A-Za-z]{0,2}\$?\s?(?=\d))"  # a currency before its amount
    rf"|(?P<unspaced>[{UNSPACED}]+)"
    rf"|(?P<word>(?:{_SPACED_LETTER}|\d)+(?:[-'](?:{_SPACED_LETTER}|\d)+)*)"
    r"|(?P<other>\n|\S)"
)
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u2018": "'", "\u2010": "-"})
_IS_UNSPACED: Final = re.compile(f"[{UNSPACED}]")
# Letters of no other language of the lists: the horned ones, and the doubly accented ones.
_IS_VIETNAMESE: Final = re.compile(r"[ơưƠƯ\u1ea0-\u1ef9]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_DIGIT: Final = re.compile(r"\d")
# 4K, 401k, A4, covid-19: said as words. Longer ones number something.
_SAID: Final = re.compile(r"\d{1,3}[^\W\d_]{1,4}|[^\W\d_]{1,9}-?\d{1,2}[^\W\d_]?")


def words(text: str) -> list[str]:
    """Split a text into the words that people read.

    Parameters
    ----------
    text
        Text in any script.

    Returns
    -------
    list of str
        Words in order, as written but for compatibility forms (NFKC) and an ending "'s"; `BREAK`
        stands once between words that punctuation, a number, a link, an e-mail address, a handle
        or a mark of `features.redact` parts. "don't" and "e-mail" are one word each.
    """
    found: list[str] = []
    for word in _words(_normal(text).translate(_APOSTROPHES)):
        if word or (found and found[-1]):
            found.append(word)
    return found[:-1] if found and not found[-1] else found


def _words(text: str) -> Iterator[str]:
    unspaced_until = -1
    for match in _PIECE.finditer(text):
        kind = match.lastgroup
        if kind == "word":
            yield _spoken(match.group())
        elif kind == "unspaced":
            if 0 <= unspaced_until < match.start():
                yield BREAK  # These scripts set a space where others set a comma.
            yield from _segments(match.group())
        else:
            yield BREAK
        unspaced_until = match.end() if kind == "unspaced" else -1


def _segments(run: str) -> Iterator[str]:
    """Split a run of an unspaced script; its own punctuation and digits part words."""
    for piece in WordBreaker(run, "en"):
        yield piece if _LETTER.search(piece) and not any(map(str.isdigit, piece)) else BREAK


def _spoken(word: str) -> str:
    """Give the word without a possessive, or a break for what is more number than word."""
    word = word.removesuffix("'s").removesuffix("'S")
    return word if word.isalpha() or not _DIGIT.search(word) or _SAID.fullmatch(word) else BREAK


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script that sets no spaces."""
    return _IS_UNSPACED.match(word) is not None


def written(phrase: Sequence[str]) -> str:
    """Join words, at least one, with a space where their script sets one."""
    parts = [phrase[0]]
    for before, word in pairwise(phrase):
        parts.append(word if is_unspaced(before) and is_unspaced(word) else f" {word}")
    return "".join(parts)


def is_vietnamese(found: Sequence[str]) -> bool:
    """Whether words are Vietnamese, written with its accents."""
    return _IS_VIETNAMESE.search(" ".join(found)) is not None


def stop_words(found: Sequence[str]) -> frozenset[str]:
    """Choose the stop words of a text's language, and the English ones beside them.

    The language is the one whose list holds most of the text's words: a handful of function words
    tells it, and no other part of Redress needs its name.

    Parameters
    ----------
    found
        Words of the text, as of `words`.

    Returns
    -------
    frozenset of str
        Case-folded words. They are known without their accents too, as many people type; but not
        in Vietnamese with accents, where "vi" of "vi phạm" is not "vì", nor "an" an English word.
    """
    language = likeliest_language(found)
    return _vietnamese() if is_vietnamese(found) else _with_english(language)


def likeliest_language(found: Sequence[str]) -> str:
    """Guess the language of words: the one whose stop words most of them are.

    Parameters
    ----------
    found
        Words of a text, as of `words`.

    Returns
    -------
    str
        ISO 639-1, of those that stopwordsiso knows; English in a tie, or where no word is known.
    """
    if is_vietnamese(found):
        return "vi"
    known = _languages()
    hits = Counter(
        language for word in {*map(str.casefold, found)} for language in known.get(word, ())
    )
    # In a tie English, then by name, so that the order of words decides nothing.
    return min(hits, key=lambda name: (-hits[name], name != "en", name), default="en")


def light_words() -> frozenset[str]:
    """Give English words that carry little meaning alone ("help", "good", "order"), case-folded."""
    return _light()


@cache
def _light() -> frozenset[str]:
    return frozenset(word for word in stopwords("en") if len(word) > 1)


@cache
def _lists() -> dict[str, frozenset[str]]:
    """Stop words by language.

    The English list of stopwordsiso holds words that name causes ("ring", "order", "copy"), that
    of scikit-learn hardly any; contractions come from the former.
    """
    # Late, since scikit-learn takes a second to import.
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    lists = {language: _accented_or_not(stopwords(language)) for language in sorted(langs())}
    contractions = {word for word in stopwords("en") if "'" in word}
    bare = {word.replace("'", "") for word in contractions if word.endswith("n't")}
    lists["en"] = (ENGLISH_STOP_WORDS - NOUNS) | contractions | bare | COLLOQUIAL
    return lists


@cache
def _languages() -> dict[str, list[str]]:
    """Languages in which a word is a stop word."""
    languages: dict[str, list[str]] = {}
    for language, entries in _lists().items():
        for word in entries:
            languages.setdefault(word, []).append(language)
    return languages


@cache
def _vietnamese() -> frozenset[str]:
    return frozenset(_normal(entry).casefold() for entry in stopwords("vi"))


@cache
def _with_english(language: str) -> frozenset[str]:
    return _lists()[language] | _lists()["en"]


def _accented_or_not(entries: set[str]) -> frozenset[str]:
    entries = {_normal(entry).casefold() for entry in entries}
    return frozenset(entries | {without_accents(entry) for entry in entries})


def _normal(text: str) -> str:
    # NFKC takes Thai and Lao "am" apart, which no dictionary and no writer does.
    whole = unicodedata.normalize("NFKC", text)
    return whole.replace("\u0e4d\u0e32", "\u0e33").replace("\u0ecd\u0eb2", "\u0eb3")


def without_accents(word: str) -> str:
    """Give a word as those type it who leave accents out."""
    # Vietnamese's crossed d is a letter of its own, not an accented one.
    bare = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(c for c in bare if c not in _TYPED_ACCENTS))


_TYPED_ACCENTS: Final = frozenset(map(chr, range(0x300, 0x370)))
