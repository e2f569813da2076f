"""The service as its users meet it: `redress serve`, a real process on a real socket."""

import importlib.util
import signal
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from features.columns import ColumnMap
from features.database import writing
from features.files import read_table
from features.frame import appeal_frame
from features.tables import SCORES
from models import theme_encoder
from models.catalog import Catalog
from models.registry import CHAMPION, Registry

pytestmark = pytest.mark.slow


def test_without_a_champion_it_lives_is_not_ready_and_ends_when_asked(
    tmp_path, started, until, appeal, inbox, line_up, webhook_secret, monkeypatch
):
    monkeypatch.setenv("REDRESS_WEBHOOK_URL", inbox.url)
    monkeypatch.setenv("REDRESS_WEBHOOK_SECRET", webhook_secret)
    with started(tmp_path, workers=2) as service, service.client("score") as client:
        sent = line_up(service.engine, 3, datetime.now(UTC))
        until(lambda: "Redress serves on" in service.said())
        assert client.get("/livez").status_code == 200
        assert client.get("/readyz").status_code == 503
        assert client.get("/nowhere").headers["content-type"] == "application/problem+json"
        assert client.get("/").status_code == 303  # to the sign-in
        response = client.post("/v1/score", json={"appeals": [appeal()]})
        assert response.json()["type"] == "urn:redress:problem:no-champion"
        assert client.post("/v1/score", content=b"{}").status_code == 415
        until(lambda: len(inbox.received) == 3)
        assert sorted(inbox.ids) == sent
        delivered = 'redress_webhook_attempts_total{outcome="delivered"} 3.0'
        until(lambda: delivered in client.get("/metrics").text)
        metrics = client.get("/metrics").text
        assert 'route="/v1/score",status="503"' in metrics
        assert service.ended() == 0
        said = service.said()
    assert f"Redress serves on http://127.0.0.1:{service.port} " in said
    assert "no model has been promoted yet" in said
    assert said.count("delivered (status 204)") == 3
    assert webhook_secret not in said
    assert inbox.url not in said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("mlflow.db"))


@pytest.mark.skipif(
    importlib.util.find_spec("models.scorer") is None, reason="there is no model to train"
)
def test_from_no_model_to_a_promoted_one_to_the_end_without_a_restart(
    tmp_path, started, until, found_of, small_teacher, monkeypatch
):
    monkeypatch.setenv("REDRESS_TEACHER", str(small_teacher))
    with started(tmp_path) as service, service.client("score", "review") as client:
        service.run("sample", "sample", "--appeals", "1500", "--days", "120")
        service.run("train", "sample/appeals.csv", "--columns", "sample/columns.yaml")
        table = read_table(tmp_path / "sample" / "appeals.csv")
        appeals = ColumnMap.load(tmp_path / "sample" / "columns.yaml").read(table).appeals[-40:]
        asked = {"appeals": [appeal.model_dump(mode="json") for appeal in appeals]}
        until(lambda: "Redress serves on" in service.said())
        assert client.post("/v1/score", json=asked).status_code == 503

        registry = Registry(service.settings)
        registry.set_alias(CHAMPION, "1")
        until(lambda: client.get("/readyz").status_code == 200)
        card = client.get("/v1/model").json()
        assert card["version"] == "1"
        assert 1_000 < int(card["trained_on"]["data_rows"]) <= 1_500
        assert card["measured"]["auc"] > 0.5

        results = client.post("/v1/score", json=asked).json()["results"]
        expected = registry.champion().scorer.score(appeal_frame(appeals))
        for result, score in zip(results, expected, strict=True):
            assert result["probability"] == pytest.approx(score.probability, abs=1e-9)
            total = sum(reason["contribution"] for reason in result["reasons"])
            assert total == pytest.approx(result["logit"], abs=1e-6)

        broken = [asked["appeals"][0], asked["appeals"][1] | {"attributes": {"no such": 1}}, {}]
        results = client.post("/v1/score", json={"appeals": broken}).json()["results"]
        assert ["errors" in result for result in results] == [False, True, True]
        assert results[1]["errors"][0]["pointer"] == "/appeals/1/attributes/no such"
        with service.engine.connect() as connection:
            count = connection.execute(sa.select(sa.func.count()).select_from(SCORES))
            assert count.scalar_one() == 41

        def theme():
            one = {"appeals": [asked["appeals"][0]]}
            return client.post("/v1/score", json=one).json()["results"][0]["theme"]

        assert theme() is None
        encoder = registry.champion().scorer.overturn.encoder
        digest = theme_encoder.keep(encoder, tmp_path)
        found = found_of(encoder, digest, {"T1": (appeals[0].text, 5)})
        Catalog(service.engine).write(found)
        until(lambda: theme() is not None)
        told = {"id": "T1", "title": "found T1", "status": "new", "similarity": 1}
        assert theme() == pytest.approx(told, abs=1e-6)
        client.patch("/v1/themes/T1", json={"title": "Held payouts", "status": "escalated"})
        until(lambda: theme()["title"] == "Held payouts")
        assert theme()["status"] == "escalated"

        assert ask_while_it_is_asked_to_end(service, client, asked) == (200, 0)
        assert "Traceback" not in service.said()
        assert not any(appeal.text[:40] in service.said() for appeal in appeals)
        assert "Held payouts" not in service.said()


def ask_while_it_is_asked_to_end(service, client, asked):
    """Hold the ledger back until the process has been told to end; give both outcomes."""
    answers = []
    with writing(service.engine):
        asking = threading.Thread(
            target=lambda: answers.append(client.post("/v1/score", json=asked).status_code)
        )
        asking.start()
        asking.join(1.5)
        assert answers == []
        service.process.send_signal(signal.SIGTERM)
        asking.join(0.5)
    asking.join()
    return answers[0], service.process.wait(60)
