"""The page as a mail client reads it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.alarms import Against, Turn
from models.themes import Change, Driver, Event, Exemplar, Status
from serving.digest.charts import DAYS, STEPS
from serving.digest.digest import Label, Shift
from serving.digest.html import MOST_BYTES, digest_html, render_html
from serving.digest.page import page_of
from serving.digest.words import clipped

IN, OLD = date(2025, 3, 4), date(2025, 2, 20)
VOID = {"meta", "br"}
HOSTILE = "<script>alert(1)</script>\"' onload='x' {{ page }} & </td></table> متجر 🎉"


class Reader(HTMLParser):
    """Keeps elements with their attributes and text, and refuses what is not closed in order."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.text, self.comments = [], [], {}, []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        tag = self.open[-1] if self.open else ""
        self.text[tag] = self.text.get(tag, "") + data

    def handle_comment(self, data):
        self.comments.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def whole(made_alarm, digested):
    """A digest with everything that one may hold."""
    made = datetime(2025, 3, 6, 8, tzinfo=UTC)
    label = Label("T9", HOSTILE, Status.NEW, HOSTILE, 4)
    alarms = [
        made_alarm(
            "A1",
            {IN: Turn.OPENED},
            title=HOSTILE,
            exemplars=(Exemplar("x", HOSTILE),),
            drivers=(Driver("policy", HOSTILE, 3, 4, 1.0, 1.0, 0.5),),
        ),
        made_alarm("A2", {OLD: Turn.OPENED}, closed_on=IN),
    ]
    return digested(
        alarms,
        shifts=(Shift(label, IN, Event.SPLIT, ("T1",)),),
        changes=(Change("T9", made, HOSTILE, "status", "new", HOSTILE, HOSTILE),),
        named={"T9": HOSTILE},
        suppressed_themes=2,
    )


def test_the_page_is_one_file_that_fetches_and_runs_nothing(whole):
    html = digest_html(whole)
    reader = Reader(html)
    tags = {tag for tag, _ in reader.elements}
    assert not tags & {"script", "link", "img", "svg", "iframe", "form", "object", "base", "a"}
    names = {name for _, attributes in reader.elements for name in attributes}
    assert not names & {"src", "href", "srcset", "background", "action"}
    assert not [name for name in names if name.startswith("on")]
    assert "url(" not in html
    assert "@import" not in html


def test_the_page_says_its_language_title_and_what_an_inbox_shows(whole):
    reader = Reader(digest_html(whole))
    assert reader.all("html") == [{"lang": "en"}]
    assert reader.text["title"] == "Redress digest, 3 to 9 March 2025"
    assert reader.text["div"].strip() == page_of(whole).preheader
    assert "display:none" in reader.all("div")[0]["style"]
    assert reader.text["h1"] == page_of(whole).headline


def test_layout_is_inline_and_its_tables_are_no_tables_to_a_screen_reader(whole):
    reader = Reader(digest_html(whole))
    styled = [one for tag, one in reader.elements if tag in {"p", "h1", "h2", "h3", "th"}]
    assert styled
    assert all(one.get("style") for one in styled)
    layout = [one for one in reader.all("table") if one.get("role") == "presentation"]
    data = [one for one in reader.all("table") if "role" not in one]
    assert len(layout) + len(data) == len(reader.all("table"))
    heads = len(reader.all("th"))
    assert heads == 4 + 3 * (len(data) - 1)
    assert all(one["scope"] == "col" for one in reader.all("th"))
    assert any("max-width:600px" in one.get("style", "") for one in layout)
    widths = [int(one["width"]) for _, one in reader.elements if one.get("width", "").isdigit()]
    assert max(widths, default=0) <= 600


def test_styles_that_a_client_may_drop_only_add(whole):
    sheet = Reader(digest_html(whole)).text["style"]
    assert "prefers-color-scheme:dark" in sheet
    outside = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^}]*\})*\s*\}", "", sheet)
    assert outside.strip() == ":root{color-scheme:light dark}"


def test_the_text_of_people_is_text(whole):
    reader = Reader(digest_html(whole))
    shown = page_of(whole).parts[0].cards[0].title
    assert "<script>" in shown
    assert shown in reader.text["h3"]
    assert reader.text["blockquote"] == HOSTILE
    assert "{{ page }}" in reader.text["h3"]
    (quote,) = reader.all("blockquote")
    assert quote["dir"] == "auto"
    assert [one["dir"] for one in told_in(digest_html(whole))] == ["auto", "auto"]


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_changes_the_structure(made_alarm, digested, title, quote):
    def tags(first, second):
        quoted = (Exemplar("x", second),)
        html = digest_html(digested([made_alarm(title=first, exemplars=quoted)]))
        reader = Reader(html)
        return [tag for tag, _ in reader.elements], len(reader.comments)

    assert tags(title, quote) == tags("x", clipped(quote, 60) and "x")


def test_every_chart_is_cells_and_words(whole):
    html = digest_html(whole)
    reader = Reader(html)
    charts = [one for one in reader.all("table") if "aria-hidden" in one]
    words = [card.chart.words for part in page_of(whole).parts for card in part.cards]
    assert len(charts) == len(words) == 2
    assert all(told in reader.text["p"] for told in words)
    bars = [one for one in reader.all("td") if "rowspan" in one]
    assert sum(int(one["rowspan"]) for one in bars) == 2 * DAYS * STEPS
    assert {one.get("bgcolor") for one in bars} == {"#c9c2b5", "#cf4f31", "#eecfc5", None}


def test_a_quiet_page_says_so(digested):
    reader = Reader(digest_html(digested()))
    assert reader.text["h1"].startswith("Nothing to tell")
    assert "h2" not in reader.text


def test_fifteen_alarms_with_all_that_may_stand_beside_them_fit_into_a_mail(made_alarm, digested):
    title = "Release date moves every night, payout, says tomorrow"
    exemplars = tuple(Exemplar(str(n), "my payout is held & why? " * 20) for n in range(2))
    alarms = [
        made_alarm(f"A{n}", {IN: Turn.OPENED}, title=title, exemplars=exemplars) for n in range(19)
    ]
    label = Label("T9", title, Status.NEW, "payments", 4)
    events = (Event.BORN, Event.MERGED, Event.RETIRED)
    shifts = tuple(Shift(label, IN, event, ("T1",)) for event in events for _ in range(9))
    made = datetime(2025, 3, 6, 8, tzinfo=UTC)
    change = Change("T9", made, "mia", "status", "new", "escalated", "81 % overturned")
    html = digest_html(digested(alarms, shifts=shifts, changes=(change,) * 9, named={"T9": title}))
    assert len(html.encode()) <= MOST_BYTES
    assert len(told_in(html)) == 15
    assert "And 4 more alarms, not told here." in html


def told_in(html):
    """Give the headings that are titles of alarms."""
    return [one for one in Reader(html).all("h3") if "dir" in one]


def test_a_page_too_long_for_a_mail_tells_fewer_alarms_and_counts_the_others(made_alarm, digested):
    heavy = "🎉\"'" * 200
    days = tuple(Against(date.fromordinal(IN.toordinal() - n), n % 3, 1.5) for n in range(28))
    facts = {
        "title": heavy,
        "exemplars": (Exemplar("x", heavy), Exemplar("y", heavy)),
        "drivers": tuple(Driver(heavy, heavy, 1, 2, 1.0, 1.0, 1.0) for _ in range(3)),
        "days": days,
    }
    alarms = [made_alarm(f"A{n}", {IN: Turn.OPENED}, **facts) for n in range(15)]
    html = digest_html(digested(alarms))
    told = len(told_in(html))
    assert len(html.encode()) <= MOST_BYTES
    assert 5 < told < 15
    assert f"And {15 - told} more alarm" in html


def test_no_line_is_indented(whole):
    page = page_of(whole)
    html = render_html(replace(page, suppressed=""))
    assert all(line == line.strip() and line for line in html.rstrip("\n").split("\n"))
