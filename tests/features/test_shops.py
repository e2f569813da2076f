import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.shops import SHOP, mask_shops


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("I am the owner of Happy Cart and I wait", f"I am the owner of {SHOP} and I wait"),
        ("please look at my shop, Tiny & Co again", f"please look at my shop, {SHOP} again"),
        ("it is our shop Sun and Moon that closed", f"it is our shop {SHOP} that closed"),
        ("Mohon buka toko Sinar Jaya kembali", f"Mohon buka toko {SHOP} kembali"),
        ("please help. Warm regards from Ploy Boutique", f"please help. Warm regards from {SHOP}"),
        ("ร้าน Siam Mall ถูกปิด", f"ร้าน {SHOP} ถูกปิด"),
        ("店名：Lucky Star，谢谢", f"店名：{SHOP}，谢谢"),
    ],
)
def test_shops_that_are_given_away_go(text, masked):
    assert mask_shops(text) == masked
    assert mask_shops(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my shop was closed. Please help",
        "our shop Was closed for nothing",
        "my shop and I are sad",
        "MY SHOP HAPPY CART IS CLOSED",
        "toko saya ditutup. Saya sedih",
    ],
)
def test_what_is_no_shop_stays(text):
    assert mask_shops(text) == text


CUES = st.sampled_from(
    ["the owner of ", "pemilik toko ", "write to my shop ", "kind regards from "]
)


@given(
    CUES, st.sampled_from(["Happy", "Sinar", "Ploy", "Đức"]), st.sampled_from(["", " An", " Co"])
)
def test_any_shop_after_a_cue_goes_whole(cue, first, last):
    assert mask_shops(f"please help {cue}{first}{last}") == f"please help {cue}{SHOP}"
