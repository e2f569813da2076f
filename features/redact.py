"""Masks what tells who wrote a letter, or about whom.

What has a form is found by it: links, addresses, and every long number, whatever it counts. Of a
number it matters first that it goes, and only then what it was: `phonenumbers` and `python-stdnum`
tell telephone, card and account numbers apart where the words before do not. Sums of money, dates
and times stay. Names have no form; `features.names` and `features.shops` find those
that the words around give away.

Rather too much is masked than too little.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

import phonenumbers
from stdnum import iban, luhn

from features.names import mask_names
from features.shops import mask_shops

__all__ = ["MARKS", "redact", "redact_all"]

MARKS: Final = (
    *("[account]", "[card]", "[email]", "[handle]", "[id]", "[ip]", "[name]", "[order]"),
    *("[phone]", "[shop]", "[url]"),
)
"""What stands in place of what was masked."""
REGIONS: Final = ("SG", "PH", "ID", "VN", "TH", "MY", "CN", "HK", "TW", "JP", "KR", "IN", "AU")
"""Regions whose local telephone numbers are known as such."""
LONG: Final = 6
"""Digits from which a number is masked even where no word before it says what it is."""
CUED: Final = 4
"""Digits from which a number is masked after a word such as "order"."""
HASHED: Final = 3
"""Digits from which a number is masked after "#"."""
SIGNIFICANT: Final = 3
"""Digits before the zeros of a round number, which counts something and stays: 1500000."""
CUE_REACH: Final = 24
"""Characters before a number in which such a word is looked for."""

_CURRENCY: Final = (
    r"(?:(?:US|S|A|HK|NT|C|NZ)?\$|[€£¥₱฿₫₹₩]|(?<![A-Za-z])(?i:Rp|RM|IDR|PHP|THB|VND|SGD|MYR|USD|EUR|"
    r"GBP|CNY|RMB|HKD|TWD|JPY|KRW|AUD|INR|P)\.?(?![A-Za-z]))"
)
_UNITS: Final = (
    r"(?:[$€£¥₱฿₫₹₩%]|(?i:dollars?|bucks?|usd|sgd|php|idr|vnd|thb|myr|rmb|cny|eur|pesos?|rupiah|"
    r"ringgit|baht|dong|yuan|đồng|đ|vnđ|ribu|juta|triệu|nghìn|million|thousand|percent)(?!\w)"
    r"|บาท|ล้าน|元|块|塊|人民币|新币|美元|万|萬|円|원)"
)
_AMOUNT: Final = r"\d+(?:[.,' ]\d{3})*(?:[.,]\d{1,2})?(?!\d)"
_LINK_END: Final = r"[^\s<>\"'，。、；！？）】\[\]]"
_PATTERNS: Final = {
    "mark": "|".join(map(re.escape, MARKS)),
    "email": (
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+(?:[@＠][A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
        r"| ?[\[(]at[\])] ?[A-Za-z0-9-]+(?: ?(?:\.|[\[(]dot[\])]) ?[A-Za-z0-9-]+)+"
        r"| at [A-Za-z0-9-]+ dot [A-Za-z]{2,4}(?![A-Za-z]))"
    ),
    "url": (
        rf"(?i:https?://|www\.){_LINK_END}+"
        rf"|(?<![\w@.-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{{2,10}}/{_LINK_END}+"
        r"|(?<![A-Za-z0-9@.-])(?:[A-Za-z0-9-]+\.)+(?:com|net|org|info|biz|co\.[a-z]{2})"
        r"(?:\.[a-z]{2})?(?![A-Za-z0-9-])"
    ),
    "ip": (
        r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})"
        r"(?![\w:]|\.\d)"
    ),
    "handle": (
        r"(?<![A-Za-z0-9_.])[@＠][A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?"
        r"|(?<=[\s:：])(?:(?<=id: )|(?<=ID: )|(?<=微信：)|(?<=微信: )|(?<=chat: )|(?<=gram: ))"
        r"[A-Za-z0-9_][A-Za-z0-9_.-]{3,}"
    ),
    "money": rf"{_CURRENCY}\s?{_AMOUNT}|(?<![A-Za-z0-9.,-]){_AMOUNT}\s?{_UNITS}",
    "date": (
        r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:T[\d:.]+Z?)?(?!\d)"
        r"|(?<!\d)\d{1,2}(?P<mid>[-/.])\d{1,2}(?P=mid)(?:\d{4}|\d{2})(?!\d)"
        r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
    ),
    "phone": r"\+\s?[(]?\d(?:[\s().-]{0,2}\d){6,14}(?!\d)|(?<!\d)0\d(?:[ .-]\d\d){4}(?!\d)",
    "iban": (
        r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
    ),
    "code": (
        r"(?<![A-Za-z0-9])(?=[A-Za-z0-9_/-]*\d)(?=[A-Za-z0-9_/-]*[A-Za-z])"
        r"[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*(?![A-Za-z0-9])"
    ),
    "number": (
        r"(?<![A-Za-z0-9])(?<!\d[.,])\(?\d(?:[\d().,-]*\d)?\)?"
        r"(?:\s\(?\d{3,}\)?|\s?[-/.]\s?\(?\d{2,}\)?)*"
    ),
}
# None of them begins inside a word of plain letters, which most positions are.
_FORMS: Final = re.compile(
    "(?<![A-Za-z0-9])(?:"
    + "|".join(f"(?P<{kind}>{form})" for kind, form in _PATTERNS.items())
    + ")"
)
_GROUPED: Final = re.compile(
    r"[1-9]\d{0,2}(?:([.,])\d{3}(?:\1\d{3})*(?:[.,]\d{1,2})?|(?: \d{3})* 000)"
)
_SEVERAL: Final = re.compile(r"\d{1,3}[-–/]\d{1,3}|\d{1,2}(?:,\d{1,2})+")
_SMALL: Final = re.compile(
    r"\d{1,6}(?:[.,]\d+)?[A-Za-z]{1,5}|[A-Za-z]*\d{0,2}[A-Za-z]*\d{0,2}|(?:\d{1,4}[x×])+\d{1,4}[a-z]*"
)
_YEAR: Final = re.compile(
    r"(?:[A-Za-z]{3,})?(?:1[5-9]|20)\d\d(?:s|-an|[A-Za-z]{3,}|[-/–](?:\d\d){1,2})?"
)
_CUES: Final = {
    "phone": re.compile(
        r"phone|mobile|\btel\b|\bcall|\bhp\b|\bwa\b|whats ?app|viber|hotline|contact me|telepon|"
        r"telp|hubungi|gọi|\bgoi\b|điện thoại|dien thoai|sđt|sdt|zalo|liên hệ|lien he|โทร|เบอร์|"
        r"มือถือ|电话|電話|手机|手機|致电|联系",
        re.IGNORECASE,
    ),
    "account": re.compile(
        r"account|\bacct|\ba/c\b|bank|iban|rekening|\brek\b|akaun|tài khoản|tai khoan|\bstk\b|"
        r"บัญชี|账户|賬戶|帐户|账号|户口|银行卡",
        re.IGNORECASE,
    ),
    "order": re.compile(
        r"#|order|tracking|parcel|shipment|\bawb\b|ticket|\bcase (?:no|num|id|ref)|reference|"
        r"\bref\b|invoice|pesanan|\bresi\b|tiket|faktur|đơn|vận đơn|\bdon hang\b|ออเดอร์|คำสั่งซื้อ|"
        r"พัสดุ|订单|訂單|单号|單號|运单|工单|发票",
        re.IGNORECASE,
    ),
}
_ANY_CUE: Final = re.compile(
    r"number|\bno\.|\bno ?:|\bid\b|nomor|serial|passport|licen[cs]e|\bmã\b|\bsố\b|"
    r"เลข|号码|编号|編號|证号",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """Mask what tells who wrote a letter, or about whom.

    Parameters
    ----------
    text
        A letter, in any language.

    Returns
    -------
    str
        The letter with `MARKS` in place of e-mail addresses, telephone, card, account, order, case
        and other long numbers, links, IP addresses, handles, and names of people and shops that the
        letter gives away as such. Money, dates, times and small numbers stay. Redacting twice
        changes nothing more.
    """
    # What is masked brings the words around it closer together, which may give away more.
    while (masked := _unnamed(_FORMS.sub(_masked, text))) != text:
        text = masked
    return text


def _unnamed(text: str) -> str:
    return mask_shops(mask_names(text))


def redact_all(texts: Sequence[str]) -> list[str]:
    """Redact many texts, as `redact` does one."""
    return [redact(text) for text in texts]


def _masked(match: re.Match[str]) -> str:
    """Give the mark for what was found, or what was found where it may stay."""
    kind, found = match.lastgroup or "", match.group()
    if kind in ("mark", "money", "date"):
        return found
    if kind == "url":
        return "[url]" + found[len(found.rstrip(".,;:!?)")) :]
    if kind == "ip":
        return "[ip]" if _is_ip(found) else found
    if kind in ("email", "handle", "phone"):
        return f"[{kind}]"
    before = match.string[max(0, match.start() - CUE_REACH) : match.start()].rpartition("]")[2]
    return {"iban": _iban, "code": _code, "number": _number}[kind](found, before)


def _is_ip(found: str) -> bool:
    try:
        ip_address(found)
    except ValueError:
        return False
    return any(map(str.isdigit, found))


def _iban(found: str, before: str) -> str:
    """Mask an account number as banks write it, or what else has its form."""
    if iban.is_valid(found):
        return "[account]"
    return found if _digits(found) < LONG else f"[{_cue(before) or 'id'}]"


def _code(found: str, before: str) -> str:
    """Mask digits mixed with letters, unless they are a size, a year or a model's short name."""
    small = all(_SMALL.fullmatch(part) for part in re.split("[-_/]", found))
    if _digits(found) < HASHED or small or _YEAR.fullmatch(found):
        return found
    return f"[{_cue(before) or 'id'}]"


def _number(found: str, before: str) -> str:
    """Mask a number that is long, or that the words before it make somebody's."""
    digits, cue = "".join(filter(str.isdigit, found)), _cue(before)
    least = HASHED if before.endswith("#") else CUED if cue else LONG
    if len(digits) < least or (least > HASHED and _counts(found, digits, cue)):
        return found
    opened = found.startswith("(") and ")" not in found
    closed = found.endswith(")") and "(" not in found
    return "(" * opened + f"[{_kind(found, digits, cue)}]" + ")" * closed


def _counts(found: str, digits: str, cue: str | None) -> bool:
    """Whether a number counts something: round, grouped in thousands, or a year."""
    bare = found.strip("()")
    if _GROUPED.fullmatch(bare) and (cue != "phone" or "," in bare):
        return True
    round_ = len(digits.rstrip("0")) <= SIGNIFICANT and digits.endswith("00")
    several = _SEVERAL.fullmatch(bare) or _YEAR.fullmatch(bare)
    return (round_ and digits == bare) or several is not None


def _kind(found: str, digits: str, cue: str | None) -> str:
    """Tell what a number is: by its check digit, by the words before, or by its form."""
    if 13 <= len(digits) <= 19 and luhn.is_valid(digits):
        return "card"
    return cue or ("phone" if _is_phone(found) else "id")


def _cue(before: str) -> str | None:
    """Tell what the words before a number say that it is; the nearest of them counts."""
    ends = {
        kind: max((match.end() for match in cue.finditer(before)), default=0)
        for kind, cue in _CUES.items()
    }
    kind = max(ends, key=lambda name: ends[name])
    if ends[kind]:
        return kind
    return "id" if _ANY_CUE.search(before) else None


def _is_phone(found: str) -> bool:
    for region in REGIONS:
        try:
            number = phonenumbers.parse(found, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number_for_region(number, region):
            return True
    return False


def _digits(found: str) -> int:
    return sum(map(str.isdigit, found))
