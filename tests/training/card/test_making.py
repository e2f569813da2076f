"""What a card says, of a version of which all is known and of one of which nothing is."""

import json
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from models.registry import CHALLENGER, PREVIOUS, Version
from training.card.making import card_of
from training.card.rendering import card_html, card_markdown
from training.card.words import NOT_MEASURED


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.seen, self.text = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def section(card, key):
    return next(one for one in card.sections if one.key == key)


def test_a_card_tells_all_that_a_reader_must_know(whole):
    text = card_markdown(card_of(whole))
    for told in (
        "champion: it is in service",
        "Art. 20(6)",
        "GDPR, Art. 22",
        "Scoring sellers",
        "0.710 (0.660 to 0.750)",
        "2,000",
        "all-MiniLM-L6-v2, packaged",
        "Westfall and Young",
        "Kappa",
        "40 trials, 12 given up; taken",
        "The gate, on 400 later cases against version 1: refused, 1 demands not met",
        "in place of version 1, by mia",
        "slope 0.900",
        "likeness to prototypes",
    ):
        assert told in text.replace("\\", ""), told
    assert "1 slices" not in text


def test_groups_of_which_little_is_told_are_named_with_the_reason(whole, with_facts):
    fair = section(card_of(whole), "fairness")
    (named,) = [one for one in fair.said if one.startswith("Not told by market")]
    assert named.endswith("everything (3 of 20 cases needed).")
    assert "first by priority" in fair.notes[0]
    former = with_facts(whole.fairness, order="probability")
    assert (
        "first by probability"
        in section(card_of(with_facts(whole, fairness=former)), "fairness").notes[0]
    )


def test_what_was_decided_too_late_to_teach_honestly_is_counted(whole, with_facts):
    assert len(section(card_of(whole), "measures").said) == 1
    figures = {**whole.record.figures, "decided_later": 195.0}
    late = with_facts(whole, record=with_facts(whole.record, figures=figures))
    assert "taught it 195 were decided" in section(card_of(late), "measures").said[1]


def test_html_and_markdown_say_the_same(whole):
    card = card_of(whole)
    html = "".join(Tags(card_html(card)).text)
    for one in card.sections:
        for told in (one.title, *one.said, *one.listed, *one.notes):
            assert told in html
        for table in one.tables:
            assert all(cell in html for row in table.rows for cell in row)


def test_what_is_not_known_is_not_measured_and_the_card_is_made_all_the_same(bare):
    card = card_of(bare)
    for key in ("data", "calibration", "slices", "fairness", "ceiling", "selection"):
        assert any(NOT_MEASURED in told for told in section(card, key).said), key
    assert section(card, "calibration").diagram is None
    assert "The gate has not judged it yet." in section(card, "history").said
    assert section(card, "misuse").listed
    assert f'<dd class="big">{NOT_MEASURED}</dd>' in card_html(card)
    assert "None" not in card_markdown(card)


def test_values_that_anybody_may_have_typed_are_text(whole, hostile):
    card = card_of(whole)
    tags = Tags(card_html(card))
    assert "script" not in {tag for tag, _ in tags.seen}
    assert not [name for _, attrs in tags.seen for name in attrs if name.startswith("on")]
    assert not [attrs for _, attrs in tags.seen if "style" in attrs or "href" in attrs]
    assert "<script>alert(1)</script>" in "".join(tags.text)
    assert "\u202e" not in card_html(card) + card_markdown(card)
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = reader.parse(card_markdown(card))
    kinds = {one.type for one in tokens} | {
        child.type for one in tokens for child in one.children or ()
    }
    assert not kinds & {"html_block", "html_inline", "link_open", "code_inline", "image"}


def test_every_table_in_markdown_has_as_many_cells_in_each_row(whole):
    reader = MarkdownIt("commonmark").enable("table")
    tokens = [one.type for one in reader.parse(card_markdown(card_of(whole)))]
    tables = sum(len(one.tables) + bool(one.facts) for one in card_of(whole).sections) + 1
    assert tokens.count("table_open") == tables
    assert "|---" not in "".join(
        one.content for one in reader.parse(card_markdown(card_of(whole))) if one.type == "inline"
    )


def test_no_word_of_an_appeal_is_on_the_card(whole, secret):
    card = card_of(whole)
    told = card_html(card) + card_markdown(card) + json.dumps(whole.as_dict(), default=str)
    assert secret not in told
    assert "Quill" not in told
    assert "shop 1" not in told


def test_the_same_is_given_as_data(whole, bare):
    said = json.loads(json.dumps(whole.as_dict(), default=str, allow_nan=False))
    assert said["record"]["figures"]["auc"] == 0.71
    assert said["made"]["penalties"]["words"] == 3.0
    assert said["fairness"]["groupings"][0]["dimension"] == "market"
    assert said["drift"]["past"]
    empty = json.loads(json.dumps(bare.as_dict(), default=str, allow_nan=False))
    assert empty.keys() == said.keys()
    assert empty["ceiling"] is None


@pytest.mark.parametrize(
    ("aliases", "standing"),
    [((CHALLENGER,), "challenger: "), ((PREVIOUS,), "former champion"), ((), "not in service")],
)
def test_a_card_says_where_the_version_stands(bare, with_facts, aliases, standing):
    version = Version("7", "abc", bare.read_at, "", {}, aliases)
    assert standing in card_of(with_facts(bare, version=version)).standing


def test_limits_follow_from_what_was_found(whole, with_facts):
    def told(facts):
        return " ".join(section(card_of(facts), "limits").listed)

    assert "knows English" in told(whole)
    assert "knows English" not in told(with_facts(whole, teacher="multilingual"))
    assert "400 cases only" in told(whole)
    assert "too few escalations" in told(whole)
    assert "too few escalations" not in told(with_facts(whole, risk_is_learnt=True))
    assert "no readable slices.json" in told(whole)


def test_the_document_needs_nothing_else(whole):
    html = card_html(card_of(whole))
    assert not re.search(r"(src|href|url\(|@import)", html)
    assert len(html.encode()) < 200_000
