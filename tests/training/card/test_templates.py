"""Both templates are held to the dataclasses that they are given, and they to them."""

from dataclasses import fields, is_dataclass
from typing import Union, get_args, get_origin, get_type_hints

import pytest
from jinja2 import meta, nodes

from training.card.page import Card, Diagram, Fact, Mark, Section, Table
from training.card.rendering import html_templates, markdown_templates

SHAPES = (Card, Diagram, Fact, Mark, Section, Table)
TEMPLATES = {"card.html": html_templates, "card.md.j2": markdown_templates}
ONLY_HTML = {(Table, "folded"), (Diagram, "side"), (Diagram, "marks"), (Section, "key")} | {
    (Mark, field.name) for field in fields(Mark)
}


def parsed(name):
    environment = TEMPLATES[name]()
    return environment.parse(environment.loader.get_source(environment, name)[0])


def read(node, names, found):
    if isinstance(node, nodes.For):
        inner = element_of(type_of(node.iter, names, found))
        names = {**names, node.target.name: inner}
    elif isinstance(node, nodes.Getattr):
        type_of(node, names, found)
    for child in node.iter_child_nodes():
        read(child, names, found)
    return found


def type_of(node, names, found):
    if isinstance(node, nodes.Name):
        return names[node.name]
    owner = type_of(node.node, names, found)
    if owner is dict:
        return str
    assert is_dataclass(owner), (owner, node.attr)
    found.add((owner, node.attr))
    return bare(get_type_hints(owner)[node.attr])


def bare(kind):
    options = [one for one in get_args(kind) if one is not type(None)]
    is_union = get_origin(kind) is Union or type(kind).__name__ == "UnionType"
    return options[0] if is_union else kind


def element_of(kind):
    assert get_origin(kind) is tuple, kind
    return get_args(kind)[0]


@pytest.mark.parametrize(("name", "others"), [("card.html", set()), ("card.md.j2", ONLY_HTML)])
def test_a_template_reads_every_field_and_no_other(name, others):
    every = {(shape, field.name) for shape in SHAPES for field in fields(shape)}
    assert read(parsed(name), {"card": Card, "loop": dict}, set()) == every - others


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_given_a_card_alone(name):
    assert meta.find_undeclared_variables(parsed(name)) == {"card"}


def test_what_is_filled_in_is_escaped():
    assert html_templates().from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    assert markdown_templates().from_string("{{ x }}").render(x="<b>") == "\\<b\\>"
