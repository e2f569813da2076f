import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.tongues import neutral, tongue_of

SAID = {
    "en": "The listing was removed and I do not know what we did",
    "vi": "Cửa hàng của tôi bị đóng do nhầm lẫn",
    "id": "Toko saya ditutup dan saya tidak tahu apa yang salah",
    "THAI": "ร้านของฉันถูกปิดโดยไม่ได้ตั้งใจ",
    "CJK": "我的店铺被误关了，请尽快恢复",
    "CYRILLIC": "Мой магазин закрыли по ошибке",
}


@pytest.mark.parametrize(("tongue", "text"), SAID.items())
def test_a_text_tells_its_language_or_script(tongue, text):
    assert tongue_of(text) == tongue


@pytest.mark.parametrize("text", ["", "  ", "12 34", "!!!", "🎉"])
def test_without_words_there_is_no_language(text):
    assert tongue_of(text) == ""


@given(st.text(max_size=30))
@settings(deadline=None)
def test_any_text_has_some_answer(text):
    assert isinstance(tongue_of(text), str)


def rows(n, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(n, 6)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


DIMENSIONS = 64
SHORT = {"en": "what did we do", "THAI": "ร้านปิด", "vi": "tôi bị đóng"}


def spoken(tongue, n):
    """Texts of a language, too short for a template: only their vectors tell what they say."""
    return [f"{SHORT[tongue]} {i}" for i in range(n)]


def cosine_within(vectors):
    products = vectors @ vectors.T
    return products[~np.eye(len(vectors), dtype=bool)].mean()


def campaign(n, spread, seed=5):
    """Texts of one cause in a language that says little else."""
    rng = np.random.default_rng(seed)
    heap = np.r_[1.0, 1.0, np.zeros(DIMENSIONS - 2)] + spread * rng.normal(size=(n, DIMENSIONS))
    return (heap / np.linalg.norm(heap, axis=1, keepdims=True)).astype(np.float32)


def english(n=300, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(n, DIMENSIONS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_each_language_of_many_texts_has_its_mean_taken_away():
    texts = spoken("en", 300) + spoken("THAI", 300)
    vectors = np.concatenate([english(), campaign(300, 0.4)])
    centred = neutral(vectors, texts)
    assert np.linalg.norm(vectors[300:].mean(axis=0)) > 0.3
    assert np.linalg.norm(centred[:300].mean(axis=0)) < 0.1
    assert np.linalg.norm(centred[300:].mean(axis=0)) < 0.1


def test_the_more_there_is_of_a_language_the_less_it_is_taken_for_a_cause():
    left = []
    for size in (100, 1_000, 4_000):
        vectors = np.concatenate([english(), campaign(size, 0.08)])
        centred = neutral(vectors, spoken("en", 300) + spoken("THAI", size))
        left.append(cosine_within(centred[300:]))
    assert left[0] > 0.6
    assert left == sorted(left, reverse=True)
    assert left[-1] < 0.1


@pytest.mark.parametrize("size", [2, 25, 45, 100])
@pytest.mark.parametrize("spread", [0.01, 0.06])
def test_a_language_of_one_cause_is_not_shattered(size, spread):
    """In its mean stands the cause: taken away, noise alone would be left of a new market."""
    vectors = np.concatenate([english(), campaign(size, spread)])
    centred = neutral(vectors, spoken("en", 300) + spoken("THAI", size))
    before = cosine_within(vectors[300:])
    assert cosine_within(centred[300:]) > before - 0.05


def test_a_letter_sent_by_many_counts_once_in_the_mean_of_its_language():
    letter = "ร้านของฉันถูกปิดเพราะระบบเข้าใจผิดว่าสินค้าเป็นของปลอม คำสั่งซื้อ"
    texts = spoken("en", 300) + [f"{letter} {i}" for i in range(45)]
    vectors = np.concatenate([english(), campaign(45, 0.02)])
    vectors[300:] += 0.3 * english(45, seed=2)
    assert cosine_within(neutral(vectors, texts)[300:]) > 0.5


@pytest.mark.parametrize("count", [1, 2, 5])
def test_of_a_rare_language_little_is_taken_but_the_mean_of_all(count):
    vectors = np.concatenate([english(), english(count, seed=9)])
    centred = neutral(vectors, spoken("en", 300) + spoken("vi", count))
    wanted = vectors[300:] - vectors.mean(axis=0)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    assert (centred[300:] * wanted).sum(axis=1).min() > 0.9


@given(
    arrays(np.float32, (6, 3), elements=st.floats(-1, 1, width=32)),
    st.lists(st.sampled_from(["", *SAID]), min_size=6, max_size=6),
)
@settings(deadline=None, max_examples=50)
def test_any_vectors_come_out_finite_and_short(vectors, tongues):
    centred = neutral(vectors, [SAID.get(tongue, "") for tongue in tongues])
    assert np.isfinite(centred).all()
    assert (np.linalg.norm(centred, axis=1) < 1 + 1e-4).all()


def test_one_text_alone_is_its_own_mean_and_no_texts_are_none():
    assert not neutral(rows(1), ["shop"]).any()
    assert neutral(np.empty((0, 6), np.float32), []).shape == (0, 6)
    before = rows(5)
    kept = before.copy()
    neutral(before, ["shop"] * 5)
    assert np.array_equal(before, kept)
