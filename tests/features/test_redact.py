import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.redact import MARKS, redact, redact_all

# What must go, and the mark that takes its place; None where any mark will do.
SECRETS = [
    ("write to maria.santos+shop@example.com today", "maria.santos+shop@example.com", "[email]"),
    ("邮箱ploy.store35@example.com。谢谢", "ploy.store35@example.com", "[email]"),
    ("mail me: joy (at) example (dot) org", "joy (at) example (dot) org", "[email]"),
    ("my mail is joy at example dot com ok", "joy at example dot com", "[email]"),
    ("call me at +65 9123 4567 please", "+65 9123 4567", "[phone]"),
    ("call +6591234567", "+6591234567", "[phone]"),
    ("ring 9123 4567 after six", "9123 4567", "[phone]"),
    ("my number 91234567", "91234567", None),
    ("hp 0812-3456-7890 ya kak", "0812-3456-7890", "[phone]"),
    ("hubungi 081234567890", "081234567890", "[phone]"),
    ("WA +62 8476 9187", "+62 8476 9187", "[phone]"),
    ("text me 0917 123 4567", "0917 123 4567", "[phone]"),
    ("call (02) 8123 4567", "8123 4567", "[phone]"),
    ("+63 (917) 123-4567", "917) 123-4567", "[phone]"),
    ("gọi 0912 345 678 giúp em", "0912 345 678", "[phone]"),
    ("sđt: 0912.345.678", "0912.345.678", "[phone]"),
    ("โทร 081-234-5678 ครับ", "081-234-5678", "[phone]"),
    ("โทร +66 8677 5647", "+66 8677 5647", "[phone]"),
    ("联系电话+62 8751 2567，谢谢", "+62 8751 2567", "[phone]"),
    ("手机13912345678", "13912345678", "[phone]"),
    ("06 12 34 56 78 is my line", "06 12 34 56 78", "[phone]"),
    ("paid by 4111 1111 1111 1111", "4111 1111 1111 1111", "[card]"),
    ("card 5500-0000-0000-0004 was charged", "5500-0000-0000-0004", "[card]"),
    ("card 378282246310005", "378282246310005", "[card]"),
    ("IBAN DE89 3704 0044 0532 0130 00 please", "DE89 3704 0044 0532 0130 00", "[account]"),
    ("to GB82WEST12345698765432 yesterday", "GB82WEST12345698765432", "[account]"),
    ("my registered account is 498-89538-44.", "498-89538-44", "[account]"),
    ("Mutasi rekening 184-43624-91 terlampir", "184-43624-91", "[account]"),
    ("số tài khoản 0011002345678 của tôi", "0011002345678", "[account]"),
    ("ถอนแล้วไม่เข้าบัญชี 926-56588-77", "926-56588-77", "[account]"),
    ("提现也没有到账户586-19470-65。", "586-19470-65", "[account]"),
    ("Order ID-939634 arrived", "ID-939634", "[order]"),
    ("order #90702031 was late", "90702031", "[order]"),
    ("order #472 was late", "472", "[order]"),
    ("resi AL3060025181ID sudah sampai", "AL3060025181ID", "[order]"),
    ("tracking SPXSG0123456789", "SPXSG0123456789", "[order]"),
    ("ticket number CE87-11263 was closed", "CE87-11263", "[order]"),
    ("ออเดอร์ #11472366", "11472366", "[order]"),
    ("给了工单号NA81-46969，回答都一样", "NA81-46969", "[order]"),
    ("đơn VN631954876 chưa giao", "VN631954876", "[order]"),
    ("licence number TR15-32681", "TR15-32681", "[id]"),
    ("my NRIC S1234567D was refused", "S1234567D", "[id]"),
    ("case 550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4", None),
    ("see https://shop.example/item?id=3&u=9.", "https://shop.example/item?id=3&u=9", "[url]"),
    ("www.example.net/profile/maria", "example.net/profile/maria", "[url]"),
    ("chat on wa.me/6591234567", "wa.me/6591234567", "[url]"),
    ("my page myshop.com is real", "myshop.com", "[url]"),
    ("logged in from 203.0.113.9 at night", "203.0.113.9", "[ip]"),
    ("from 2001:db8::8a2e:370:7334", "2001:db8::8a2e:370:7334", "[ip]"),
    ("ask @maria_santos about it", "@maria_santos", "[handle]"),
    ("@SwiftHaul never answers", "@SwiftHaul", "[handle]"),
    ("line id: maria.shop", "maria.shop", "[handle]"),
    ("My name is Maria Santos and I own it", "Maria Santos", "[name]"),
    ("hello my name is maria santos, i sell bags", "maria santos", "[name]"),
    ("MY NAME IS JOY MENDOZA! I WILL NOT STOP", "JOY MENDOZA", "[name]"),
    ("I am Mr. Tan Wei Ming, the owner", "Tan Wei Ming", "[name]"),
    ("Please help me. I am Joy Mendoza.", "Joy Mendoza", "[name]"),
    ("We wait for an answer.\nSincerely,\nWei Ling Tan", "Wei Ling Tan", "[name]"),
    ("Please look again. Regards, Daniel Koh", "Daniel Koh", "[name]"),
    ("please look again\nregards\nsiti rahma", "siti rahma", "[name]"),
    ("Thank you. Liza Ramos", "Liza Ramos", "[name]"),
    ("Please check. Best regards Hendra Wijaya.", "Hendra Wijaya", "[name]"),
    ("Thanks for all. Ana dela Cruz, on behalf of the Tea Shop.", "Ana dela Cruz", "[name]"),
    ("请再看一下。我是星辰饰品的店主刘芳。多谢。", "刘芳", "[name]"),
    ("Dear Angela, the page is gone", "Angela", "[name]"),
    ("Please restore my shop.\nPaolo", "Paolo", "[name]"),
    ("The payee is not me but Mrs Siti binti Rahman", "Siti binti Rahman", "[name]"),
    ("Nama saya Budi Santoso dari Solo", "Budi Santoso", "[name]"),
    ("Mohon dibantu. Saya Yanti Kusuma, pemilik toko", "Yanti Kusuma", "[name]"),
    ("Mohon dicek. Hormat saya, Putri Ayu", "Putri Ayu", "[name]"),
    ("tôi tên là Lý Gia Bảo, chủ shop", "Lý Gia Bảo", "[name]"),
    ("Mong quý sàn xem lại. Trân trọng, Dương Mỹ Duyên", "Dương Mỹ Duyên", "[name]"),
    ("Xin cảm ơn. Vũ Đức Anh, +84 9749 7673", "Vũ Đức Anh", "[name]"),
    ("ดิฉันชื่อ ปรีชา วงศ์ใหญ่ เจ้าของร้าน", "ปรีชา วงศ์ใหญ่", "[name]"),
    ("ขอแสดงความนับถือ นภา พงษ์ไทย", "นภา พงษ์ไทย", "[name]"),
    ("你好，我叫陈志强，是店主", "陈志强", "[name]"),
    ("请予以解除限制。妈咪宝贝屋 王丽", "王丽", "[name]"),
    ("请撤销该处罚。此致敬礼，吴建国。", "吴建国", "[name]"),
]
SECRETS += [
    ("I am the owner of Happy Cart and I wait", "Happy Cart", "[shop]"),
    ("Mohon buka toko Sinar Jaya kembali", "Sinar Jaya", "[shop]"),
    ("contact paolo garcia at 9123 4567", "paolo garcia", "[name]"),
]
ORDINARY = [
    "The fee was $ 20 and S$1,234.50 is still on hold",
    "I waited 3 days and sold 15 bags at 50% off",
    "my funds of Rp 27,260,500 and PHP 158,200 and VND 93,514,100 are gone",
    "on 2026-05-01 at 10:30 and on 27/3 and 10/4/2026 I wrote",
    "we sold 1500 units, worth 4,396,200 and then 2 000 000",
    "the iPhone15 case fits A4, M3 and 4K, 100ml and 2500mAh, COVID-19",
    "since 2019 we had 24/7 chat, sizes 36-40, in 1995-96 too",
    "The listing was removed because of a copycat claim. I am losing everything.",
    "my name is wrong on the notice",
    "Dear Appeals Team, please look again",
    "I am very sorry. Thank you for your patience and understanding.",
    "Many thanks in advance.",
    "Thank you very much!",
    "WHAT IS THIS! I AM LOSING EVERYTHING! PLEASE HELP ME",
    "My Shop Was Closed For No Reason And I Want It Back",
    "Saya tidak bisa menarik dana. Terima kasih banyak.",
    "nama saya berubah setelah menikah",
    "Mở lại giúp tôi nhé. Cảm ơn nhiều.",
    "ร้านเปิดมา 5 ปี คะแนนดีตลอด ขอคืนสถานะด้วยค่ะ",
    "本店开了4个月，评分一直很好。价值4200元的货。真的谢谢了。",
    "我是新卖家，没人告诉我这个规则。谢谢",
]


@pytest.mark.parametrize(("text", "secret", "mark"), SECRETS)
def test_personal_data_goes(text, secret, mark):
    redacted = redact(text)
    assert secret not in redacted
    assert mark in redacted if mark else any(known in redacted for known in MARKS)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_and_sums_stay(text):
    assert redact(text) == text


@pytest.mark.parametrize(("text", "secret", "mark"), SECRETS)
def test_redacting_again_changes_nothing(text, secret, mark):
    assert redact(redact(text)) == redact(text)


def test_what_surrounds_personal_data_stays():
    letter = "Order ID-939634 arrived on 27/3, call +65 9123 4567. Regards, Joy Mendoza"
    assert redact(letter) == "Order [order] arrived on 27/3, call [phone]. Regards, [name]"


PIECES = st.sampled_from(
    [
        *("order", "call", "account", "#", "my name is", "Regards,", "Dear", "I am", "Mr", "我叫"),
        *(
            "Maria Santos",
            "joy",
            "陈志强",
            "91234567",
            "CE87-11263",
            "$",
            "12",
            "[name]",
            "[phone]",
        ),
        *(".", ",", "\n", "(", ")", "@", "a@b.co", "https://x.yz", "::1", "ชื่อ", "ผมชื่อ", "2026"),
    ]
)


@settings(max_examples=50)
@given(st.lists(PIECES, max_size=12).map(" ".join) | st.text(max_size=60))
def test_any_text_is_redacted_once_and_for_all(text):
    assert redact(redact(text)) == redact(text)


@settings(max_examples=50)
@given(st.integers(10**6 + 1, 10**16).filter(lambda n: n % 100), st.sampled_from(["", "x ", "货"]))
def test_a_long_number_never_stays(number, before):
    assert str(number) not in redact(f"{before}{number}, thanks")


def test_empty_and_blank_texts_stay():
    assert redact_all(["", " \n", "no"]) == ["", " \n", "no"]


def test_marks_are_what_is_written():
    found = {mark for text, _, _ in SECRETS for mark in re.findall(r"\[[a-z]+\]", redact(text))}
    assert found == set(MARKS)
