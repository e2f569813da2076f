import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.clustering import centroids
from models.exemplars import exemplars
from models.neighbours import unit_rows

TEXT = "the courier lost this parcel and nobody answers my letters, number "


def theme(n, seed=0, spread=0.4, d=8):
    noise = np.random.default_rng(seed).normal(size=(n, d)) * spread
    return unit_rows(noise + np.eye(d)[0])


def chosen(vectors, texts=None, subjects=None, campaign=None, labels=None, most=5):
    n = len(vectors)
    labels = np.zeros(n, dtype=np.int32) if labels is None else labels
    return exemplars(
        vectors,
        [f"{TEXT}{chr(97 + i % 26)}{i}" for i in range(n)] if texts is None else texts,
        [None] * n if subjects is None else subjects,
        np.full(n, -1, dtype=np.int32) if campaign is None else campaign,
        labels,
        centroids(vectors, labels),
        most,
    )


def test_the_first_is_the_most_central():
    vectors = theme(50)
    (found,) = chosen(vectors)
    centre = centroids(vectors, np.zeros(50, dtype=np.int32))[0]
    assert len(found) == 5
    assert found[0] == int(np.argmax(vectors @ centre))


def test_the_others_are_unlike_one_another():
    left, right = theme(20, spread=0.01), theme(20, seed=1, spread=0.01)
    left, right = unit_rows(left + np.eye(8)[2]), unit_rows(right + np.eye(8)[1])
    (found,) = chosen(np.concatenate([left, right]), most=2)
    assert (found[0] < 20) != (found[1] < 20)


def test_no_subject_campaign_or_text_is_shown_twice():
    vectors = theme(12)
    assert len(chosen(vectors, subjects=["S1"] * 6 + ["S2"] * 6)[0]) == 2
    campaign = np.repeat(np.array([0, 1, 2], dtype=np.int32), 4)
    assert len(chosen(vectors, campaign=campaign)[0]) == 3
    assert len(chosen(vectors, texts=[TEXT, f" {TEXT.upper()}"] * 6)[0]) == 1


def test_scraps_and_treatises_are_shown_last():
    vectors = theme(6)
    texts = [
        "no",
        "why",
        TEXT * 100,
        f"{TEXT}d",
        f"{TEXT}e",
        "我的店铺被关闭了，请你们帮忙恢复，谢谢你们所有的人",
    ]
    (found,) = chosen(vectors, texts=texts)
    assert set(found[:3]) == {3, 4, 5}
    assert set(found[3:]) < {0, 1, 2}


def test_copies_of_a_letter_crowd_nobody_out():
    copies, others = theme(400, spread=0.01), theme(150, seed=1, spread=0.3)
    vectors = np.concatenate([copies, others])
    campaign = np.concatenate([np.arange(400) % 3, np.full(150, -1)]).astype(np.int32)
    (found,) = chosen(vectors, campaign=campaign)
    assert len(found) == 5
    assert sum(campaign[list(found)] >= 0) <= 3


def test_they_are_of_the_central_half_of_those_that_differ():
    vectors = theme(400)
    (found,) = chosen(vectors, most=20)
    cosines = vectors @ centroids(vectors, np.zeros(400, dtype=np.int32))[0]
    assert len(found) == 20
    assert min(cosines[list(found)]) >= np.sort(cosines)[200]
    # Of a theme this large, others than the very nearest are among them.
    assert min(cosines[list(found)]) < np.sort(cosines)[-60]


def test_members_alone_are_shown_and_few_give_few():
    vectors = np.concatenate([theme(3), -theme(2), theme(4, seed=2)])
    labels = np.array([0, 0, 0, 1, 1, -1, -1, -1, -1], dtype=np.int32)
    first, second = chosen(vectors, labels=labels)
    assert sorted(first) == [0, 1, 2]
    assert sorted(second) == [3, 4]


def test_no_theme_has_no_exemplars():
    vectors = theme(3)
    assert chosen(vectors, labels=np.full(3, -1, dtype=np.int32)) == []


@given(st.integers(1, 40), st.integers(0, 5), st.integers(1, 6))
def test_the_same_appeals_give_the_same_exemplars(n, seed, most):
    vectors = theme(n, seed)
    subjects = [f"S{i % 7}" for i in range(n)]
    (found,) = chosen(vectors, subjects=subjects, most=most)
    assert found == chosen(vectors, subjects=subjects, most=most)[0]
    assert len(found) == len(set(found)) == min(n, most, 7)
    assert len({subjects[i] for i in found}) == len(found)
