import numpy as np

from models.phrase_counts import read
from models.private_phrases import Glances

TEXTS = [
    "reviewer Kelvin Tan refused the parcel",
    "the parcel was refused by reviewer Kelvin Tan",
    "the Kelvin Tan parcel is a lamp",
    "reviewer Kelvin Tan lost a parcel",
    "Kelvin Tan is a lamp",
]


def glances(theme):
    reading = read(TEXTS)
    return reading, Glances(TEXTS, reading, np.array(theme))


def ids(reading, phrase):
    return tuple(reading.surfaces.index(word) for word in phrase.split())


def test_what_redaction_masks_in_half_of_the_texts_is_private():
    reading, seen = glances([0, 0, 0, 0, 1])
    assert seen.is_private(0, ids(reading, "Kelvin Tan"))
    assert seen.is_private(0, ids(reading, "Tan"))
    assert not seen.is_private(0, ids(reading, "parcel"))
    assert not seen.is_private(1, ids(reading, "Kelvin Tan"))


def test_only_texts_that_hold_the_phrase_are_redacted():
    reading, seen = glances([0, 0, 0, 0, 1])
    seen.is_private(1, ids(reading, "lamp"))
    assert set(seen.redacted) == {4}
