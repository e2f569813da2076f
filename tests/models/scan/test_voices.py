import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scan.voices import Voices, distinct_neighbours, first_of_campaign, numbers_of, repeats


def everyone_near(n):
    return np.array([np.delete(np.arange(n), i) for i in range(n)], dtype=np.int32)


def test_names_share_a_number_and_the_nameless_do_not():
    found = numbers_of(["a", None, "b", "a", None])
    assert found[0] == found[3] != found[2]
    assert found[1] != found[4]
    assert (found[[1, 4]] < 0).all()


def test_the_first_of_a_campaign_is_the_first_in_time():
    kept = first_of_campaign(
        np.array([5, 5, 9, 5]), np.array([True, True, True, True]), np.array([3, 1, 0, 2])
    )
    assert kept.tolist() == [False, True, True, False]


def test_what_lies_outside_the_window_is_no_first():
    kept = first_of_campaign(np.array([5, 5]), np.array([False, True]), np.array([0, 1]))
    assert kept.tolist() == [False, True]


def test_a_repeat_is_near_an_earlier_one_of_the_same_subject():
    neighbours = np.array([[1, -1], [0, 2], [3, -1], [2, -1]], dtype=np.int32)
    subjects = numbers_of(["a", "a", None, "b"])
    assert repeats(neighbours, subjects, np.arange(4)).tolist() == [False, True, False, False]
    assert repeats(neighbours, subjects, np.arange(4)[::-1]).tolist() == [True] + [False] * 3


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=2, max_size=9), st.randoms())
@settings(max_examples=80, deadline=None)
def test_every_subject_is_in_a_neighbourhood_once_and_as_its_nearest(names, random):
    n = len(names)
    neighbours = everyone_near(n)
    for row in neighbours:
        random.shuffle(row)
        row[random.randrange(n - 1)] = -1
    found = distinct_neighbours(neighbours, numbers_of(names))
    for i in range(n):
        met = {names[i]} - {None}
        for before, after in zip(neighbours[i], found[i], strict=True):
            name = names[before] if before >= 0 else None
            assert after == (-1 if before < 0 or name in met else before)
            met |= {name} - {None}


def test_a_letter_sent_by_many_counts_once():
    n = 6
    voices = Voices.of(
        everyone_near(n), np.arange(n)[::-1], np.ones(n, bool), None, [0, 0, 0, -1, -1, 0]
    )
    assert voices.counted.tolist() == [False, False, False, True, True, True]
    assert set(voices.neighbours[0].tolist()) == {-1, 3, 4, 5}


def test_without_subjects_and_letters_everyone_inside_counts():
    inside = np.array([True, True, False, True])
    voices = Voices.of(everyone_near(4), np.arange(4), inside, None, None)
    assert voices.counted.tolist() == inside.tolist()
    assert 2 not in voices.neighbours
