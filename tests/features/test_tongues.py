import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import features.tongues
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


def test_each_language_has_its_mean_taken_away():
    texts = [SAID["en"]] * 40 + [SAID["THAI"]] * 50
    vectors = rows(90)
    vectors[40:] += 3  # the Thai heap
    centred = neutral(vectors, texts)
    wanted = vectors[40:] - vectors[40:].mean(axis=0)
    assert centred[40:] == pytest.approx(
        wanted / np.linalg.norm(wanted, axis=1, keepdims=True), abs=1e-5
    )
    assert centred[:40].mean(axis=0) @ centred[40:].mean(axis=0) == pytest.approx(0, abs=0.1)


def test_rare_languages_are_centred_together(monkeypatch):
    monkeypatch.setattr(features.tongues, "LEAST", 3)
    texts = [SAID["en"]] * 4 + [SAID["THAI"]] * 2 + [SAID["vi"]] * 2
    vectors = rows(8)
    wanted = vectors[4:] - vectors[4:].mean(axis=0)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    assert neutral(vectors, texts)[4:] == pytest.approx(wanted, abs=1e-5)


def test_one_text_alone_is_its_own_mean_and_no_texts_are_none():
    assert not neutral(rows(1), ["shop"]).any()
    assert neutral(np.empty((0, 6), np.float32), []).shape == (0, 6)
    before = rows(5)
    kept = before.copy()
    neutral(before, ["shop"] * 5)
    assert np.array_equal(before, kept)
