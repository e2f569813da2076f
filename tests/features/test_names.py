import pytest

from features.names import NAME, mask_names


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
    ],
)
def test_what_is_no_name_stays(text):
    assert mask_names(text) == text


def test_shouting_hides_no_introduction():
    assert mask_names("MY NAME IS JOY TAN AND I AM ANGRY") == f"MY NAME IS {NAME} AND I AM ANGRY"
