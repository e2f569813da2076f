"""The digest as Markdown, read by a reader of CommonMark."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from models.alarms import Turn
from models.themes import Change, Driver, Event, Exemplar, Status
from serving.digest.digest import Label, Shift
from serving.digest.markdown import JOINER, digest_markdown, escape
from serving.digest.page import page_of
from serving.digest.words import clipped

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
IN = date(2025, 3, 4)
HOSTILE = [
    *("# heading", "- item", "+ item", "1. item", "2) item", "> quote", "---", "===", "```x```"),
    *("[a](http://b)", "![a](b)", "<b>x</b>", "<http://x.example>", "a|b|c", "&amp;", "**b** _i_"),
    *(
        "~~x~~",
        "\\",
        "a\\",
        "`",
        "[x]: http://y",
        "www.x.example",
        "a@b.example",
        "$x$",
        "mailto:a",
    ),
]


def inline_of(markdown):
    (paragraph, inline, _) = READER.parse(markdown)
    assert paragraph.type == "paragraph_open"
    return inline.children


def is_itself(text):
    told = clipped(text, 200)
    if not told:
        return
    children = inline_of(escape(told))
    assert {one.type for one in children} == {"text"}
    assert "".join(one.content for one in children).replace(JOINER, "") == told.replace(JOINER, "")


@given(st.text(max_size=80) | st.lists(st.sampled_from(HOSTILE), max_size=4).map(" ".join))
def test_a_text_stands_for_itself(text):
    is_itself(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_looks_like_markup_is_any(text):
    is_itself(text)


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("see http://x.example", "http:\u2060//"),
        ("HTTPS://X", "HTTPS:\u2060//"),
        ("www.x.example", "www\u2060.x"),
        ("a@b.example", "a@\u2060b"),
        ("mailto:a", "mailto\u2060:a"),
    ],
)
def test_bare_addresses_are_parted(text, parted):
    assert parted in escape(text)


def test_plain_words_stay_as_they_are():
    plain = "3 to 9 March 2025, 7 days UTC: 4.1 expected (+19 %), ▁▂▃ ร้านค้า 🎉"
    assert escape(plain) == plain


@pytest.fixture
def whole(made_alarm, digested):
    made = datetime(2025, 3, 6, 8, tzinfo=UTC)

    def make(text):
        label = Label("T9", text, Status.NEW, text, 4)
        alarm = made_alarm(
            turns={IN: Turn.OPENED},
            title=text,
            exemplars=(Exemplar("x", text),),
            drivers=(Driver("policy", text, 3, 4, 1.0, 1.0, 0.5),),
        )
        return digested(
            [alarm],
            shifts=(Shift(label, IN, Event.SPLIT, ("T1",)),),
            changes=(Change("T9", made, text, "status", "new", text, text),),
            named={"T9": text},
        )

    return make


def structure(markdown):
    return [token.type for token in READER.parse(markdown)]


@settings(max_examples=30)
@given(st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=30))
def test_no_text_changes_the_structure(made_alarm, digested, text):
    def told(title):
        quoted = (Exemplar("x", title),)
        drivers = (Driver("policy", title, 3, 4, 1.0, 1.0, 0.5),)
        alarm = made_alarm(title=title, exemplars=quoted, drivers=drivers)
        return structure(digest_markdown(digested([alarm])))

    if clipped(text, 30):
        assert told(text) == told("plain")


@pytest.mark.parametrize("text", HOSTILE)
def test_every_place_that_people_fill_is_escaped(whole, text):
    markdown = digest_markdown(whole(text))
    assert structure(markdown) == structure(digest_markdown(whole("plain")))
    inline = [child for token in READER.parse(markdown) for child in token.children or ()]
    assert {one.type for one in inline} <= {
        *("text", "softbreak", "strong_open", "strong_close", "em_open", "em_close"),
    }


def test_the_tables_and_headings_are_read_as_such(whole):
    digest = whole("plain")
    tokens = READER.parse(digest_markdown(digest))
    headings = [
        tokens[place + 1].content for place, one in enumerate(tokens) if one.type == "heading_open"
    ]
    assert headings == [
        "Redress digest, 3 to 9 March 2025",
        *("Opened", "plain", "Themes", "New themes", "What people changed"),
    ]
    assert [one.type for one in tokens].count("table_open") == 5
    cells = [tokens[place + 1].content for place, one in enumerate(tokens) if one.type == "td_open"]
    (part,) = page_of(digest).parts
    chart = part.cards[0].chart
    assert {chart.observed, chart.expected, "2,104", "3 of 4"} <= set(cells)


def test_a_quiet_digest_says_so(digested):
    markdown = digest_markdown(digested())
    assert "**Nothing to tell: no alarm opened" in markdown
    assert "\n\n\n" not in markdown
