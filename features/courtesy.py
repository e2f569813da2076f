"""Courtesies of letters: salutations, thanks and wishes, which tell nothing of what happened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import takewhile
from typing import Final

from features.words import BREAK, without_accents, words

__all__ = ["without_courtesies"]

ADDRESS: Final = 5
"""Words after "dear" or the like that are whom a letter goes to, at the most."""

_SAID: Final = {
    "en": (
        "dear, dears, sir, sirs, madam, maam, ma'am, sir or madam, hello, hi, hey, greetings, "
        "good day, good morning, good afternoon, good evening, to whom it may concern, thank, "
        "thanks, thank you, thanking you, thankful, grateful, gratitude, appreciate, appreciated, "
        "much appreciated, regards, best regards, kind regards, warm regards, sincerely, "
        "faithfully, truly yours, yours truly, respectfully, respected, humbly, kindly, please, "
        "pls, plz, best wishes, god bless, bless, your patience, patience, your understanding, "
        "patience and understanding, kind understanding, kind consideration, "
        "your consideration, consideration, your attention, your time, hope to hear, "
        "hear from you, look forward, looking forward, positive reply, favorable reply, "
        "favourable reply, prompt reply, writing to appeal, writing to request, am writing, "
        "are writing, i write to, we write to, wish to appeal, would like to appeal, "
        "in advance, sorry, apologise, apologize, apologies, cooperation, hope, hoping, humble, beg"
    ),
    "id": (
        "yth, yang terhormat, dengan hormat, hormat saya, hormat kami, hormat, salam, "
        "salam hormat, halo, hai, selamat pagi, selamat siang, selamat sore, selamat malam, "
        "terima kasih, terimakasih, makasih, trims, ucapkan terima kasih, saya ucapkan, "
        "kami ucapkan, ucapkan, mohon, tolong, mohon maaf, maaf, perhatian, perhatiannya, "
        "atas perhatian, atas perhatiannya, kerja samanya, kerjasamanya, kerja sama, kerjasama, "
        "bapak ibu, bapak, ibu, kakak, kak, pak, bu, semoga, kepada, min, mimin, harap, "
        "besar harapan, pengertiannya"
    ),
    "ms": (
        "tuan, puan, tuan puan, encik, cik, yang dihormati, yang benar, selamat petang, "
        "selamat tengah hari, sila, harap maaf, jasa baik, sekian, kerjasama tuan"
    ),
    "vi": (
        "kính gửi, kính thưa, kính chào, kính mong, kính thư, kính, thưa, xin chào, chào, "
        "chào anh chị, anh chị, anh, chị, quý anh chị, quý vị, quý sàn, cảm ơn, xin cảm ơn, "
        "cám ơn, cảm ơn nhiều, chân thành, chân thành cảm ơn, xin chân thành cảm ơn, trân trọng, "
        "trân trọng cảm ơn, xin lỗi, xin, mong, rất mong, mong anh chị, mong quý sàn, mong sàn, "
        "xin cam đoan, cam đoan, làm ơn, giúp, giúp em, giúp tôi, giúp mình, giúp đỡ, ạ, dạ, nhé, "
        "người viết đơn, viết đơn, làm đơn, viết đơn này, thân ái"
    ),
    "th": (
        "เรียน, สวัสดี, ขอบคุณ, ขอบพระคุณ, ขอบคุณมาก, ขอแสดงความนับถือ, ด้วยความเคารพ, นับถือ, "
        "ความนับถือ, เคารพ, กรุณา, ความกรุณา, ขอความกรุณา, รบกวน, โปรด, ขออภัย, ขอโทษ, ครับ, ค่ะ, "
        "คะ, นะคะ, นะครับ, ล่วงหน้า, เมตตา, ความเมตตา, ขอความเมตตา, ด้วยความนับถือ"
    ),
    "zh": (
        "您好, 你好, 尊敬, 尊敬的, 亲爱, 亲爱的, 谢谢, 多谢, 感谢, 非常感谢, 十分感谢, "
        "衷心感谢, 感激, 感激不尽, 拜托, 麻烦, 恳请, 敬请, 请, 此致, 敬礼, 此致敬礼, "
        "敬上, 谨上, 祝, 祝好, 工作顺利, 祝工作顺利, 生活愉快, 祝您, 祝你们, 理解与支持, "
        "理解和支持, 谅解, 抱歉, 对不起, 打扰, 辛苦, 謝謝, 多謝, 感謝, 非常感謝, 親愛, "
        "懇請, 請, 拜託, 麻煩, 諒解"
    ),
}
_ADDRESSED: Final = (
    "dear, hi, hello, hey, attn, kepada, yth, halo, kính gửi, kính thưa, chào, xin chào, thưa, "
    "เรียน, 尊敬, 尊敬的, 亲爱, 親愛"
)
_OFFICES: Final = (
    "team, teams, sir, sirs, madam, support, department, officer, manager, all, tim, bapak, ibu, "
    "admin, kakak, tuan, puan, sàn, chị, ทีมงาน, ทีม, 团队"
)


def without_courtesies(found: Sequence[str]) -> list[str]:
    """Leave the courtesies out of a text.

    Parameters
    ----------
    found
        Words of the text, as of `features.words.words`.

    Returns
    -------
    list of str
        The words with `BREAK` in place of salutations ("Dear compliance team"), thanks and wishes,
        in English, Indonesian, Malay, Vietnamese (without accents too), Thai and Chinese.
    """
    said, addressed = _said(), _listed(_ADDRESSED)
    left: list[str] = []
    place = 0
    while place < len(found):
        word = found[place].casefold()
        length = _length(found, place, said[word]) if word in said else 0
        if not length:
            left.append(found[place])
            place += 1
            continue
        spoken = " ".join(found[place : place + length]).casefold()
        place += length
        if spoken in addressed:
            place += _address(found[place : place + ADDRESS + 1])
        if left and left[-1] != BREAK:
            left.append(BREAK)
    return left


def _length(found: Sequence[str], place: int, endings: Sequence[tuple[str, ...]]) -> int:
    """Give the length of the longest courtesy that begins at a place; 0 for none."""
    for said in endings:
        there = found[place : place + len(said)]
        if len(there) == len(said) and all(
            word.casefold() == one for word, one in zip(there, said, strict=True)
        ):
            return len(said)
    return 0


def _address(after: Sequence[str]) -> int:
    """Count the words that say whom a letter goes to: up to a break, or to such a word."""
    named = list(takewhile(lambda word: word != BREAK, after))
    if len(named) <= ADDRESS and len(named) < len(after):
        return len(named)
    office = [word.casefold() in _listed(_OFFICES) for word in named]
    if not any(office):
        return 0
    begin = office.index(True)
    return begin + sum(1 for _ in takewhile(bool, office[begin:]))


@cache
def _listed(entries: str) -> frozenset[str]:
    return frozenset(entries.split(", "))


@cache
def _said() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Courtesies by their first word, the longest first."""
    courtesies = {
        tuple(word.casefold() for word in words(one) if word)
        for listed in _SAID.values()
        for one in listed.split(", ")
    }
    # Alone, a word without its accents may be another one.
    courtesies |= {tuple(map(without_accents, one)) for one in courtesies if len(one) > 1}
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for one in sorted(courtesies, key=lambda said: (-len(said), said)):
        by_first.setdefault(one[0], []).append(one)
    return {first: tuple(ones) for first, ones in by_first.items()}
