from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from features.markdown import JOINER, escape

SIGNS = st.text(st.sampled_from("\\`*_[]<>&|~$#-+=:1.) a@/!(w"), min_size=1, max_size=20)


@given(SIGNS.filter(lambda text: text.strip() == text and text))
def test_a_text_stands_for_itself(text):
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(escape(text))
    assert [one.type for one in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    parts = tokens[1].children
    assert {one.type for one in parts} == {"text"}
    assert "".join(one.content for one in parts).replace(JOINER, "") == text


def test_a_cell_cannot_leave_its_table():
    assert escape("a|b") == r"a\|b"
