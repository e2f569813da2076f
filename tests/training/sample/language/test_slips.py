import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.sample.language.dice import Dice
from training.sample.language.grammar import load_grammar
from training.sample.language.slips import SLOPPY, slip

ENGLISH = "Please look at my listing again because you removed it without any reason. Thank you."


def slipped(text: str, code: str, times: int = 400) -> list[str]:
    dice = Dice(np.random.default_rng(1))
    return [slip(text, load_grammar(code), dice) for _ in range(times)]


def test_most_type_well():
    unchanged = slipped(ENGLISH, "en").count(ENGLISH) / 400
    assert unchanged == pytest.approx(1 - SLOPPY, abs=0.08)


def test_haste_takes_many_forms():
    texts = set(slipped(ENGLISH, "en", times=1_500))
    assert any(text.islower() for text in texts)
    assert any(text.isupper() for text in texts)
    assert any("pls" in text.lower() for text in texts)
    assert len(texts) > 60


def test_vietnamese_loses_its_marks():
    assert any(text.isascii() for text in slipped("Tôi đã gửi giấy tờ rồi", "vi"))


def test_chinese_loses_its_stops():
    assert any("。" not in text for text in slipped("我没有违规。请再看。", "zh"))


def test_thai_loses_its_blanks():
    assert any(" " not in text for text in slipped("ร้านไม่ได้ทำผิด ช่วยดูให้ด้วย", "th"))


@given(st.integers(10**6, 10**9), st.integers(0, 500))
def test_numbers_and_addresses_stay(number, seed):
    text = f"please check order number {number} and write to me@example.com soon"
    written = slip(text, load_grammar("en"), Dice(np.random.default_rng(seed))).lower()
    assert str(number) in written
    assert "me@example.com" in written
