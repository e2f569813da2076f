"""The pages of docs/ are held to the code: examples run, links lead somewhere, names exist."""

import doctest
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from features.command import main, redress
from features.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(page.name for page in DOCS.glob("*.md"))
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NEEDS_MODEL = re.compile(r"Settings\.from_environment|^\$ ", re.MULTILINE)


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[tuple[str, str]]:
    """Give the language and the content of each example, in order."""
    found = FENCE.findall(text_of(page))
    return [(kind, body) for kind, body in found if kind in ("console", "python")]


EXAMPLES = {page: blocks(page) for page in PAGES}
QUICK = [page for page in PAGES if EXAMPLES[page] and not NEEDS_MODEL.search(text_of(page))]
WITH_MODEL = [page for page in PAGES if EXAMPLES[page] and page not in QUICK]


def run_session(page: str, body: str) -> None:
    """Run a session of Python, as doctest does; of what is no session, that it can be run."""
    if not body.startswith(">>> "):
        exec(compile(body, page, "exec"), {})  # a page of this repository
        return
    found = doctest.DocTestParser().get_doctest(body, {}, page, page, 0)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=LOOSE, verbose=False)
    failed, tried = runner.run(found, out=told.append)
    assert tried
    assert not failed, "".join(told)


def commands(body: str) -> Iterator[tuple[str, str]]:
    """Give each command of a console, and what it is shown to say."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        line, _, said = part.partition("\n")
        yield line, said


def test_the_examples_are_all_found():
    assert len(QUICK) >= 3
    assert len(WITH_MODEL) >= 4
    fence = re.compile(r"^```(?:console|python)$", re.MULTILINE)
    assert sum(map(len, EXAMPLES.values())) == sum(len(fence.findall(text_of(p))) for p in PAGES)


def test_an_example_that_is_wrong_would_fail():
    run_session("page", ">>> 1 + 1\n2\n")
    with pytest.raises(AssertionError):
        run_session("page", ">>> 1 + 1\n3\n")


@pytest.mark.parametrize("page", QUICK)
def test_the_examples_of_a_page_run(page):
    for _, body in EXAMPLES[page]:
        run_session(page, body)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, small_teacher) -> Path:
    """A folder with a home in it: 1,500 appeals, a model in service, their scores."""
    from models.registry import CHALLENGER, Registry
    from models.tenure import Move, put_in_service

    folder = tmp_path_factory.mktemp("docs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("REDRESS_HOME", str(folder / "var"))
        patch.setenv("REDRESS_TEACHER", str(small_teacher))
        for line in (
            "sample mine --appeals 1500 --days 60 --seed 1",
            "ingest mine/appeals.csv --columns mine/columns.yaml",
            "train",
        ):
            done = CliRunner().invoke(redress, line.split(), catch_exceptions=False)
            assert done.exit_code == 0, done.output
        registry = Registry(Settings.from_environment())
        put_in_service(registry, registry.alias_version(CHALLENGER), None, Move.PROMOTED)
        scored = "score mine/appeals.csv --columns mine/columns.yaml --out scores.parquet"
        CliRunner().invoke(redress, scored.split(), catch_exceptions=False)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_MODEL)
def test_the_examples_of_a_page_run_on_a_small_sample(
    page, trained, small_teacher, tmp_path, monkeypatch, capsys
):
    fresh = "redress ingest" in text_of(page)
    place = tmp_path if fresh else trained
    monkeypatch.chdir(place)
    monkeypatch.setenv("REDRESS_HOME", str(place / "var"))
    monkeypatch.setenv("REDRESS_TEACHER", str(small_teacher))
    for kind, body in EXAMPLES[page]:
        if kind == "python":
            run_session(page, body)
            continue
        for line, said in commands(body):
            shown, _, remark = line.partition("#")
            program, *arguments = shlex.split(shown)
            assert program == "redress", line
            monkeypatch.setattr(sys, "argv", ["redress", *arguments])
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
            told = capsys.readouterr()
            accepted = {0, 1} if "exit 0 or 1" in remark else {0}
            assert int(ended.value.code or 0) in accepted, told.err
            assert doctest.OutputChecker().check_output(said, told.out, LOOSE), (line, told.out)


def anchors(page: Path) -> set[str]:
    """Name the headings of a page as GitHub links to them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", head.lower()) for head in heads)
    return {head.replace(" ", "-") for head in plain}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    text = FENCE.sub("", text_of(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        place = (DOCS / path).resolve() if path else DOCS / page
        assert place.exists(), target
        assert place.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(place), target


def test_the_index_leads_to_every_page_and_the_readme_to_the_index():
    linked = set(re.findall(r"\]\((\w+\.md)\)", text_of("README.md")))
    assert linked == set(PAGES) - {"README.md"}
    assert "](docs/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


SPAN = re.compile(r"`([^`\n]*\bredress [^`\n]+)`|^(?:\$|    \S*) ?(.*\bredress .+)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_told_of_exists(page):
    context = click.Context(redress)
    for spans in SPAN.findall(text_of(page)):
        line = "".join(spans).partition("#")[0].partition(")")[0]
        words = line[re.search(r"\bredress ", line).end() :].split()
        command = redress.get_command(context, words[0])
        assert command is not None, line
        if isinstance(command, click.Group) and len(words) > 1:
            command = command.get_command(context, words[1])
            assert command is not None, line
        known = {name for one in command.params for name in one.opts} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= known, line


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_told_of_exists(page):
    known = {f"REDRESS_{one.name.upper()}" for one in fields(Settings)}
    assert set(re.findall(r"\bREDRESS_[A-Z_]+", text_of(page))) <= known


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_short_and_of_plain_lines(page):
    lines = text_of(page).splitlines()
    assert len(lines) <= 140
    assert max(len(line) for line in lines if not line.startswith("|")) <= 130
