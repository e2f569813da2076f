"""Masks the names that a letter gives away: after "my name is", after a title, at its end.

No recogniser of names is at work, which would need a model for every language: only the words that
people say a name with, in English, Indonesian and Malay, Vietnamese, Thai and Chinese.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

__all__ = ["CAPITALISED", "NAME", "NEVER", "compiled", "is_shouted", "mask_names"]

NAME: Final = "[name]"
"""Stands in place of a name."""
SHOUTED: Final = 0.2
"""Share of words in small letters below which capitals are a habit and give nothing away."""
HABIT: Final = 8
"""Words from which that share tells a habit; fewer may be a signature."""

_UPPER: Final = "".join(
    chr(code) for code in (*range(0x250), *range(0x1E00, 0x1F00)) if chr(code).isupper()
)
_LETTER: Final = r"[^\W\d_\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]"
_REST: Final = rf"(?:['’.-]?{_LETTER})*"
_ANY: Final = rf"{_LETTER}{_REST}(?!\w)"
CAPITALISED: Final = rf"(?=[{_UPPER}])(?:{_LETTER}\.|{_ANY})"
"""Pattern of a word that begins with a capital, or of an initial."""
_JOINT: Final = r"(?:(?:bin|binti|bte|binte|s/o|d/o|a/l|a/p|de|de la|dela|del|van|von|al) )?"
# What goes on after a cue, or stands where a name would, without being one.
_NO_NAME: Final = (
    r"a|about|account|admin|again|all|already|also|am|an|and|any|appeals?|are|as|at|based|because|"
    r"been|being|best|brother|but|buyer|by|can|change|changed|community|compliance|concerned|"
    r"correct|could|customer|dear|department|different|enforcement|everyone|finance|for|friends?|"
    r"from|had|has|have|hello|help|here|hi|how|i|if|in|is|it|just|kind|ladies|listed|longer|"
    r"looking|losing|madam|manager|many|marketplace|me|misspelled|my|need|new|no|not|now|of|"
    r"officer|only|or|our|owner|platform|please|policy|printed|product|reading|really|regards|"
    r"registered|review|reviewers?|reviewing|risk|safety|same|sellers?|selling|service|shop|short|"
    r"shown|sincerely|sir|sirs|sister|so|spelled|spelt|still|store|supplier|support|sure|system|"
    r"team|thank|thanks|that|the|there|they|this|to|trust|until|urgent|used|verification|very|was|"
    r"we|what|when|who|whom|why|will|with|would|written|wrong|you|your|yours|"
    r"ada|adalah|atas|banding|banyak|bapak|beda|bekas|berbeda|berubah|dan|dari|dengan|dgn|di|hanya|"
    r"ibu|ini|itu|jadi|juga|kakak|kami|kasih|kepada|mohon|para|pemilik|penjual|salah|sama|sangat|"
    r"saya|sebelumnya|semoga|sudah|sy|terdaftar|terima|tertulis|tidak|tim|toko|tolong|untuk|yang|"
    r"yth"
)
# Some of these are parts of names, though none begins one.
_NO_BEGINNING: Final = (
    r"anh|ban|bạn|bộ|cam|cảm|chị|chu|chủ|chưa|chung|chúng|cua|của|cửa|đã|đang|đúng|em|gửi|hàng|hỗ|"
    r"kak|khong|không|kính|là|minh|mình|mong|ng|người|nguoi|nhieu|nhiều|on|ơn|pak|phận|quý|rất|sai|"
    r"sản|sàn|tài|toi|tôi|trân|trọng|trùng|từ|va|và|vì|xin|dr|mdm|mr|mrs|ms|prof"
)
NEVER: Final = (
    r"about|account|again|already|also|and|appeals?|are|based|because|been|being|brother|but|buyer|"
    r"changed|community|compliance|concerned|correct|could|customer|dear|department|different|"
    r"enforcement|everyone|finance|for|friends?|from|had|has|have|hello|help|if|is|it|just|listed|"
    r"longer|looking|losing|madam|manager|marketplace|misspelled|need|not|of|officer|only|our|owner|"
    r"platform|please|policy|printed|product|really|regards|registered|review|reviewers?|reviewing|"
    r"same|sellers?|selling|service|shop|short|shown|sincerely|sir|sirs|sister|spelled|spelt|still|"
    r"store|supplier|support|system|team|thank|thanks|that|the|there|they|this|until|urgent|used|"
    r"verification|very|was|we|what|when|who|whom|why|with|would|written|wrong|your|yours|"
    r"adalah|banding|banyak|bapak|beda|berbeda|berubah|dengan|dgn|hanya|ibu|kepada|mohon|pemilik|"
    r"penjual|salah|sangat|sebelumnya|sudah|terdaftar|terima|tertulis|tidak|toko|tolong|untuk|yth|"
    r"của|gửi|hỗ|không|người|tôi|rất|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday"
)
"""Pattern of words that no name begins or goes on with, however it is written.

The lists above hold namesakes of real names ("Tim", "Dan", "An", "My", "Yang"), which after a
strong cue their capital tells apart.
"""
_BEGINS: Final = rf"(?!(?i:{_NO_NAME}|{_NO_BEGINNING})\b)"
_GOES_ON: Final = rf"(?!(?i:{_NO_NAME})\b)"
_NAMED: Final = rf"{_BEGINS}{CAPITALISED}(?: {_JOINT}{_GOES_ON}{CAPITALISED}){{0,4}}"
_FULLY: Final = rf"{_BEGINS}{CAPITALISED}(?: {_JOINT}{_GOES_ON}{CAPITALISED}){{1,4}}"
_PART: Final = rf"(?!(?i:{NEVER})\b){CAPITALISED}"
_GIVEN: Final = rf"{_PART}(?: {_JOINT}(?!I\b(?!\.)){_PART}){{0,4}}"
_LOOSELY: Final = rf"{_BEGINS}{_ANY}(?: {_BEGINS}{_ANY}){{0,2}}"
_END: Final = r"(?=[\s.,!)(-]*(?:\[[a-z]+\][\s.,!)(-]*)*\Z)"

_END_HAN: Final = r"(?=[\s。，！.]*(?:\[[a-z]+\][\s。，]*)*\Z)"

_THAI: Final = r"[\u0e01-\u0e4e]{2,30}"
_THAI_ON: Final = r"(?!เจ้าของ|ร้าน|จาก|ขอ|เป็น|ได้|และ|โทร|ครับ|ค่ะ|ไม่|เปิด|ขาย)"
_THAI_NAME: Final = rf"{_THAI}(?: {_THAI_ON}{_THAI})?"
_THAI_WORD: Final = r"(?!อีเมล|โทร|เบอร์|ติดต่อ|ครับ|ค่ะ|ขอ)[\u0e01-\u0e4e]{2,14}"
_SURNAME: Final = (
    "(?!谢谢|謝謝|高兴|高興|方便|任何|白白)["
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈"
    "曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹熊金陆陸郝孔白崔康毛邱秦江史顾侯邵"
    "孟龙段雷钱汤尹黎易常武乔贺赖龚文欧洪颜温]"
)
_HAN: Final = r"[\u3400-\u9fff]"

_INTRODUCTION: Final = (
    r"\b(?i:my (?:full |real |legal )?nam?e?(?:'s| is)|names? ?:"
    r"|account holder(?: name)?(?: is| ?:)|in the name of|registered (?:under|to)"
    r"|nama(?: lengkap| pemilik)?(?: saya| sy| aku)?(?: adalah| ?:|(?<=saya)|(?<=sy)|(?<=aku))"
    r"|(?:saya|sy|aku) bernama|atas nama|a/n|perkenalkan,? (?:nama )?saya"
    r"|(?:tên|ten) (?:của |cua )?(?:tôi|toi|em|mình|minh)(?: là| la)?"
    r"|(?:tôi|toi|em|mình|minh) (?:tên|ten)(?: là| la)?|(?:họ )?tên ?:"
    r"|chủ tài khoản(?: là| ?:)?)[ :]+"
)
_TITLE: Final = (
    r"\b(?:(?:[Mm]rs?|Ms|ms|[Mm]dm|[Dd]r|[Pp]rof)\.? |(?:Miss|Madam|Sir|Encik|Puan|Cik|Pak|Bapak|"
    r"Bpk\.?|Bu|Ibu|Sdr\.?|Sdri\.?|Kak|Ông|Bà|Anh|Chị|Cô|Bạn) )"
)
_GREETING: Final = (
    r"\b(?:Dear|Hi|Hello|Hey|Attn:?|Kepada|Yth\.?|Halo|Salam|Kính gửi|Chào|Gửi|Thưa) "
)
_SELF: Final = (
    r"\b(?i:i am|i'm|im|this is|here is|yours,|call me|i go by|saya|sy|aku|tôi là|toi la|em là|"
    r"mình là|i,)[ :]+"
)
_NO_ACRONYM: Final = rf"(?=.(?![{_UPPER}])\w)"
_SELF_ALONE: Final = (
    r"\b(?i:i am|i['’]?m|this is|it's me,?|it is me,?|call me|i go by|saya|tôi là|em là|mình là) "
    r"(?!(?:Filipin[oa]|Pin[ao]y|Thai|Chinese|Vietnamese|Indonesian|Malaysian|Singaporean|Malay|"
    r"Asian|Indian|American|Muslim|Catholic|Hindu|Buddhist)\b)"
)
_SENTENCE_ON: Final = (
    r"(?=\s*(?:[,.!;\n(]|\Z)| (?:from|and|the|here|owner|seller|of|dari|pemilik|dan|chủ)\b)"
)
_NAME_TYPED: Final = (
    r"\bmy (?:full |real |legal )?(?:n+[aem]{2,5}|[bhjm]ame|n[^\W\d_]me|na[^\W\d_]e|nam[^\W\d_]?|"
    r"anme|mane)s? (?:is|si|iz):? "
)
_COURTESY_TITLE: Final = r"\b(?:[Mm]rs?|Ms|[Mm]dm|[Dd]r|[Pp]rof|Miss)\.? "
_STAFF: Final = (
    r"\b(?i:reviewers?|agents?|officers?|managers?|representatives?|reps?|moderators?|supervisors?|"
    r"cs|customer (?:service|support|care)|petugas|nhân viên)"
    r"(?i: (?:named|called|bernama|tên))? "
    r"(?!(?i:agents?|cent(?:er|re)|chat|desk|hotline|line|numbers?|reps?|representatives?|staff)\b)"
)
_VIETNAMESE: Final = (
    rf"(?:Nguyễn|Nguyen)(?: {_PART}){{1,3}}"
    rf"|(?=[{_UPPER}]\w{{0,9}} (?:Thị|Thi|Văn|Van) ){_PART} \w+(?: {_PART}){{1,2}}"
)
_CLOSING: Final = (
    r"(?i:(?:best|kind|warm|kindest|warmest|with)? ?regards|sincerely(?: yours)?"
    r"|yours(?: (?:sincerely|faithfully|truly|respectfully))?|respectfully(?: yours)?|best wishes"
    r"|best|cheers|many thanks|thanks(?: again)?|thank you(?: (?:so|very) much)?|signed|love|ttd"
    r"|hormat (?:saya|kami)|salam(?: hormat| hangat)?|(?:terima ?kasih|makasih)(?: banyak)?"
    r"|yang benar|trân trọng|tran trong|kính thư|kính bút|thân ái"
    r"|(?:xin )?(?:chân thành )?(?:cảm ơn|cam on)(?: nhiều| nhieu| rất nhiều)?"
    r"|người (?:viết|làm) đơn)"
)
_FORMAL: Final = r"\b(?i:regards|sincerely|faithfully|hormat (?:saya|kami)|trân trọng|tran trong)"
_SIGNED: Final = rf"(?<![^\W\d_]){_CLOSING}(?:[ ]?[,:—–-]|[ ]?[.!]*\s*\n)[\s—–-]*"

_LINE_ENDS: Final = r"(?=[ \t]*(?:[,.!;:\n()\[—–-]|\Z))"

_REACHED: Final = r"\[(?:phone|email|handle)\]"
_NO_CONTACT: Final = (
    r"(?!(?i:address|anyone|anytime|back|call|contact|direct|directly|e-?mail|gọi|her|him|home|"
    r"hotline|helpline|hp|hubungi|hệ|kontak|liên|line|mail|message|mobile|nomor|nombor|number|"
    r"office|out|phone|ring|seluler|sms|someone|số|sđt|sdt|tel|telegram|telephone|telepon|telp|"
    r"text|them|thoại|us|viber|wa|wechat|whats ?app|work|zalo|điện)\b)"
)
_TO_CONTACT: Final = (
    rf"(?i: ?[,:(-] ?| (?:(?:on|at|via|through|by|di|ke|lewat|qua|số|theo số|or) )?)(?={_REACHED})"
)
_TO_REACH: Final = (
    r"\b(?i:call|contact|reach|text|e-?mail|message|whats ?app|ring|phone|hubungi|kontak|telepon|"
    r"liên hệ|gọi) "
)
_WHOM: Final = rf"{_NO_CONTACT}{_BEGINS}{_ANY}(?: {_NO_CONTACT}{_BEGINS}{_ANY}){{0,3}}"
_WHOM_FULLY: Final = rf"{_NO_CONTACT}{_PART}(?: {_JOINT}{_NO_CONTACT}{_PART}){{1,4}}"

_THAI_SELF: Final = r"(?:ผม|ดิฉัน|ฉัน|กระผม|หนู|เรา|ข้าพเจ้า|ลง) ?ชื่อ ?"
_THAI_TITLE: Final = (
    r"(?<![\u0e00-\u0e7f])(?<!\d )"
    r"(?:นาย(?!ก|พล|จ้าง|หน้า|ท้าย)|นางสาว|นาง(?!แบบ|เอก)|เรียน ?คุณ|คุณ(?= )) ?"
)
_THAI_CLOSING: Final = r"(?:ขอแสดงความนับถือ|ด้วยความเคารพ|ด้วยความนับถือ)[\s,]*"
_BEFORE_CONTACT: Final = r"(?= ?,? ?(?:เบอร์|โทร|อีเมล)?\.? ?(?:\[phone\]|\[email\])[\s.]*\Z)"
_HAN_SELF: Final = r"(?:我叫|名字[是叫]|[姓户]名[:：]? ?)"
_HAN_CLOSING: Final = r"(?:\A|[\s，,。.！!：:、；]|敬礼|此致|敬上|谢谢)"

_ALWAYS: Final = (
    rf"({_INTRODUCTION})(?:{_NAMED}|{_LOOSELY})",
    rf"({_SIGNED})(?:{_NAMED}|{_LOOSELY}){_END}",
    rf"({_THAI_SELF}){_THAI_NAME}",
    rf"({_THAI_TITLE}){_THAI_NAME}",
    rf"({_THAI_CLOSING}){_THAI_NAME}{_END}",
    rf"(ชื่อ ?){_THAI_WORD}(?: {_THAI_WORD})?(?= ?(?:เบอร์|โทร))",
    rf"((?<= )){_THAI_WORD} {_THAI_WORD}{_BEFORE_CONTACT}",
    rf"({_HAN_SELF}){_HAN}{{2,3}}?(?=[^\u3400-\u9fff]|是|\Z)",
    rf"({_HAN_SELF}|本人|我是|店主|负责人|老板|联系人[:：]?){_SURNAME}{_HAN}{{1,2}}(?!{_HAN})",
    rf"(我叫|名字[是叫]){_HAN}{{2,3}}",
    rf"({_HAN_CLOSING}){_SURNAME}{_HAN}{{1,2}}(?:敬上|谨上|上)?{_END_HAN}",
    rf"((?<!任)){_SURNAME}{_HAN}{{0,2}}(?=先生|女士|小姐)",
)
_UNLESS_SHOUTED: Final = (
    rf"({_INTRODUCTION}){_GIVEN}",
    rf"({_SIGNED}){_GIVEN}{_LINE_ENDS}",
    rf"((?i:{_NAME_TYPED})){_GIVEN}",
    rf"({_COURTESY_TITLE}){_GIVEN}",
    rf"({_STAFF}){_NO_ACRONYM}{_PART}(?: {_JOINT}{_PART}){{0,2}}",
    rf"((?<!\w))(?:{_VIETNAMESE})",
    rf"({_SELF_ALONE}){_NO_ACRONYM}{_PART}{_SENTENCE_ON}",
    rf"({_TITLE}){_NAMED}",
    rf"({_GREETING}){_NAMED}(?=\s*[,.!:\n]|\Z)",
    rf"({_SELF}){_FULLY}",
    rf"({_SIGNED}|{_FORMAL} ){_NAMED}",
    rf"((?:\n|[.!?] )\s*){_FULLY}(?=,[^.!?\n]{{0,60}}[.!?]?\s*\Z)",
    rf"((?:\n|[.!?,] )\s*){_FULLY}{_END}",
    rf"(\n\s*){_NAMED}{_END}",
)
# These look for a name before a mark of `features.redact`, and are slow.
_BY_CONTACT: Final = (rf"({_TO_REACH}){_WHOM}(?={_TO_CONTACT})",)
_BY_CONTACT_UNLESS_SHOUTED: Final = (
    rf"({_TO_REACH}){_NO_CONTACT}{_GIVEN}(?={_TO_CONTACT})",
    rf"((?<!\w)){_WHOM_FULLY}(?={_TO_CONTACT})",
)
_SMALL: Final = rf"(?<!\w)(?![{_UPPER}]){_LETTER}"
_SPOKEN: Final = rf"(?<!\w){_LETTER}"


def mask_names(text: str) -> str:
    """Mask the names that a letter gives away.

    Parameters
    ----------
    text
        A letter, in any language.

    Returns
    -------
    str
        The letter with `NAME` in place of what follows words such as "my name is", "Mr" or
        "Regards", and of a signature at its end. What only looks like a name may go too.
    """
    shouted = is_shouted(text)
    for pattern in map(compiled, _patterns(shouted, compiled(_REACHED).search(text) is not None)):
        text = pattern.sub(rf"\1{NAME}", text)
    return text


def _patterns(shouted: bool, contact: bool) -> tuple[str, ...]:
    """Choose what to look for; whole names first, before a part of one is masked."""
    if shouted:
        return (*_ALWAYS, *(_BY_CONTACT if contact else ()))
    by_contact = (*_BY_CONTACT_UNLESS_SHOUTED, *_BY_CONTACT) if contact else ()
    return (*by_contact, *_UNLESS_SHOUTED, *_ALWAYS)


def is_shouted(text: str) -> bool:
    """Whether capitals are the writer's habit and give nothing away."""
    small, spoken = compiled(_SMALL).findall(text), compiled(_SPOKEN).findall(text)
    habit = len(spoken) >= HABIT or text.isupper()
    return habit and len(small) < SHOUTED * len(spoken)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern once."""
    # Not on import: it takes a fifth of a second.
    return re.compile(pattern)
