import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.courtesy import without_courtesies
from features.words import BREAK, words


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dear compliance team, the parcel is lost", "the parcel is lost"),
        ("Dear seller support team the parcel is lost", "the parcel is lost"),
        ("Good day Sir the parcel is lost, God bless", "the parcel is lost"),
        ("Thank you for the parcel", "for the parcel"),
        ("Yth tim banding, paket hilang. Terima kasih", "paket hilang"),
        ("Kính gửi quý sàn, mất hàng. Trân trọng cảm ơn", "mất hàng"),
        ("mat hang, tran trong cam on", "mat hang"),
        ("包裹丢了。谢谢", "包裹 丢 了"),
        ("พัสดุหาย ขอบคุณค่ะ", "พัสดุ หาย"),
        ("a kind of ring", "a kind of ring"),
        ("", ""),
    ],
)
def test_courtesies_go(text, left):
    assert " ".join(word for word in without_courtesies(words(text)) if word) == left


def test_a_courtesy_parts_words():
    assert without_courtesies(words("lost parcel please refund")) == [
        *("lost", "parcel"),
        BREAK,
        "refund",
    ]


WORDS = st.sampled_from(
    ["dear", "Good", "day", "team", "parcel", "cảm", "ơn", "谢谢", "thank", BREAK]
)


@given(st.lists(WORDS, max_size=12))
def test_what_is_left_is_in_order_and_has_no_courtesy(found):
    left = without_courtesies(found)
    rest = iter(found)
    assert all(word in rest for word in left if word)
    assert not {"dear", "谢谢", "thank"} & set(left)
