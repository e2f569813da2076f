"""Templates and the data classes that they are drawn from are held to each other, both ways."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from jinja2 import Environment, FileSystemLoader, nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables

import serving.dashboard.app
from serving.dashboard import pages
from serving.dashboard.pages import Drawer, Frame, Page

assert serving.dashboard.app  # importing it defines every page there is
TEMPLATES = Path(pages.__file__).parent / "templates"
ENVIRONMENT: Environment = Drawer(lambda name: f"/static/{name}").environment
SEQUENCES = (tuple, list, frozenset)


def all_pages(of: type[Page] = Page) -> Iterator[type[Page]]:
    for page in of.__subclasses__():
        yield page
        yield from all_pages(page)


PAGES = sorted(all_pages(), key=lambda page: page.__name__)


def parsed(name: str) -> nodes.Template:
    return ENVIRONMENT.parse((TEMPLATES / name).read_text(encoding="utf-8"))


def with_parents(name: str) -> Iterator[str]:
    """Name a template, and those that it extends or includes; macros see no values."""
    yield name
    tree = parsed(name)
    imported = {one.template.value for one in tree.find_all((nodes.FromImport, nodes.Import))}
    for other in find_referenced_templates(tree):
        if other not in imported:
            yield from with_parents(other)


def own_names(tree: nodes.Template) -> set[str]:
    """Name the macros that a template has or imports: its blocks see them."""
    imported = {
        name if isinstance(name, str) else name[1]
        for one in tree.find_all(nodes.FromImport)
        for name in one.names
    }
    return imported | {macro.name for macro in tree.find_all(nodes.Macro)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_template_reads_every_field_of_its_page_and_nothing_else(page):
    read = set()
    for name in with_parents(page.template):
        tree = parsed(name)
        read |= find_undeclared_variables(tree) - own_names(tree)
    assert read - set(ENVIRONMENT.globals) - {"frame"} == {field.name for field in fields(page)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_every_attribute_that_a_template_reads_is_there(page):
    known = {**get_type_hints(page), "frame": Frame}
    for name in with_parents(page.template):
        assert missing(parsed(name), known) == []


def test_every_template_is_of_a_page_or_used_by_one():
    used = {name for page in PAGES for name in with_parents(page.template)}
    used |= {name for one in set(used) for name in find_referenced_templates(parsed(one))}
    assert {path.name for path in TEMPLATES.iterdir()} == used


def test_templates_do_not_change_under_a_running_process(tmp_path):
    (tmp_path / "one.html").write_text("before")
    environment = ENVIRONMENT.overlay(loader=FileSystemLoader(tmp_path))
    assert environment.get_template("one.html").render() == "before"
    (tmp_path / "one.html").write_text("after")
    os.utime(tmp_path / "one.html", (1, 1))
    assert environment.get_template("one.html").render() == "before"


def test_the_check_would_find_what_is_not_there():
    known = {**get_type_hints(Frame), "frame": Frame}
    tree = ENVIRONMENT.parse(
        "{{ frame.persn }}{% for link in links %}{{ link.path }}{{ link.url }}{% endfor %}"
        "{% if frame.person %}{{ frame.person.age }}{% endif %}"
    )
    assert missing(tree, known) == ["Frame.persn", "Link.url", "Person.age"]


def missing(node: nodes.Node, known: Mapping[str, Any]) -> list[str]:
    """Name the attributes that are read of data classes which do not have them, in order."""
    found: list[str] = []
    if isinstance(node, nodes.Macro):
        known = {name: kind for name, kind in known.items() if name not in _arguments(node)}
    if isinstance(node, nodes.For):
        found += missing(node.iter, known)
        known = {**known, **_bound(node.target, _item(_kind(node.iter, known)))}
    if isinstance(node, nodes.Getattr):
        found += [f"{one.__name__}.{node.attr}" for one in _lacking(node, known)]
    for child in node.iter_child_nodes(exclude=("iter",) if isinstance(node, nodes.For) else ()):
        found += missing(child, known)
    return found


def _arguments(macro: nodes.Macro) -> set[str]:
    return {argument.name for argument in macro.args}


def _lacking(node: nodes.Getattr, known: Mapping[str, Any]) -> list[type]:
    kind = _kind(node.node, known)
    return [kind] if is_dataclass(kind) and node.attr not in _attributes(kind) else []


def _attributes(kind: Any) -> dict[str, Any]:
    """Give the fields and properties of a data class, with their types."""
    told = dict(get_type_hints(kind))
    for name, member in vars(kind).items():
        if isinstance(member, property):
            told[name] = get_type_hints(member.fget).get("return", Any)
        elif callable(member):
            told.setdefault(name, Any)
    return told


def _kind(node: nodes.Node, known: Mapping[str, Any]) -> Any:
    """Say of which type an expression is, as far as that can be told."""
    if isinstance(node, nodes.Name):
        return _present(known.get(node.name, Any))
    if isinstance(node, nodes.Getattr):
        kind = _kind(node.node, known)
        return _present(_attributes(kind).get(node.attr, Any)) if is_dataclass(kind) else Any
    return Any


def _present(kind: Any) -> Any:
    """Leave None out of a type."""
    if get_origin(kind) in (Union, UnionType):
        others = [one for one in get_args(kind) if one is not NoneType]
        return others[0] if len(others) == 1 else Any
    return kind


def _item(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) in SEQUENCES else Any


def _bound(target: nodes.Node, kind: Any) -> dict[str, Any]:
    """Give what a loop binds: several names are of parts, which are not followed."""
    if isinstance(target, nodes.Name):
        return {target.name: kind}
    return {name.name: Any for name in target.find_all(nodes.Name)}
