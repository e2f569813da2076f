"""The MLflow run of a discovery: numbers, table, figure, and nothing of a suppressed theme."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from features.database import open_database
from features.settings import Settings
from models.alarm_book import AlarmBook, Raised
from models.alarms import Account, Kind, Part, Sighting
from models.catalog import Catalog
from models.curation import Edit
from models.registry import Registry
from models.scan import ScanResult
from models.scan.calibration import UNWIDENED
from models.theme_encoder import digest_of
from models.themes import Event
from training.discovered import Discovered
from training.emergence import Emergence
from training.theme_run import EXPERIMENT, alarms_figure, record_discovery, sizes_figure

NOON = datetime(2025, 4, 1, 12, tzinfo=UTC)
PLAN = {"T1": ("payout held", 12), "T2": ("parcel lost", 7), "T3": ("secret matter", 3)}
SECONDS = {"read": 0.25, "themes": 2.0}
PNG = b"\x89PNG"
SCAN = ScanResult((), 0.4, (1, 3), 99, UNWIDENED, counted=40, future=0, repeated=0)
NOTHING_NEW = Emergence((), SCAN, {Kind.RISE: 12}, suppressed=2)
RISE = Sighting(
    Account(
        kind=Kind.RISE,
        part=Part(theme="T2"),
        title="Late parcels",
        phrases=(),
        since=date(2025, 3, 25),
        window_days=7,
        observed=7,
        expected=1.5,
        decided=None,
        p=0.001,
        recurrence_days=1000.0,
        subjects=7,
        theme="T2",
        emerging=True,
        drivers=(),
        exemplars=(),
        days=(),
    ),
    ("T2-0", "T2-1"),
)


@pytest.fixture(scope="module")
def registry(empty_store, tmp_path_factory):
    home = tmp_path_factory.mktemp("runs")
    shutil.copy(empty_store, home / "mlflow.db")
    return Registry(Settings(home=home))


@pytest.fixture
def catalog(tmp_path):
    engine = open_database(Settings(home=tmp_path))
    yield Catalog(engine)
    engine.dispose()


@pytest.fixture
def found(found_of, reader):
    found = found_of(reader, digest_of(reader), PLAN)
    return replace(found, discovery=replace(found.discovery, persistence=0.875))


@pytest.fixture
def shown(catalog, found):
    catalog.write(found, [RISE])
    return catalog.themes(5)


@pytest.fixture
def discovered(catalog, found, shown):
    raised = AlarmBook(catalog.engine).alarms(is_open=True)
    return Discovered(found, replace(NOTHING_NEW, sightings=(RISE,)), shown, raised, SECONDS)


def test_the_figures_say_what_was_found(discovered):
    figures = discovered.figures
    assert (figures["appeals"], figures["themes"], figures["suppressed"]) == (40.0, 3.0, 1.0)
    assert figures["unassigned_share"] == 4 / 40
    assert figures["persistence"] == 0.875
    assert (figures["seconds"], figures["seconds_themes"]) == (3.5, 2.0)
    assert figures["themes_born"] == 3.0
    assert {f"themes_{event}" for event in Event} <= set(figures)
    assert {type(value) for value in figures.values()} == {float}


def test_a_figure_that_does_not_apply_is_left_out(discovered):
    found = discovered.found
    first = replace(found, discovery=replace(found.discovery, persistence=None, agreement=None))
    left_out = set(discovered.figures) - set(replace(discovered, found=first).figures)
    assert left_out == {"persistence", "agreement"}


def test_the_figure_draws_the_largest_themes_with_any_title(catalog, shown):
    for theme, title in (("T1", "lost $^$ money"), ("T2", "ร้านค้า 被封了")):
        catalog.edit(theme, Edit(title=title), "mia", NOON)
    one = sizes_figure(catalog.themes(5), most=1)
    (axes,) = one.axes
    (label,) = axes.get_yticklabels()
    assert label.get_text().startswith("T1  lost")
    assert "secret" not in label.get_text()
    assert len(sizes_figure(shown).axes[0].get_yticklabels()) == 2


def test_the_alarms_are_drawn_beside_what_was_expected(discovered):
    (axes,) = alarms_figure(discovered.raised).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A1  Late parcels"]
    assert [bar.get_width() for bar in axes.patches] == [7]


def test_the_figures_say_what_is_out_of_line(discovered):
    figures = discovered.figures
    assert (figures["alarms_open"], figures["alarms_opened"]) == (1, 1)
    assert (figures["alarms_suppressed"], figures["tests_rise"]) == (2, 12)
    assert (figures["scan_p"], figures["scan_shuffles"]) == (0.4, 99)


@pytest.mark.slow
def test_a_run_has_parameters_figures_the_table_and_the_picture(registry, catalog, discovered):
    for theme, title in (("T1", "lost $^$ money"), ("T2", "ร้านค้า 被封了")):
        catalog.edit(theme, Edit(title=title, status="watching"), "mia", NOON)
    discovered = replace(discovered, shown=catalog.themes(5))
    run_id = record_discovery(registry, discovered)

    run = registry.client.get_run(run_id)
    experiment = registry.client.get_experiment_by_name(EXPERIMENT)
    assert (run.info.status, run.info.experiment_id) == ("FINISHED", experiment.experiment_id)
    assert run.info.run_name == "as of 2025-03-31"
    assert run.data.params == {
        "as_of": "2025-03-31",
        "window_days": "90",
        "encoder": discovered.found.discovery.encoder,
    }
    assert run.data.metrics == discovered.figures
    written = registry.artifact(run_id, "themes.json").read_text()
    table = json.loads(written)
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    assert [row["theme"] for row in rows] == ["T1", "T2"]
    assert rows[0]["title"] == "lost $^$ money"
    assert (rows[0]["status"], rows[0]["appeals"], rows[0]["subjects"]) == ("watching", 12, 12)
    assert registry.artifact(run_id, "figures/themes.png").read_bytes().startswith(PNG)
    assert registry.artifact(run_id, "figures/alarms.png").read_bytes().startswith(PNG)
    (alarm,) = json.loads(registry.artifact(run_id, "alarms.json").read_text())["data"]
    assert alarm[:4] == ["A1", "rise", "Late parcels", "2025-03-31"]

    everything = b"".join(
        path.read_bytes() for path in registry.settings.artifacts.rglob("*") if path.is_file()
    )
    for hidden in (b"secret matter", b"found T3", b"T3-0"):
        assert hidden not in everything


@pytest.mark.slow
def test_a_discovery_of_nothing_is_recorded_too(registry, catalog, found_of, reader):
    found = found_of(reader, digest_of(reader), {}, as_of=date(2025, 5, 1))
    catalog.write(found)
    nothing = Discovered(found, NOTHING_NEW, catalog.themes(5), Raised(None, ()), SECONDS)
    run_id = record_discovery(registry, nothing)
    assert registry.client.get_run(run_id).data.metrics["themes"] == 0
    assert registry.artifact(run_id, "figures/themes.png").read_bytes().startswith(PNG)
    assert json.loads(registry.artifact(run_id, "themes.json").read_text())["data"] == []
