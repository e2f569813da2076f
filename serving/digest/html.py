"""The digest as HTML that mails well: one file, tables and inline styles, nothing to fetch."""

from __future__ import annotations

from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from serving.digest.digest import Digest
from serving.digest.page import MOST_CARDS, Page, page_of
from serving.digest.styles import COLOURS, STYLES, TONES

__all__ = ["MOST_BYTES", "digest_html", "html_templates", "render_html"]

MOST_BYTES: Final = 100_000
"""Gmail cuts a message at 102 kB; a mail's headers need some of them."""


def digest_html(digest: Digest, base: str | None = None) -> str:
    """Write a digest as a page.

    Where `MOST_CARDS` alarms are too many for the mail, as many as fit are told in full.

    Parameters
    ----------
    base
        Address of the service, without the last slash, where alarms and themes are to lead to their
        pages; empty: the digest is read on the service itself. None: nothing leads anywhere, for a
        mail does not know where its reader finds the service.

    Returns
    -------
    str
        A whole document of at most `MOST_BYTES` in UTF-8.
    """
    for cards in range(MOST_CARDS, 0, -1):
        html = render_html(page_of(digest, cards, base))
        if len(html.encode()) <= MOST_BYTES:
            return html
    return render_html(page_of(digest, 0, base))


def render_html(page: Page) -> str:
    """Fill the template."""
    html = html_templates().get_template("page.html").render(page=page)
    # Indentation and empty lines would count against the limit.
    return "\n".join(line for line in map(str.strip, html.split("\n")) if line) + "\n"


@cache
def html_templates() -> Environment:
    """Give the templates: everything that they fill in is escaped, and must be there."""
    templates = Environment(
        loader=PackageLoader("serving.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals.update(style=STYLES, colour=COLOURS, tone=TONES)
    return templates
