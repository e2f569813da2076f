"""The README is held to the code: commands, settings, endpoints, targets, examples."""

import json
import re
from dataclasses import fields
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner

from features.columns import ColumnMap
from features.command import GROUP, redress
from features.database import open_database
from features.faults import read_appeal
from features.schema import Appeal
from features.settings import Settings
from models.catalog import Catalog
from serving.api import create_app, parts_of
from serving.champion import Champion
from serving.current_themes import CurrentThemes
from serving.metrics import Metrics
from serving.shapes import ScoreAnswer

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_is_told_of_and_every_one_told_of_exists():
    told = set(re.findall(r"`redress (\w+)", README))
    assert told == set(entry_points(group=GROUP).names)


@pytest.mark.parametrize("name", sorted(entry_points(group=GROUP).names))
def test_every_command_has_help(name):
    answer = CliRunner().invoke(redress, [name, "--help"])
    assert answer.exit_code == 0
    assert len(answer.output.splitlines()) > 3


def test_every_setting_is_told_of_with_its_default():
    rows = [
        f"| `REDRESS_{one.name.upper()}` | `{one.default or '(empty)'}` | {one.metadata['help']} |"
        for one in fields(Settings)
    ]
    assert [line for line in README.splitlines() if line.startswith("| `REDRESS_")] == rows


def test_every_endpoint_is_told_of(tmp_path):
    settings = Settings(home=tmp_path)
    engine = open_database(settings)
    themes = CurrentThemes(Catalog(engine), settings)
    parts = parts_of(engine, Champion(registry=None), themes, Metrics(shared=False))
    app = create_app(parts)
    routes = {
        f"{method.upper()} {path}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    told = set(re.findall(r"`((?:GET|POST|PATCH) /[\w./{}]+)`", README))
    assert routes - told == set()
    assert told - routes == {"GET /livez", "GET /readyz", "GET /openapi.json"} - routes
    engine.dispose()


def test_every_make_target_told_of_exists():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"make (\w+)", README)) <= targets


def test_ci_runs_the_test_command_told_of_and_nothing_else_can_fail_it():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line.startswith("make")] == [lines[-1]] == ["make test"]
    assert re.search(r"^make test +#", README, flags=re.MULTILINE)
    assert next(line for line in lines if line.startswith("install_browser ")).count("||") == 1


def test_every_file_told_of_exists():
    named = re.findall(r"`((?:features|models|training|serving|examples)/[\w./]*)`", README)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert [
        name for name in re.findall(r"\]\((docs/[^)]+)\)", README) if not (ROOT / name).exists()
    ] == []


def test_every_field_of_an_appeal_is_told_of():
    assert [name for name in Appeal.model_fields if f"`{name}`" not in README] == []


def test_the_mapping_shown_is_one(tmp_path):
    file = tmp_path / "columns.yaml"
    file.write_text(re.search(r"```yaml\n(.*?)```", README, flags=re.DOTALL)[1])
    assert ColumnMap.load(file).mapping.appeal_id.column == "request_id"


def test_the_answer_shown_is_one():
    shown = re.search(r"```json\n(.*?)```", README, flags=re.DOTALL)
    ScoreAnswer.model_validate_json(shown[1])


def test_the_appeals_of_the_example_are_sound():
    example = json.loads((ROOT / "examples" / "appeals.json").read_text())
    assert [type(read_appeal(raw)) for raw in example["appeals"]] == [Appeal, Appeal]
