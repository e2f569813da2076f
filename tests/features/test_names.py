import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.names import NAME, is_shouted, mask_names


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Hi, I am Ana dela Cruz, the owner", f"Hi, I am {NAME}, the owner"),
        ("Dear Mr. O'Neill, look again", f"Dear Mr. {NAME}, look again"),
        ("it was Dr. Nguyễn Thị Lan who called", f"it was Dr. {NAME} who called"),
        ("his name is on it. J. Tan", f"his name is on it. {NAME}"),
        ("saya bernama siti rahma dan saya", f"saya bernama {NAME} dan saya"),
        ("ผมชื่อ สมชาย ใจดี ขอความกรุณา", f"ผมชื่อ {NAME} ขอความกรุณา"),
        ("联系王女士。我是陈志强。", f"联系{NAME}女士。我是{NAME}。"),
        ("My naame is Paolo Garcia, help", f"My naame is {NAME}, help"),
        ("Hello, I'm Daniel and I sell bags", f"Hello, I'm {NAME} and I sell bags"),
        ("My name is Joy Tan I count on you", f"My name is {NAME} I count on you"),
        ("Please ask Nguyễn Thị My about it", f"Please ask {NAME} about it"),
        ("Call Maria Santos on [phone]", f"Call {NAME} on [phone]"),
        ("contact paolo garcia at [phone]", f"contact {NAME} at [phone]"),
        ("my wife Siti Rahma ([email]) knows", f"my wife {NAME} ([email]) knows"),
        ("reviewer Kelvin Tan refused", f"reviewer {NAME} refused"),
        ("The agent named Kelvin said no", f"The agent named {NAME} said no"),
        ("customer service Maria Santos was rude", f"customer service {NAME} was rude"),
        ("Best wishes,\nPaolo Garcia\n[phone] [email]", f"Best wishes,\n{NAME}\n[phone] [email]"),
    ],
)
def test_names_that_are_given_away_go(text, masked):
    assert mask_names(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ông ấy không trả lời",
        "I am So Sorry About This And I Want My Shop Back",
        "Hello Support Team, my name is not shown",
        "ที่นี่มีพนักงาน 80 นาย ช่วยงาน",
        "价格上涨，谢谢。请你们高兴",
        "Regards from Singapore",
        "Thank you.\nMy shop was closed",
        "Thanks, I hope for an answer",
        "the customer service Team is slow and the manager. Please help",
        "I spoke to a representative, Everyone waited, and an agent I know",
        "since I'm STRANDED, the customer service SLA is over",
        "I'm Filipino and I sell bags",
        "call me at [phone], or our Customer Service Hotline: [phone]",
    ],
)
def test_what_is_no_name_stays(text):
    assert mask_names(text) == text


def test_shouting_hides_no_introduction():
    assert mask_names("MY NAME IS JOY TAN AND I AM ANGRY") == f"MY NAME IS {NAME} AND I AM ANGRY"


FIRST_NAMES = st.sampled_from(
    [
        "Tim",
        "Dan",
        "Will",
        "Ada",
        "Grace",
        "Mark",
        "Art",
        "Sy",
        "Ali",
        "Daniel",
        "Budi",
        "Kasih",
        "Siti",
        "Dewi",
        "Yang",
        "Ban",
        "Joko",
        "Sari",
        "An",
        "My",
        "Minh",
        "Anh",
        "Quý",
        "Trân",
        "Hàng",
        "Vì",
        "Đức",
        "Ng",
        "So",
        "Di",
        "You",
        "Me",
        "To",
        "On",
        "Kim",
        "Wei",
        "Na",
        "Can",
        "How",
        "Jia",
    ]
)
LAST_NAMES = st.sampled_from(["", " Tan", " Lee", " Santoso", " Wai Ming", " An", " Thị My"])
CUES = st.sampled_from(
    [
        *("My name is ", "my full name is ", "Hello, my name's ", "Nama saya ", "Saya bernama "),
        *("Tôi tên là ", "Please look at it again. Regards, ", "Best regards,\n", "Sincerely,\n"),
        *("Mohon dicek lagi. Hormat saya, ", "Mong sàn xem lại. Trân trọng, ", "I met Mr "),
        "the reviewer ",
    ]
)


@given(CUES, FIRST_NAMES, LAST_NAMES)
@example("Regards, ", "Tim", "")
@example("Regards,\n", "Pham", " Van An")
@example("Trân trọng, ", "Nguyễn", " Văn An")
def test_any_name_after_a_cue_goes_whole(cue, first, last):
    assert mask_names(f"{cue}{first}{last}") == f"{cue}{NAME}"


@pytest.mark.parametrize(
    ("text", "shouted"),
    [
        ("WHY", True),
        ("Regards, Tim", False),
        ("My Shop Was Closed For No Reason At All", True),
        ("my shop was closed by Tim", False),
        ("", False),
    ],
)
def test_shouting_is_a_habit_of_capitals(text, shouted):
    assert is_shouted(text) == shouted
