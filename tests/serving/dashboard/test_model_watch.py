"""What the page Model tells of drift, of the shadow, and of who served."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from features.database import writing
from features.history import add_appeals, add_decisions
from features.schema import Appeal, Decision
from models.drift import Moved
from models.drift_record import ANSWER, EXPERIMENT, VERSION, DriftRecord, Kind, Look, Outlook
from models.drift_record import record_json as told_as_json
from models.foreseen import foreseen
from models.performance import performance
from models.registry import CHALLENGER, CHAMPION, Registry
from models.shadow import ShadowScore, record
from models.tenure import Move, put_in_service
from serving.dashboard.model_contenders import Contenders
from serving.dashboard.model_watch import MOST_LOOKS, ModelWatch, drift_told
from serving.dashboard.roles import Role

AT = datetime(2025, 4, 2, 9, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"


def look(name="policy", value=0.4, chance=0.1, kind=Kind.MIX, **facts):
    return Look(kind, name, value, 0.25, chance, 900, 300, "an index", **facts)


def found(*looks, missing=(), version="1"):
    said = np.linspace(0.05, 0.9, 60)
    came = (np.arange(60) % 3 == 0).astype(int)
    outlook = Outlook(
        0.74, foreseen(said), foreseen(said[:40]), performance(came[:40], said[:40]), 0.7
    )
    day = date(2025, 3, 31)
    return DriftRecord(version, day, day, AT, 60, 900, looks, outlook, missing)


def test_what_is_past_its_limit_is_told_first_and_what_is_by_chance_only_counted():
    many = [look(f"fact {place}", 0.2) for place in range(MOST_LOOKS + 3)]
    told = drift_told(found(*many, look(value=0.05), look("market", 0.9)))
    assert [one.name for one in told.looks[:2]] == ["market", "fact 0"]
    assert (len(told.looks), told.more, told.calm) == (MOST_LOOKS, 4, 1)
    assert [row.name for row in told.measures] == ["AUC", "Brier score", "Calibration"]


def test_what_is_expected_to_move_is_never_past_its_limit():
    assert look(value=0.9).past
    assert not look(value=0.9, expected=True).past
    assert not look(value=0.9, chance=1.0).past


def log(registry, kept):
    client = registry.client
    number = client.get_experiment_by_name(EXPERIMENT)
    place = registry.settings.artifacts.as_uri()
    number = number.experiment_id if number else client.create_experiment(EXPERIMENT, place)
    run_id = client.create_run(number).info.run_id
    client.log_param(run_id, VERSION, kept.version)
    client.log_text(run_id, told_as_json(kept), ANSWER)
    client.set_terminated(run_id, "FINISHED")


@pytest.mark.slow
def test_the_page_tells_of_drift_shadow_and_who_served(full_house, enter_models):
    enter_models(full_house)
    registry = Registry(full_house.settings)
    page = full_house.client(Role.VIEWER).get("/model").text
    assert "Nobody has looked yet" in page
    assert "in shadow" not in page

    champion, challenger = (registry.alias_version(name) for name in (CHAMPION, CHALLENGER))
    moved = look(HOSTILE, moved=(Moved(HOSTILE, 0.1, 0.4, 0.2),))
    log(registry, found(moved, missing=("text: gone",), version=champion))
    names = [f"shadow-{place}" for place in range(30)]
    with writing(full_house.engine) as connection:
        appeals = [Appeal(appeal_id=name, submitted_at=AT, text="x") for name in names]
        add_appeals(connection, appeals)
        later = AT + timedelta(days=1)
        decided = [
            Decision(appeal_id=name, outcome=("overturned", "upheld")[place % 2], decided_at=later)
            for place, name in enumerate(names)
        ]
        add_decisions(connection, decided)
    both = [
        ShadowScore(name, AT, challenger, 0.5, champion, (0.2, 0.8)[place % 2])
        for place, name in enumerate(names)
    ]
    record(full_house.engine, both)
    put_in_service(registry, challenger, champion, Move.PROMOTED)
    put_in_service(registry, champion, challenger, Move.ROLLED_BACK, HOSTILE)

    # The service keeps what it has read for a minute: another one reads anew.
    watch = ModelWatch(registry, full_house.engine)
    watched = watch.of(*Contenders(registry).champion_and_challenger())
    assert watched.drift.record.past == (moved,)
    assert (watched.shadow.scored, watched.shadow.decided) == (30, 30)
    assert watched.shadow.saved.value == pytest.approx(0.64 - 0.25)
    assert [one.move for one in watched.tenures] == [Move.ROLLED_BACK, Move.PROMOTED]


@pytest.mark.slow
def test_what_was_found_is_escaped_and_drawn(full_house, enter_models):
    enter_models(full_house)
    registry = Registry(full_house.settings)
    champion = registry.alias_version(CHAMPION)
    moved = look(HOSTILE, moved=(Moved(HOSTILE, 0.1, 0.4, 0.2),))
    log(registry, found(moved, missing=("text: gone",), version=champion))
    put_in_service(registry, champion, champion, Move.PROMOTED, HOSTILE)
    page = full_house.client(Role.VIEWER).get("/model").text
    assert "1 look past the limit" in page
    assert "Not compared: text: gone" in page
    assert "Foreseen of the decided" in page
    assert "of 60 appeals; decided are 40 of them" in page
    assert "Who put which in service" in page
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
