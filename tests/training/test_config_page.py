from pathlib import Path

import pytest
from click.testing import CliRunner

from training.config import DEFAULT
from training.config_page import BEGIN, END, main, renewed, tables

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
OLD = f"# Before\n\n{BEGIN}\n\nold\n\n{END}\n\nAfter.\n"


def test_the_page_is_what_the_code_declares():
    page = PAGE.read_text(encoding="utf-8")

    remedy = "write it anew: python -m training.config_page docs/configuration.md"
    assert page == renewed(page, DEFAULT), remedy


def test_a_default_that_has_changed_would_be_noticed():
    page = PAGE.read_text(encoding="utf-8")
    changed = DEFAULT.model_copy(update={"seed": 3})

    assert page != renewed(page, changed)


def test_the_tables_are_put_in_place_and_all_else_stays():
    page = renewed(OLD, DEFAULT)

    assert page == f"# Before\n\n{BEGIN}\n\n{tables(DEFAULT)}\n\n{END}\n\nAfter.\n"
    assert renewed(page, DEFAULT) == page


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END}\n{BEGIN}"])
def test_a_page_without_a_place_for_them_is_refused(page):
    with pytest.raises(ValueError, match="no place for the tables"):
        renewed(page, DEFAULT)


def test_every_row_has_as_many_cells_as_its_head_and_null_for_none():
    rows = [line for line in tables(DEFAULT).splitlines() if line.startswith("|")]

    assert {row.replace(r"\|", "").count("|") for row in rows} == {5}
    assert not any("None" in row for row in rows)


def test_the_command_writes_the_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(OLD, encoding="utf-8")

    ran = CliRunner().invoke(main, [str(page)], catch_exceptions=False)

    assert ran.exit_code == 0
    assert page.read_text(encoding="utf-8") == renewed(OLD, DEFAULT)
