import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.duplicates import campaigns, masked_tokens, representatives

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9)
LETTERS = st.lists(st.lists(WORDS, max_size=30).map(" ".join), max_size=12)
TEMPLATE = (
    "Dear team, my name is {name} and my shop was closed on {date}. Order {order} was shipped in "
    "time, see {url}. Please review the decision again and write to {mail} as soon as you can."
)
FILLED = [
    {
        "name": name,
        "date": f"{day} March",
        "order": f"#{day}77-{day}",
        "url": f"https://shop.example/{day}",
        "mail": f"{name.split()[0].lower()}@example.com",
    }
    for day, name in enumerate(["Ann Lee", "Bo Tan", "Siti Rahman", "Jo Ng"], start=3)
]


def test_a_template_letter_is_one_campaign():
    letters = [TEMPLATE.format(**values) for values in FILLED]
    other = "the parcel came back because nobody was at home and now the buyer wants a refund"
    assert campaigns([letters[0], other, *letters[1:]]).tolist() == [0, -1, 0, 0, 0]


def test_what_is_filled_in_is_masked():
    masked = {masked_tokens(TEMPLATE.format(**values)) for values in FILLED[:2]}
    assert len(masked) == 1
    assert not {"ann", "lee", "march", "example"} & set(next(iter(masked)))


def test_capitals_of_habit_are_no_names():
    assert masked_tokens("My Shop Was Closed For No Reason") == (
        *("my", "shop", "was", "closed", "for", "no", "reason"),
    )


def test_two_templates_are_two_campaigns_numbered_by_appearance():
    first = "please give back the money that you hold since {} because every order was delivered"
    second = "my listing {} was removed by mistake since it is not a copy of any other brand"
    letters = [second.format(1), first.format(2), second.format(33), first.format(4)]
    assert campaigns(letters).tolist() == [0, 1, 0, 1]


def test_a_changed_word_does_not_hide_a_template():
    words = "we kindly ask you to look at this case again because the seller did nothing wrong"
    letters = [words, words.replace("seller", "shop"), words.replace("kindly", "humbly")]
    assert campaigns(letters).tolist() == [0, 0, 0]


def test_short_texts_are_no_campaign():
    assert campaigns(["where is my money"] * 5).tolist() == [-1] * 5
    assert campaigns(["where is my money"] * 2, least_tokens=4).tolist() == [0, 0]


@pytest.mark.parametrize(
    "letter",
    [
        "我的店铺在没有任何警告的情况下被关闭了订单{}已经按时发货请重新审核",
        "ร้านของฉันถูกปิดโดยไม่มีการแจ้งเตือนคำสั่งซื้อ {} จัดส่งตรงเวลาโปรดตรวจสอบอีกครั้ง",
    ],
)
def test_scripts_without_spaces(letter):
    other = "the parcel came back because nobody was at home and now the buyer wants a refund"
    assert campaigns([letter.format(12), other, letter.format(98765)]).tolist() == [0, -1, 0]


def test_one_letter_sent_often_stays_one_campaign():
    letters = [TEMPLATE.format(**FILLED[i % 4]) + " thanks" * (i % 3) for i in range(300)]
    assert set(campaigns(letters).tolist()) == {0}


@given(LETTERS)
@settings(max_examples=50, deadline=None)
def test_equal_long_letters_share_a_campaign_and_nobody_is_in_one_alone(letters):
    twice = campaigns(letters + letters)
    n = len(letters)
    np.testing.assert_array_equal(twice[:n], twice[n:])
    long = np.array([len(masked_tokens(letter)) >= 10 for letter in letters], dtype=bool)
    np.testing.assert_array_equal(twice[:n] >= 0, long)
    _, counts = np.unique(twice[twice >= 0], return_counts=True)
    assert (counts >= 2).all()


@given(LETTERS, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_groups_do_not_depend_on_order(letters, random):
    order = random.sample(range(len(letters)), len(letters))
    straight = campaigns(letters)
    shuffled = campaigns([letters[i] for i in order])
    together = straight[order]
    same = (together[:, None] == together) & (together[:, None] >= 0)
    np.testing.assert_array_equal(same, (shuffled[:, None] == shuffled) & (shuffled[:, None] >= 0))


@given(st.lists(st.text(max_size=60), max_size=8))
@settings(max_examples=50, deadline=None)
def test_any_text_can_be_read(letters):
    found = campaigns(letters)
    assert found.shape == (len(letters),)
    assert found.dtype == np.int32


def test_representatives_count_a_template_once():
    found = representatives(np.array([-1, 0, 1, 0, -1, 1, 0], dtype=np.int32))
    assert found.tolist() == [0, 1, 2, 4]
    assert representatives(np.empty(0, dtype=np.int32)).tolist() == []
