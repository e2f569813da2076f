"""The digest as Markdown; whatever a template fills in is escaped, as HTML is."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from features.markdown import JOINER, escape
from serving.digest.digest import Digest
from serving.digest.page import Page, page_of

__all__ = ["JOINER", "digest_markdown", "escape", "markdown_templates", "render_markdown"]


def digest_markdown(digest: Digest) -> str:
    """Write a digest as Markdown."""
    return render_markdown(page_of(digest))


def render_markdown(page: Page) -> str:
    """Fill the template."""
    text = markdown_templates().get_template("page.md.j2").render(page=page)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


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
        auto_reload=False,
    )
