"""Each template is held to the dataclasses that it is given, and they to it."""

from dataclasses import fields, is_dataclass
from typing import Union, get_args, get_origin, get_type_hints

import pytest
from jinja2 import UndefinedError, meta, nodes

from serving.digest.charts import Bar, Chart
from serving.digest.html import html_templates
from serving.digest.markdown import markdown_templates
from serving.digest.page import (
    Card,
    Cause,
    ChangeLine,
    Figure,
    Page,
    Part,
    ThemeGroup,
    ThemeLine,
)

SHAPES = (Bar, Card, Cause, ChangeLine, Chart, Figure, Page, Part, ThemeGroup, ThemeLine)
ONLY_HTML = {
    *((Page, "preheader"), (Card, "url"), (ThemeLine, "url")),
    *((Chart, "rows"), (Bar, "rows"), (Bar, "tone")),
}
ONLY_MARKDOWN = {(Chart, "first"), (Chart, "last"), (Chart, "observed"), (Chart, "expected")}
ROOMS = {"page.html": html_templates, "page.md.j2": markdown_templates}


class Uses:
    """Follows a template with the types of its names, and keeps which fields it reads."""

    def __init__(self, environment, name, given):
        self.environment, self.fields = environment, set()
        self.follow(self.parsed(name), given)

    def parsed(self, name):
        return self.environment.parse(self.environment.loader.get_source(self.environment, name)[0])

    def follow(self, node, names):
        if isinstance(node, nodes.For):
            inner = element_of(self.type_of(node.iter, names))
            names = {**names, node.target.name: inner}
        elif isinstance(node, nodes.Include):
            self.follow(self.parsed(node.template.value), names)
        elif isinstance(node, nodes.Getattr):
            self.type_of(node, names)
        for child in node.iter_child_nodes():
            self.follow(child, names)

    def type_of(self, node, names):
        if isinstance(node, nodes.Name):
            return names[node.name]
        assert isinstance(node, nodes.Getattr), node
        owner = self.type_of(node.node, names)
        if owner is dict:
            return str
        assert is_dataclass(owner), (owner, node.attr)
        self.fields.add((owner, node.attr))
        return bare(get_type_hints(owner)[node.attr])


def bare(kind):
    """Take None away from an optional type."""
    options = [one for one in get_args(kind) if one is not type(None)]
    is_union = get_origin(kind) is Union or type(kind).__name__ == "UnionType"
    return options[0] if is_union else kind


def element_of(kind):
    assert get_origin(kind) is tuple, kind
    return get_args(kind)[0]


def uses_of(name):
    environment = ROOMS[name]()
    constants = dict.fromkeys(("style", "colour", "tone", "loop"), dict)
    return Uses(environment, name, {"page": Page, **constants}).fields


@pytest.mark.parametrize(
    ("name", "others"), [("page.html", ONLY_MARKDOWN), ("page.md.j2", ONLY_HTML)]
)
def test_a_template_reads_every_field_and_no_other(name, others):
    every = {(shape, field.name) for shape in SHAPES for field in fields(shape)}
    assert uses_of(name) == every - others


@pytest.mark.parametrize("name", ROOMS)
def test_a_template_is_given_a_page_alone(name):
    environment = ROOMS[name]()
    source = environment.loader.get_source(environment, name)[0]
    needed = meta.find_undeclared_variables(environment.parse(source))
    assert needed - set(environment.globals) == {"page"}


def test_a_field_that_is_not_there_is_refused():
    wrong = html_templates().from_string("{% for one in page.parts %}{{ one.colour }}{% endfor %}")
    with pytest.raises(UndefinedError):
        wrong.render(page=type("P", (), {"parts": [1]})())
    with pytest.raises(UndefinedError):
        markdown_templates().from_string("{{ page.nothing }}").render(page=1)


def test_every_style_is_used():
    environment = html_templates()
    sources = "".join(
        environment.loader.get_source(environment, name)[0]
        for name in environment.list_templates(["html"])
    )
    unused = {
        f"{table}.{name}"
        for table in ("style", "colour")
        for name in environment.globals[table]
        if f"{table}.{name}" not in sources
    }
    assert unused <= {"colour.ink", "colour.rule", "colour.accent"}


def test_html_is_escaped_by_itself():
    assert html_templates().from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    assert markdown_templates().from_string("{{ x }}").render(x="<b>") == "\\<b\\>"
