r"""The digest as Markdown.

Whatever a template fills in is escaped, as HTML is: what a person wrote is text, and becomes no
markup, no link and no heading. CommonMark lets a backslash stand before any ASCII punctuation;
where a reader would make a link of bare text (an address, a name after @), an invisible word joiner
parts it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from serving.digest.digest import Digest
from serving.digest.page import Page, page_of

__all__ = ["digest_markdown", "escape", "markdown_templates", "render_markdown"]

JOINER: Final = "\u2060"
_MARKUP: Final = re.compile(r"[\\`*_\[\]<>&|~$#]")
_LIST: Final = re.compile(r"^([-+=:]|\d+(?=[.)](?:\s|$)))")
_LINK: Final = re.compile(r"(?<=:)(?=//)|(?<=@)|(?<=\bwww)(?=\.)|(?<=\bmailto)(?=:)", re.IGNORECASE)


def digest_markdown(digest: Digest) -> str:
    """Write a digest as Markdown."""
    return render_markdown(page_of(digest))


def render_markdown(page: Page) -> str:
    """Fill the template."""
    text = markdown_templates().get_template("page.md.j2").render(page=page)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def escape(value: object) -> str:
    """Make a text on one line stand for itself in Markdown."""
    marked = _MARKUP.sub(r"\\\g<0>", str(value))
    return _LINK.sub(JOINER, _LIST.sub(_escaped_start, marked))


def _escaped_start(match: re.Match[str]) -> str:
    """Keep a text from beginning a list or a rule: of a number its point is escaped."""
    begun = match[0]
    return begun + "\\" if begun.isdigit() else "\\" + begun


@cache
def markdown_templates() -> Environment:
    """Give the templates: everything that they fill in is escaped, and must be there."""
    return Environment(
        loader=PackageLoader("serving.digest"),
        autoescape=False,  # that is for HTML: `escape` stands in for it
        finalize=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
