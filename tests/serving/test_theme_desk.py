"""The revision that an editor has read, as the header If-Match tells it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.problems import Problem
from serving.theme_desk import read_revision


@pytest.mark.parametrize("header", [None, "*", " * "])
def test_any_revision_may_be_meant(header):
    assert read_revision(header) is None


@given(revision=st.integers(0, 10**9 - 1))
def test_the_tag_of_a_revision_is_read(revision):
    for weak in ("", "W/"):
        for day in ("", "-2025-03-31"):
            assert read_revision(f' {weak}"{revision}{day}" ') == revision


@pytest.mark.parametrize(
    "header",
    [
        *("", "3", 'w/"3"', '"3", "4"', '"three"', '"-1"', '"٣"', '""', '"' + "9" * 10 + '"'),
        *('"3-"', '"3-2025"', '"-2025-03-31"', '"3-2025-03-31-4"', 'W/W/"3"', "W/3"),
    ],
)
def test_another_tag_is_refused(header):
    with pytest.raises(Problem, match="If-Match cannot be used") as caught:
        read_revision(header)
    assert (caught.value.status, caught.value.kind) == (400, "invalid-if-match")
