import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import DamagedModel
from features.settings import Settings
from models.registry import Registry, quiet
from models.reliability import reliability
from models.run_record import GATE, read_run
from training.config import DEFAULT, load_config, parameters
from training.evaluation import evaluate
from training.gate import GateLine
from training.source import Source
from training.tracking import (
    CONFIG,
    ORIGIN,
    Origin,
    overall_figures,
    read_origin,
    read_seen,
    record_config,
    record_data,
    record_evaluation,
    record_verdict,
    running,
)

pytestmark = pytest.mark.slow
SEEN = np.array([2**63 + 5, 7, 11], dtype=np.uint64)


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    return Registry(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    (folder / "columns.yaml").write_text("text: words\n")
    return Source(folder / "appeals.csv", folder / "columns.yaml")


def origin(source):
    moments = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
    first, seen_until, last = moments
    return Origin(source, "d" * 64, 300, first, last, seen_until, 0.25)


@pytest.fixture(scope="module")
def evaluation():
    rng = np.random.default_rng(0)
    probability = rng.random(300)
    frame = pd.DataFrame(
        {
            "outcome": np.where(rng.random(300) < probability, "overturned", "upheld"),
            "policy": rng.choice(["spam", "counterfeit"], 300),
            **{name: [None] * 300 for name in ("market", "language", "detection")},
        }
    )
    return evaluate(frame, probability, rounds=50)


@pytest.fixture(scope="module")
def run(registry, source, evaluation):
    with running(registry) as run_id:
        record_config(registry, run_id, DEFAULT)
        record_data(registry, run_id, origin(source), SEEN)
        record_evaluation(registry, run_id, evaluation, {"encoder_fidelity": 0.9})
    return registry.client.get_run(run_id)


def test_a_run_has_every_parameter_and_the_file_to_repeat_it_from(registry, run):
    assert set(run.data.params) == set(parameters(DEFAULT))
    assert run.data.params["split.test"] == "0.15"
    assert load_config(registry.artifact(run.info.run_id, CONFIG)) == DEFAULT
    assert run.info.status == "FINISHED"


def test_a_run_has_the_digest_and_the_dates_of_its_data(run):
    assert run.data.tags["data_digest"] == "d" * 64
    assert run.data.tags["data_first"] == "2026-01-01T00:00:00+00:00"
    assert run.data.tags["seen_until"] == "2026-02-01T00:00:00+00:00"


def test_a_run_has_the_measures_and_the_slices(registry, run, evaluation):
    assert run.data.metrics["auc"] == evaluation.overall.metrics.auc
    assert run.data.metrics["encoder_fidelity"] == 0.9
    assert set(overall_figures(evaluation)) <= set(run.data.metrics)
    table = json.loads(registry.artifact(run.info.run_id, "slices.json").read_text())
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    assert (rows[0]["dimension"], rows[0]["value"]) == ("overall", "all")
    assert {row["value"] for row in rows[1:]} == {"spam", "counterfeit"}
    assert sum(row["rows"] for row in rows[1:]) == 300


@pytest.mark.parametrize("name", ["calibration.png", "precision_recall.png"])
def test_a_run_has_its_figures(registry, run, name):
    drawn = registry.artifact(run.info.run_id, f"figures/{name}").read_bytes()

    assert drawn.startswith(b"\x89PNG")


def test_the_origin_and_what_was_seen_read_back(registry, run, source):
    found = read_origin(registry, run.info.run_id)

    assert found.prior == 0.25
    assert found.seen_until == datetime(2026, 2, 1, tzinfo=UTC)
    assert found.source.file == source.file.resolve()
    assert found.source.columns.read_text() == "text: words\n"
    assert sorted(read_seen(registry, run.info.run_id)) == sorted(SEEN)


def test_a_training_on_the_history_says_so(registry):
    with running(registry) as run_id:
        record_data(registry, run_id, origin(Source()), SEEN)

    assert read_origin(registry, run_id).source == Source()


@pytest.mark.parametrize(
    ("failure", "status"),
    [(ValueError, "FAILED"), (KeyboardInterrupt, "KILLED"), (SystemExit(143), "KILLED")],
)
def test_a_run_that_breaks_off_says_whether_it_failed_or_was_stopped(registry, failure, status):
    def broken():
        with running(registry) as run_id:
            started.append(run_id)
            raise failure

    started = []
    with pytest.raises((ValueError, KeyboardInterrupt, SystemExit)):
        broken()

    assert registry.client.get_run(started[0]).info.status == status


RECORDING = """
import signal, sys, time
from importlib.metadata import EntryPoint
import click
from features import command
from features.settings import Settings
from models.registry import Registry, quiet
from training.tracking import running

@click.command()
def record():
    with running(Registry(Settings.from_environment())) as run_id:
        print(run_id, flush=True)
        time.sleep(300)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
command._record = record
command.entry_points = lambda **asked: [EntryPoint("record", "features.command:_record", "g")]
sys.argv[1:] = ["record"]
command.main()
"""


@pytest.mark.parametrize(
    ("numbers", "code", "said"),
    [
        # Twice, as `timeout` does: to the process, and to its group.
        ([signal.SIGTERM, signal.SIGTERM], 143, "redress: stopped by SIGTERM"),
        ([signal.SIGINT], 1, "Aborted!"),
    ],
)
def test_a_command_that_is_stopped_ends_its_run_as_killed(registry, numbers, code, said):
    with subprocess.Popen(
        [sys.executable, "-c", RECORDING],
        env={**os.environ, "REDRESS_HOME": str(registry.settings.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        run_id = process.stdout.readline().strip()
        assert registry.client.get_run(run_id).info.status == "RUNNING"
        for number in numbers:
            process.send_signal(number)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()

    assert process.returncode == code
    assert errors.strip().splitlines()[-1] == said
    assert registry.client.get_run(run_id).info.status == "KILLED"


def test_mlflow_itself_finds_the_files_of_a_copied_home(registry, run, source, tmp_path):
    home = registry.settings.home
    before = (home / "mlflow.db").read_bytes()
    copy = Registry(Settings(home=Path(shutil.copytree(home, tmp_path / "copy"))))

    with running(copy) as run_id:
        record_data(copy, run_id, origin(source), SEEN)

    with quiet():
        from mlflow.tracking import MlflowClient

        client = MlflowClient(copy.settings.tracking)
    for known in (run_id, run.info.run_id):
        kept = client.get_run(known).info.artifact_uri
        assert kept == (tmp_path / "copy/artifacts" / known / "artifacts").as_uri()
    assert sorted(read_seen(copy, run_id)) == sorted(SEEN)
    assert (home / "mlflow.db").read_bytes() == before
    assert not (home / "artifacts" / run_id).exists()


@pytest.mark.parametrize("content", [None, "{", "{}", '{"file": 3}'])
def test_a_record_that_is_gone_or_broken_is_refused(registry, source, content):
    with running(registry) as run_id:
        record_data(registry, run_id, origin(source), SEEN)
    path = registry.artifact(run_id, ORIGIN)
    if content is None:
        path.unlink()
    else:
        path.write_text(content)

    with pytest.raises(DamagedModel, match="record of the training"):
        read_origin(registry, run_id)


def test_prints_that_are_gone_or_broken_are_refused(registry, source):
    with running(registry) as run_id:
        record_data(registry, run_id, origin(source), SEEN)
    path = registry.artifact(run_id, "seen.parquet")

    path.write_bytes(b"PAR1 no")
    with pytest.raises(DamagedModel):
        read_seen(registry, run_id)
    path.unlink()
    with pytest.raises(DamagedModel):
        read_seen(registry, run_id)


def test_the_bins_and_the_verdict_are_read_as_they_were_logged(registry, evaluation):
    with running(registry) as run_id:
        record_evaluation(registry, run_id, evaluation, {})
    assert read_run(registry, run_id).unread == (GATE,)
    line = GateLine("beats the prior", 1.0, 0.95, True, 9, "more is better")
    verdict = {"previous": None, "promoted": False, "cases": 9, "gate": [line.as_dict()]}
    record_verdict(registry, run_id, verdict)
    record_verdict(registry, run_id, {**verdict, "promoted": True})
    record = read_run(registry, run_id)
    assert record.unread == ()
    assert record.verdict.promoted
    assert record.verdict.demands[0].name == line.name
    assert record.bins == reliability(evaluation.outcome, evaluation.probability)
    assert record.parts[0].rows == len(evaluation.outcome)
