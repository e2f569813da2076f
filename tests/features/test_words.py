import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.words import (
    BREAK,
    is_unspaced,
    is_vietnamese,
    light_words,
    stop_words,
    without_accents,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't e-mail me", ["Don't", "e-mail", "me"]),
        ("the seller’s QR code", ["the", "seller", "QR", "code"]),
        ("a 4K screen, 401k", ["a", "4K", "screen", BREAK, "401k"]),
        ("covid-19 on AB123", ["covid-19", "on"]),
        ("bộ phận khiếu nại", ["bộ", "phận", "khiếu", "nại"]),
        ("ＱＲ　ｃｏｄｅ", ["QR", "code"]),
        ("", []),
        (" \n ?! 12 ", []),
    ],
)
def test_words_are_whole(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    "between",
    [
        *(".", ", ", "\n", " 12 ", " CE87-11263 ", " #90702031 ", " @maria ", " a.b@c.org "),
        *(" https://t.co/x?y=1 ", " [phone] ", " PHP 158,200 ", " Rp 5.600 ", " &amp; ", " 😀 "),
    ],
)
def test_what_is_no_word_parts_words_once(between):
    assert words(f"ring{between}holder") == ["ring", BREAK, "holder"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ร้านปฏิบัติตามกฎของแพลตฟอร์มมาโดยตลอด", {"ร้าน", "ปฏิบัติ", "กฎ", "แพลตฟอร์ม"}),
        ("ร้านถูกจำกัด", {"ร้าน", "ถูก", "จำกัด"}),
        ("系统只看到一个词，请恢复我的商品。", {"系统", "恢复", "商品"}),
        ("私の商品が削除されました", {"商品", "削除"}),
        ("ສະບາຍດີທ່ານ", {"ສະບາຍດີ", "ທ່ານ"}),
        ("សួស្តីអ្នកទាំងអស់គ្នា", {"អ្នក"}),
    ],
)
def test_scripts_without_spaces_are_split(text, told):
    assert told <= set(words(text))
    assert all(is_unspaced(word) for word in words(text) if word)


def test_a_space_parts_words_where_it_stands_for_a_comma():
    assert BREAK in words("ร้านถูกจำกัด ขอความกรุณา")
    assert BREAK not in words("shop Siam ร้าน")


@given(st.text())
def test_words_are_parts_of_the_text(text):
    found = words(text)
    normal = unicodedata.normalize("NFKC", text)
    assert sum(map(len, found)) <= len(normal)
    assert not any(space in word for word in found for space in " \n\t")
    assert not any(a == b == BREAK for a, b in pairwise(found))
    assert [BREAK] not in (found[:1], found[-1:])


@pytest.mark.parametrize(
    ("text", "stops", "content"),
    [
        ("the listing of my shop was removed", {"the", "of", "my", "was"}, {"listing", "removed"}),
        ("Produk saya dihapus karena dan tidak ada", {"saya", "dan"}, {"produk", "dihapus"}),
        ("Tôi không hiểu vì sao sản phẩm bị ẩn", {"tôi", "vì"}, {"phẩm"}),
        ("Toi khong hieu vi sao san pham bi an cua toi", {"toi", "vi"}, {"pham"}),
        ("我的商品被下架了，请恢复", {"我", "的", "了"}, {"商品", "恢复"}),
        ("ร้านที่อยู่ในจังหวัดและของฉัน", {"ที่", "และ"}, {"ร้าน"}),
    ],
)
def test_stop_words_are_those_of_the_language(text, stops, content):
    known = stop_words(words(text))
    assert stops <= known
    assert not content & known


def test_accents_tell_vietnamese_words_from_stop_words():
    assert not {"vi", "an", "than"} & stop_words(words("vi phạm quy định an toàn của sàn"))
    assert "vi" in stop_words(words("Toi khong hieu vi sao san pham bi an cua toi"))


@pytest.mark.parametrize(
    ("text", "vietnamese"),
    [("đơn hàng bị hủy", True), ("don hang bi huy", False), ("café à São Tomé", False)],
)
def test_vietnamese_is_known_by_its_accents(text, vietnamese):
    assert is_vietnamese(words(text)) == vietnamese


def test_accents_go_and_letters_stay():
    assert without_accents("đơn hàng") == "don hang"
    assert without_accents("ร้าน 店铺") == "ร้าน 店铺"


def test_contractions_are_stop_words_and_causes_are_not():
    known = stop_words(words("I don't know"))
    assert {"don't", "dont", "isn't", "not", "just"} <= known
    assert not {"ring", "order", "bill", "copy", "card", "don", "t"} & (known - {"t"})


def test_light_words_tell_little_alone():
    assert {"help", "good", "thing"} <= light_words()
    assert not {"weapon", "refund", "listing"} & light_words()


def test_a_text_without_words_has_english_stop_words():
    assert "the" in stop_words([])
