from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.phrase_counts import count_phrases, read


def counted(texts, theme=None, teller=None):
    reading = read(texts)
    n = len(texts)
    theme = np.zeros(n, dtype=np.int64) if theme is None else np.array(theme)
    teller = np.arange(n) if teller is None else np.array(teller)
    counts = count_phrases(reading, theme, teller)
    return {
        (" ".join(reading.surfaces[word] for word in counts.words[phrase] if word), int(group)): k
        for phrase, group, k in zip(counts.phrase, counts.theme, counts.count, strict=True)
    }


def test_a_phrase_counts_once_a_teller_and_theme():
    texts = ["lost parcel, lost parcel", "lost parcel", "lost parcel", "lost parcel"]
    assert counted(texts, [0, 0, 0, 1], [0, 1, 1, 1])["lost parcel", 0] == 2
    assert counted(texts, [0, 0, 0, 1], [0, 1, 1, 1])["lost parcel", 1] == 1


def test_plurals_and_capitals_count_as_one_word_written_as_most_write_it():
    counts = counted(["SwiftHaul parcels", "SwiftHaul parcels", "swifthaul parcel"])
    assert counts["SwiftHaul parcels", 0] == 3


def test_no_phrase_crosses_a_break_or_ends_in_a_stop_word():
    counts = counted(["lost. parcel of the courier"] * 2)
    assert ("lost parcel", 0) not in counts
    assert not any(phrase.startswith(("of", "the")) for phrase, _ in counts)


def test_stop_words_stay_inside_a_phrase():
    assert counted(["bank transfer, proof of purchase"] * 2)["proof of purchase", 0] == 2


def test_what_is_cut_out_of_a_longer_wording_is_no_phrase():
    wording = "courier renamed tracking field label"
    assert not any(phrase.count(" ") == 2 for phrase, _ in counted([wording] * 3))
    varied = [f"{before} renamed tracking field" for before in ("courier", "agent", "partner")]
    assert counted(varied)["renamed tracking field", 0] == 3


def test_texts_without_words_have_no_phrases():
    assert counted(["", "?!", "12"]) == {}


WORDS = st.sampled_from(["ring", "holder", "scan", "weapon", "parcel"])


@settings(max_examples=40)
@given(st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=8))
def test_single_words_are_counted_as_by_hand(texts):
    often = Counter(word for text in texts for word in text)
    by_hand = Counter(word for text in texts for word in set(text) if often[word] > 1)
    counts = counted([" ".join(text) for text in texts])
    assert {phrase: k for (phrase, _), k in counts.items() if " " not in phrase} == by_hand
