"""Template letters: the same text but for names and numbers, sent many times.

A campaign is a set of letters that share most of their words once whatever a sender fills in
(names, numbers, dates, addresses) is masked. Short texts are never a campaign: "where is my money"
is written by many people who never heard of one another.

Letters are compared by the Jaccard similarity of their word pairs. MinHash signatures in bands
(Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, ch. 3) propose pairs of
letters, which are then compared exactly. All of it is array work: hashing a letter at a time costs
many times as much.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

__all__ = ["campaigns", "masked_tokens", "representatives"]

LEAST_TOKENS: Final = 10
"""Tokens that a letter must have to be part of a campaign."""
LEAST_SIMILARITY: Final = 0.6
"""Jaccard similarity of word pairs from which two letters are one template."""
BANDS: Final = 24
ROWS: Final = 4
"""Bands and rows of the signature: a pair at similarity .6 is proposed with probability .96."""
MIX: Final = np.uint64(0x9E3779B97F4A7C15)
"""An odd number near 2^64 divided by the golden ratio: folds a band's rows into one number."""
CHUNK: Final = 50_000
"""Pairs that are compared at a time, which bounds the memory."""

_BLANK: Final = "\x00"
_CAPITAL: Final = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a9\u0410-\u042f"
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_SPACED: Final = rf"[^\W{_UNSPACED}]"
_FILLED_IN: Final = re.compile(
    r"(?:https?://|www\.)\S+"  # URL
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.]+"  # e-mail
    rf"|(?<!{_SPACED}){_SPACED}*\d{_SPACED}*(?:[-./:,#]{_SPACED}+)*"  # number, date, order
)
_NAME: Final = re.compile(rf"(?<=[^.!?:;\s][ \u00a0])[{_CAPITAL}][^\W\d_]+")
_CAPITALISED: Final = re.compile(rf"\b[{_CAPITAL}]")
_BLANKS: Final = re.compile(rf"{_BLANK}(?:[\W_]*{_BLANK})+")
_TOKEN: Final = re.compile(rf"[{_UNSPACED}]|{_BLANK}|[^\W\d_{_UNSPACED}]+")


def campaigns(
    texts: Sequence[str],
    least_similarity: float = LEAST_SIMILARITY,
    least_tokens: int = LEAST_TOKENS,
) -> NDArray[np.int32]:
    """Give every text the id of its campaign.

    Parameters
    ----------
    texts
        Letters, in any language.
    least_similarity
        Jaccard similarity of masked word pairs, in (0, 1], from which two letters are one template.
    least_tokens
        Shorter letters (in words; in characters for scripts without spaces) are left out.

    Returns
    -------
    numpy.ndarray
        (n,) int32: -1 for a letter like no other, else a campaign's id, numbered from 0 by first
        appearance. Equal letters of sufficient length always share a campaign.
    """
    found = [masked_tokens(text) for text in texts]
    # Sorted, so that the order of the texts decides nothing but the numbers.
    shapes = sorted({tokens for tokens in found if len(tokens) >= least_tokens})
    if not shapes:
        return np.full(len(texts), -1, dtype=np.int32)
    group = dict(zip(shapes, _groups(shapes, least_similarity).tolist(), strict=True))
    return _numbered(np.array([group.get(tokens, -1) for tokens in found], dtype=np.int64))


def masked_tokens(text: str) -> tuple[str, ...]:
    """Split a letter into words, with everything that a sender fills in masked.

    Numbers and words with digits, e-mail addresses, URLs, and capitalised words inside a sentence
    become one blank each, and blanks in a row become one. Scripts without spaces are split into
    characters.

    Parameters
    ----------
    text
        A letter.

    Returns
    -------
    tuple of str
        Case-folded tokens in order; a blank is the NUL character.
    """
    normal = _FILLED_IN.sub(_BLANK, unicodedata.normalize("NFKC", text.replace(_BLANK, " ")))
    if 3 * len(_CAPITALISED.findall(normal)) <= normal.count(" "):
        # Where capitals are the writer's habit they mark no names.
        normal = _NAME.sub(_BLANK, normal)
    return tuple(_TOKEN.findall(_BLANKS.sub(_BLANK, normal).casefold()))


def _groups(shapes: Sequence[tuple[str, ...]], least_similarity: float) -> NDArray[np.int64]:
    """Group letters that are linked by similar pairs; (m,) group numbers."""
    sets = _word_pairs(shapes)
    hopeful = _hopeful(sets, least_similarity)
    left, right = _proposed(sets[hopeful])
    left, right = hopeful[left], hopeful[right]
    alike = _jaccard(sets, left, right) >= least_similarity
    links = sp.coo_matrix(
        (np.ones(int(alike.sum()), dtype=np.int8), (left[alike], right[alike])),
        shape=(len(shapes), len(shapes)),
    )
    groups: NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return groups


def _hopeful(sets: sp.csr_matrix, least_similarity: float) -> NDArray[np.int64]:
    """Find the letters that could have a partner: enough of their word pairs occur elsewhere.

    Two sets' Jaccard similarity is at most the share of either that the other has too, so this
    leaves out no pair; of real streams it leaves out nearly all letters.
    """
    elsewhere = np.bincount(sets.indices, minlength=sets.shape[1]) > 1
    shared = np.bincount(
        np.repeat(np.arange(sets.shape[0]), np.diff(sets.indptr)),
        weights=elsewhere[sets.indices],
        minlength=sets.shape[0],
    )
    return np.flatnonzero(shared >= least_similarity * np.maximum(np.diff(sets.indptr), 1))


def _word_pairs(shapes: Sequence[tuple[str, ...]]) -> sp.csr_matrix:
    """Give a (m, pairs) 0/1 matrix of which neighbouring words each letter has."""
    vocabulary: dict[str, int] = {}
    ids = np.array(
        [vocabulary.setdefault(token, len(vocabulary)) for shape in shapes for token in shape],
        dtype=np.int64,
    )
    lengths = np.array([len(shape) for shape in shapes])
    rows = np.repeat(np.arange(len(shapes)), lengths)
    within = rows[1:] == rows[:-1]
    codes = ids[:-1][within] * len(vocabulary) + ids[1:][within]
    _, columns = np.unique(codes, return_inverse=True)
    matrix = sp.csr_matrix(
        (np.ones(len(columns), dtype=np.int32), (rows[1:][within], columns)),
        shape=(len(shapes), int(columns.max(initial=-1)) + 1),
    )
    matrix.data[:] = 1
    return matrix


def _proposed(sets: sp.csr_matrix) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Propose pairs of letters whose signatures agree on a whole band.

    Within a band's bucket each letter is paired with the one before it and with the first: that is
    enough to link a bucket, and stays linear where a template was sent ten thousand times.
    """
    proposed = [pair for band in _bands(sets) for pair in _bucket_pairs(band)]
    if not proposed:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    m = sets.shape[0]
    codes = np.unique(np.concatenate(proposed, dtype=np.int64))
    return codes // m, codes % m


def _bands(sets: sp.csr_matrix) -> Iterator[NDArray[np.uint64]]:
    """Yield each band of the MinHash signatures as one number a letter.

    A multiplication modulo 2^64, high half kept, stands for each permutation (Dietzfelbinger et al.
    1997).
    """
    random = np.random.default_rng(0)
    occupied = np.diff(sets.indptr) > 0
    starts = sets.indptr[:-1][occupied]
    columns = sets.indices.astype(np.uint64) + np.uint64(1)
    for _ in range(BANDS):
        band = np.zeros(sets.shape[0], dtype=np.uint64)
        for _ in range(ROWS):
            factor = random.integers(2**63, 2**64, dtype=np.uint64) | np.uint64(1)
            order = (columns * factor) >> np.uint64(32)
            smallest = np.minimum.reduceat(order, starts)
            band[occupied] = band[occupied] * MIX + smallest
        yield band


def _bucket_pairs(band: NDArray[np.uint64]) -> list[NDArray[np.int64]]:
    m = len(band)
    if m < 2:
        return []
    order = np.argsort(band, kind="stable")
    new = np.r_[True, band[order][1:] != band[order][:-1]]
    first = order[np.maximum.accumulate(np.where(new, np.arange(m), 0))]
    before = np.r_[order[:1], order[:-1]]
    return [np.minimum(order, o)[~new] * m + np.maximum(order, o)[~new] for o in (first, before)]


def _jaccard(
    sets: sp.csr_matrix, left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Jaccard similarity of the rows `left` and `right` of a 0/1 matrix, pair by pair."""
    sizes = np.diff(sets.indptr)
    shared = [
        np.asarray(
            sets[left[i : i + CHUNK]].multiply(sets[right[i : i + CHUNK]]).sum(axis=1)
        ).ravel()
        for i in range(0, len(left), CHUNK)
    ]
    both = np.concatenate(shared) if shared else np.empty(0)
    similarity: NDArray[np.float64] = both / np.maximum(sizes[left] + sizes[right] - both, 1)
    return similarity


def _numbered(groups: NDArray[np.int64]) -> NDArray[np.int32]:
    """Give groups of two or more a number by first appearance, and -1 to the others."""
    names, first, inverse, counts = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True
    )
    campaign = (names >= 0) & (counts >= 2)
    number = np.full(len(names), -1, dtype=np.int32)
    kept = np.flatnonzero(campaign)
    number[kept[np.argsort(first[kept])]] = np.arange(len(kept), dtype=np.int32)
    return number[inverse]


def representatives(campaign: NDArray[np.int32]) -> NDArray[np.int64]:
    """Pick one letter of each campaign, the first, and every letter that is in none.

    Parameters
    ----------
    campaign
        (n,) as of `campaigns`.

    Returns
    -------
    numpy.ndarray
        Rising positions; what is clustered or counted on these counts a template once.
    """
    _, first = np.unique(campaign, return_index=True)
    of_campaigns = first[campaign[first] >= 0] if len(first) else first
    return np.sort(np.concatenate([of_campaigns, np.flatnonzero(campaign < 0)]))
