"""`python -m training.config_page PAGE`: writes the tables of the configuration's page anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from features.schema import Contract
from training.config_keys import Group, groups

__all__ = ["BEGIN", "END", "renewed", "tables"]

BEGIN: Final = "<!-- written by python -m training.config_page -->"
END: Final = "<!-- as far as here -->"


def tables(config: Contract) -> str:
    """Give a table for each group of a configuration: key, default, range, meaning."""
    return "\n\n".join("\n".join(_table(group)) for group in groups(config) if group.keys)


def renewed(page: str, config: Contract) -> str:
    """Put the tables of a configuration in place of those of a page.

    Raises
    ------
    ValueError
        When the page does not hold `BEGIN`, and `END` after it.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no place for the tables; expected {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables(config)}\n\n{END}{after}"


def _table(group: Group) -> Iterator[str]:
    yield f"### {group.name or 'At the top'}"
    yield ""
    yield _row("key", "default", "range", _as_yaml(group.meaning.rstrip(".")))
    yield "|---|---|---|---|"
    for key in group.keys:
        yield _row(f"`{key.name}`", f"`{key.default}`", key.range, _as_yaml(key.meaning))


def _as_yaml(meaning: str) -> str:
    """Write null where the code says None: the page is read by who writes YAML."""
    return re.sub(r"\bNone\b", "null", meaning)


def _row(*cells: str) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


@click.command()
@click.argument("page", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(page: Path) -> None:
    """Write the tables of PAGE anew, from what the code declares."""
    from training.config import DEFAULT

    page.write_text(renewed(page.read_text(encoding="utf-8"), DEFAULT), encoding="utf-8")


if __name__ == "__main__":
    main()
