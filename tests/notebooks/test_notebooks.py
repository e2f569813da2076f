"""The notebooks: lessons without logic, stored without outputs, run on a home to practise in."""

import ast
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from rich.console import Console

from features.settings import Settings
from models.registry import CHALLENGER, CHAMPION, Registry
from training.bench.practice import Practice, make_practice
from training.stages import Stages
from training.tracking import read_origin

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
ROOMS = {"features", "models", "training"}
ALLOWED = ROOMS | {"pandas", "matplotlib", "IPython"}
MAGIC = "%matplotlib inline"
CELL_SECONDS = 300
"""Beyond which a cell hangs."""
FIGURES = {
    "01-explore": 7,
    "02-train-and-compare": 10,
    "03-themes-and-emergence": 4,
    "04-promote-and-monitor": 4,
}


def notebook(name: str) -> Any:
    found = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    nbformat.validate(found)
    return found


def code_cells(found: Any) -> list[Any]:
    return [cell for cell in found.cells if cell.cell_type == "code"]


def tree(cell: Any) -> ast.Module:
    lines = cell.source.splitlines()
    assert all(line == MAGIC for line in lines if line.startswith(("%", "!")))
    return ast.parse("\n".join(line for line in lines if line != MAGIC))


def test_there_are_four():
    assert sorted(FIGURES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_stored_without_outputs(name):
    for cell in code_cells(notebook(name)):
        assert cell.outputs == []
        assert cell.execution_count is None


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_defines_nothing_and_imports_the_rooms_alone(name):
    logic = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.While)
    for cell in code_cells(notebook(name)):
        for node in ast.walk(tree(cell)):
            assert not isinstance(node, logic)
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= ALLOWED
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                assert (node.module or "").split(".")[0] in ALLOWED


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_computes_three_lines_at_the_most(name):
    for cell in code_cells(notebook(name)):
        lines = [
            node for node in tree(cell).body if not isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert len(lines) <= 4  # and one that shows


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_says_before_each_cell_what_is_asked(name):
    cells = notebook(name).cells
    kinds = [cell.cell_type for cell in cells]
    said = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert kinds[0] == "markdown"
    assert cells[0].source.startswith("# ")
    assert "code code code" not in " ".join(kinds)
    assert min(map(len, said)) > 40


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_begins_by_opening_the_home(name):
    calls = [
        node.func.id
        for node in ast.walk(tree(code_cells(notebook(name))[0]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert calls[0] == "open_home"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Make the home that all notebooks share, once."""
    settings = Settings(home=tmp_path_factory.mktemp("practice"))
    made = Practice(appeals=4_000, days=100, token_budget=20_000)
    make_practice(settings, made, Stages(Console(quiet=True)))
    return settings


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str, Path], Any]:
    """Run a notebook as Jupyter does, in a kernel of its own."""

    def execute(name: str, home: Path) -> Any:
        found = notebook(name)
        places = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "IPYTHONDIR": str(tmp_path)}
        named = {key: value for key, value in os.environ.items() if not key.startswith("REDRESS_")}
        env = named | places | {"REDRESS_HOME": str(home), "OMP_NUM_THREADS": "1"}
        client = NotebookClient(found, timeout=CELL_SECONDS, kernel_name="python3")
        client.execute(env=env, cwd=str(FOLDER))
        return found

    return execute


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_from_top_to_bottom(name, practice, run):
    cells = code_cells(run(name, practice.home))

    outputs = [output for cell in cells for output in cell.outputs]
    said = [output.text for output in outputs if output.output_type == "stream"]
    assert said == []  # neither a warning nor chatter
    drawn = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(drawn) == FIGURES[name]


@pytest.mark.slow
def test_a_home_to_practise_in_was_lived_day_by_day(practice):
    registry, plan = Registry(practice), Practice(appeals=4_000, days=100)
    until = {}
    for alias in (CHAMPION, CHALLENGER):
        version = registry.alias_version(alias)
        assert version is not None
        until[alias] = read_origin(registry, registry.describe(version).run_id)

    assert until[CHAMPION].last < plan.after(plan.champion)
    assert plan.after(plan.champion) < until[CHALLENGER].last < plan.after(plan.challenger)


@pytest.mark.slow
def test_without_data_a_notebook_says_what_to_do_and_makes_nothing(tmp_path, run):
    home = tmp_path / "nothing"

    with pytest.raises(CellExecutionError, match="NoAppeals") as refused:
        run("01-explore", home)

    assert f"{home} holds no appeals" in str(refused.value)
    assert "python -m training.bench FOLDER" in str(refused.value)
    assert "redress sample OUT" in str(refused.value)
    assert not home.exists()
