"""Promotion, damage, rollback and shadow, as a served process meets them."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from features.frame import appeal_frame, decided_frame
from features.schema import Appeal, Decision
from features.settings import Settings
from features.tables import SHADOW_SCORES
from models.overturn import OverturnConfig
from models.registry import CHALLENGER, CHAMPION, Registry
from models.scorer import Scorer, ScorerConfig
from models.tenure import Move, put_in_service

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)


def small_scorer(encoder, slope):
    """Fit a scorer of one attribute in a moment; `slope` says how much it matters."""
    rng = np.random.default_rng(0)
    appeals, decisions = [], []
    for place in range(300):
        age, filed = float(rng.normal()), datetime(2025, 1, 1, tzinfo=UTC) + place * HOUR
        appeals.append(
            Appeal(
                appeal_id=f"s{place}",
                submitted_at=filed,
                text=str(rng.choice(["payout held", "listing removed", "why shop"])),
                attributes={"age": age},
            )
        )
        won = rng.random() < 1 / (1 + np.exp(-slope * age))
        outcome = "overturned" if won else "upheld"
        decisions.append(Decision(appeal_id=f"s{place}", outcome=outcome, decided_at=filed + HOUR))
    quick = OverturnConfig(candidates={"vector": (30.0,)}, slices=2)
    frame = decided_frame(appeals, decisions)
    return Scorer.fit_with(encoder, frame, ScorerConfig(overturn=quick)), appeals


def register(registry, scorer):
    """Register a scorer without the rest of an MLflow model, which nothing here reads."""
    client = registry.client
    found = client.get_experiment_by_name("served")
    place = registry.settings.artifacts.resolve().as_uri()
    number = found.experiment_id if found else client.create_experiment("served", place)
    run_id = client.create_run(number).info.run_id
    folder = registry.settings.home / f"scorer-{run_id}"
    scorer.save(folder)
    client.log_artifacts(run_id, str(folder), "model/artifacts/scorer")
    return registry.register(run_id, {})


def test_a_served_process_follows_promotions_refuses_damage_and_scores_in_shadow(
    tmp_path, started, until, encoder, monkeypatch
):
    monkeypatch.setenv("REDRESS_SHADOW", "on")
    registry = Registry(Settings(home=tmp_path))
    for slope in (2.0, 3.0, 4.0):
        scorer, appeals = small_scorer(encoder, slope)
        register(registry, scorer)
    put_in_service(registry, "1", None, Move.PROMOTED)
    with started(tmp_path) as service, service.client("score") as client:

        def answered():
            asked = [one.model_dump(mode="json") for one in appeals[:7]]
            answer = client.post("/v1/score", json={"appeals": asked}).json()
            assert "results" in answer, (answer, service.said())
            assert all("probability" in result for result in answer["results"])
            return answer["model_version"]

        def in_shadow():
            with service.engine.connect() as connection:
                return connection.execute(sa.select(SHADOW_SCORES)).mappings().all()

        until(lambda: "Redress serves on" in service.said())
        until(lambda: client.get("/readyz").status_code == 200)
        until(lambda: "model version=3 scores in shadow" in service.said())
        assert answered() == "1"
        until(lambda: len(in_shadow()) == 7)
        kept = in_shadow()
        assert {(row["champion_version"], row["model_version"]) for row in kept} == {("1", "3")}
        said = registry.by_version("3").scorer.probabilities(appeal_frame(appeals[:7]))
        assert [row["probability"] for row in kept] == pytest.approx(said.tolist())
        until(lambda: "redress_shadow_scored_total 7.0" in client.get("/metrics").text)

        put_in_service(registry, "2", "1", Move.PROMOTED)
        until(lambda: answered() == "2")
        run_id = registry.describe("3").run_id
        damaged = registry.artifact(run_id, "model/artifacts/scorer/scorer.json")
        damaged.write_text(damaged.read_text() + " ")
        registry.set_alias(CHAMPION, "3")
        until(lambda: "cannot load champion version=3 (DamagedModel)" in service.said())
        assert answered() == "2"
        assert client.get("/readyz").status_code == 200
        registry.set_alias(CHAMPION, "2")
        service.run("rollback", "--reason", "a test")
        until(lambda: answered() == "1")
        assert registry.alias_version(CHALLENGER) == "3"
        assert service.ended() == 0
        assert "Traceback" not in service.said()


def test_a_store_of_a_later_mlflow_is_told_of_without_a_stack_trace(
    tmp_path, started, until, appeal
):
    registry = Registry(Settings(home=tmp_path))
    registry.client.create_registered_model("redress")
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    with started(tmp_path) as service, service.client("score") as client:
        until(lambda: "cannot load champion" in service.said())
        response = client.post("/v1/score", json={"appeals": [appeal()]})
        assert response.status_code == 503
        assert response.json()["type"] == "urn:redress:problem:unfit-store"
        assert "made by a later version of MLflow" in response.json()["detail"]
        command = [sys.executable, "-c", "from features.command import main; main()", "promote"]
        environment = os.environ | {"REDRESS_HOME": str(tmp_path)}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert ran.returncode == 1
        assert "Install the version of MLflow" in ran.stderr
        assert "Traceback" not in ran.stderr
        assert service.ended() == 0
        assert "Traceback" not in service.said()
