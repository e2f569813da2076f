"""Pages: each is a frozen dataclass with the values of one template, and is drawn by it.

A template sees the fields of its page by their names, and `frame`: what is around every page. A
test holds the fields and what the template reads to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from serving.dashboard.sessions import Person
from serving.dashboard.wording import FILTERS

NAVIGATION: Final = {
    "/": "Today",
    "/alarms": "Alarms",
    "/themes": "Themes",
    "/map": "Map",
    "/queue": "Queue",
    "/policies": "Policies",
    "/model": "Model",
    "/digest": "Digest",
}
"""The pages that every page leads to, by path; one that is not there yet is not shown."""


@dataclass(frozen=True)
class Page:
    """What a template is drawn from. Each page of its own is a subclass.

    Attributes
    ----------
    template
        File in the folder `templates`.
    under
        The path in the navigation that the page belongs to; empty: none.
    has_charts
        Whether the page loads the chart library.
    title
        Of the window, and the page's main heading.
    """

    template: ClassVar[str]
    under: ClassVar[str] = ""
    has_charts: ClassVar[bool] = False

    title: str


@dataclass(frozen=True)
class Link:
    """A place that the navigation leads to."""

    path: str
    name: str
    here: bool


@dataclass(frozen=True)
class Frame:
    """What is around a page.

    Attributes
    ----------
    person
        Who is signed in, or None.
    token
        What every form carries.
    links
        The navigation; empty before sign-in.
    said
        What the last action did, or empty.
    charts
        Whether the chart library is loaded.
    """

    person: Person | None
    token: str
    links: tuple[Link, ...] = ()
    said: str = ""
    charts: bool = False


class Drawer:
    """Draws pages.

    Parameters
    ----------
    url_of
        Gives the address of a static file by its plain name.
    """

    def __init__(self, url_of: Callable[[str], str]) -> None:
        self.environment = Environment(
            loader=PackageLoader("serving.dashboard"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # A process keeps the templates it began with: a newer version wants other values.
            auto_reload=False,
        )
        self.environment.globals["static"] = url_of
        self.environment.filters.update(FILTERS)

    def compile(self) -> None:
        """Read all templates, which takes longer than drawing."""
        for name in self.environment.list_templates():
            self.environment.get_template(name)

    def draw(self, page: Page, frame: Frame) -> str:
        """Draw a page in its frame."""
        template = self.environment.get_template(page.template)
        return template.render(values_of(page), frame=frame)


def values_of(page: Page) -> Mapping[str, Any]:
    """Give the fields of a page by name, as its template sees them."""
    return {field.name: getattr(page, field.name) for field in fields(page)}


def links_for(under: str, paths: frozenset[str]) -> tuple[Link, ...]:
    """Give the navigation of a page, of the paths that are there."""
    return tuple(
        Link(path, name, path == under) for path, name in NAVIGATION.items() if path in paths
    )
