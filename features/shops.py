"""Masks the names of shops that a letter gives away: "owner of Happy Cart", "toko Sinar Jaya".

Only names in Latin letters, which begin with a capital. A seller's shop tells who wrote.
"""

from __future__ import annotations

from typing import Final

from features.names import CAPITALISED, NEVER, compiled, is_shouted

__all__ = ["SHOP", "mask_shops"]

SHOP: Final = "[shop]"
"""Stands in place of a shop's name."""

_NO_SHOP: Final = (
    r"a|about|account|all|an|as|at|by|dan|di|dikarenakan|disini|each|every|i|i'm|id|in|ini|itu|kami|"
    r"me|my|name|new|no|now|on|online|or|pages?|saya|since|so|to|yang|were|will"
)
_WORD: Final = rf"(?!(?i:{NEVER}|{_NO_SHOP})\b){CAPITALISED}"
_REST: Final = rf"(?: (?:& |and |n' )?(?!(?i:i|i'm|my|we|is|was|has|are|toko)\b){CAPITALISED})"
_CUE: Final = (
    r"(?:(?<!\w)(?i:(?:my|our) (?:online )?(?:shop|store)(?: name)?(?: is| called| named|:)?"
    r"|owner (?:of|at)(?: the)?|shop name(?: is|:)?|nama toko(?: saya| kami)?(?: adalah|:)?"
    r"|toko(?: saya| kami)?(?: bernama|:)?|kedai|shop|store name(?: is|:)?|regards from(?: the)?"
    r"|on behalf of(?: the)?|(?:tên )?(?:shop|cửa hàng)(?: tôi| em| mình)?(?: là|:)?),? ['\"“]?"
    r"|(?:ชื่อ)?ร้าน ?|店名[是叫为]?[:：]? ?)"
)
_NAMED: Final = rf"({_CUE}){_WORD}{_REST}{{0,3}}"


def mask_shops(text: str) -> str:
    """Mask the names of shops that a letter gives away.

    Parameters
    ----------
    text
        A letter, in any language.

    Returns
    -------
    str
        The letter with `SHOP` in place of the capitalised words that follow "my shop", "owner of",
        "toko", "ร้าน" and the like; unchanged where capitals are the writer's habit.
    """
    if is_shouted(text):
        return text
    return compiled(_NAMED).sub(rf"\1{SHOP}", text)
