"""The shape of a text: what can be said of it without reading it."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

SHAPES: Final = (
    "words",
    "capitals",
    "digits",
    "exclamations",
    "questions",
    "lines",
    "links",
    "variety",
)
"""Names of the shapes, in the order of the columns."""
SHARES: Final = ("capitals", "digits", "variety")
"""Those that lie between 0 and 1."""

_CAPITALS: Final = string.ascii_uppercase.encode()
_DIGITS: Final = string.digits.encode()
_LINKS: Final = (b"http://", b"https://", b"www.")


def text_shape(texts: Sequence[str]) -> pd.DataFrame:
    """Measure the shape of texts.

    Returns
    -------
    pandas.DataFrame
        A row a text. `words`, `exclamations`, `questions`, `lines` and `links` are counts;
        `capitals` and `digits` shares of the characters; `variety` the share of words that are
        distinct. Scripts that put no spaces between words count a run of characters as one word.
    """
    rows = np.array([_shape(text) for text in texts], dtype=np.float64)
    return pd.DataFrame(rows.reshape(len(texts), len(SHAPES)), columns=list(SHAPES))


def _shape(text: str) -> tuple[float, ...]:
    words = text.lower().split()
    # Of bytes, as these characters are one byte each in UTF-8, and bytes are quicker to count.
    encoded = text.encode(errors="surrogatepass")
    characters, count = max(len(text), 1), max(len(words), 1)
    return (
        len(words),
        (len(encoded) - len(encoded.translate(None, _CAPITALS))) / characters,
        (len(encoded) - len(encoded.translate(None, _DIGITS))) / characters,
        encoded.count(b"!"),
        encoded.count(b"?"),
        encoded.count(b"\n"),
        sum(map(encoded.count, _LINKS)),
        len(set(words)) / count,
    )
