"""A card as HTML, one file that fetches nothing, and as Markdown."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from features.markdown import escape
from training.card.page import Card

__all__ = ["card_html", "card_markdown", "html_templates", "markdown_templates"]


def card_html(card: Card) -> str:
    """Write a card as a whole document."""
    html = html_templates().get_template("card.html").render(card=card)
    return "\n".join(line for line in map(str.rstrip, html.split("\n")) if line) + "\n"


def card_markdown(card: Card) -> str:
    """Write a card as Markdown."""
    text = markdown_templates().get_template("card.md.j2").render(card=card)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@cache
def html_templates() -> Environment:
    """Give the templates: everything that they fill in is escaped, and must be there."""
    return Environment(
        loader=PackageLoader("training.card"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def markdown_templates() -> Environment:
    """Give the templates; `escape` stands in for what autoescape is to HTML."""
    return Environment(
        loader=PackageLoader("training.card"),
        autoescape=False,
        finalize=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
