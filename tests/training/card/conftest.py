from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.calibration import Calibration, ConformalSets
from models.ceiling import ceiling_of
from models.drift_record import DriftRecord, Kind, Look, Outlook
from models.foreseen import foreseen
from models.makeup import makeup_of
from models.penalties import Penalties
from models.performance import performance
from models.registry import CHAMPION, Version
from models.reliability import reliability
from models.run_record import Demand, Part, RunRecord, Verdict
from models.scores import Attribute
from models.tenure import Move, Tenure
from training.card.facts import Facts, Known, Made, Origin, Searched
from training.evaluation import evaluate
from training.fairness import fairness

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = "</td><script>alert(1)</script> | `x` [a](http://b) \u202egnp.exe"
SECRET = "my lawyer Mr Quill says"


def _cases(rows: int = 400) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(3)
    said = rng.uniform(0.05, 0.9, rows)
    came = np.where(rng.random(rows) < said, "overturned", "upheld")
    frame = pd.DataFrame(
        {
            "appeal_id": [f"a{place}" for place in range(rows)],
            "submitted_at": pd.date_range("2026-01-01", periods=rows, freq="h", tz="UTC"),
            "text": SECRET,
            "subject_id": [f"shop {place // 2}" for place in range(rows)],
            "policy": rng.choice(["spam", HOSTILE], rows),
            "market": rng.choice(["SG", "ID"], rows),
            "language": "en",
            "outcome": came,
        }
    )
    frame.loc[:2, "market"] = HOSTILE
    return frame, said


@pytest.fixture(scope="session")
def whole() -> Facts:
    """All that can be known of a version, with a hostile value wherever somebody may have one."""
    frame, said = _cases()
    found = evaluate(frame, said, rounds=60)
    rows = found.table().astype(object).where(lambda table: table.notna(), None)
    parts = tuple(Part(**_part(row)) for row in rows.to_dict("records"))
    demand = Demand("beats the prior", 0.99, 0.95, True, 400, "share")
    record = RunRecord(
        figures={"auc": 0.71, "auc_low": 0.66, "auc_high": 0.75, "brier": 0.2, "ece": 0.04},
        parts=parts,
        bins=reliability(found.outcome, said),
        verdict=Verdict("1", True, 400, (demand, replace(demand, name=HOSTILE, passed=False))),
        unread=("slices.json",),
    )
    twice = pd.DataFrame(
        {
            "appeal_id": np.repeat([f"a{place}" for place in range(60)], 2),
            "reviewer_id": ["r1", "r2"] * 60,
            "overturned": np.random.default_rng(1).random(120) < 0.4,
        }
    )
    return Facts(
        version=Version("2", "abc", AT, "d" * 64, {}, (CHAMPION,)),
        read_at=AT,
        record=record,
        origin=Origin("history", 2_000, "e" * 64, AT, AT, AT, 0.25),
        teacher="",
        parameters={"seed": "0", HOSTILE: HOSTILE},
        installed={"numpy": "2"},
        learnt=makeup_of(frame, said),
        known=Known((Attribute(HOSTILE, "word"),)),
        made=Made(Penalties(), Calibration(0.9, 0.1), ConformalSets(0.1, 0.8, 0.4)),
        risk_is_learnt=False,
        searched=Searched(40, 12, taken=True),
        fairness=fairness(frame, said, said, rounds=60),
        ceiling=ceiling_of(twice, rounds=60),
        selection=None,
        tenures=(Tenure("2", Move.PROMOTED, AT, "1", "mia", HOSTILE),),
        drift=_drift(said),
    )


def _part(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in Part.__dataclass_fields__}


def _drift(said: np.ndarray) -> DriftRecord:
    day, came = date(2026, 2, 28), (np.arange(60) % 3 == 0).astype(int)
    look = Look(Kind.MIX, HOSTILE, 0.9, 0.25, 0.1, 900, 300, "an index")
    outlook = Outlook(0.7, foreseen(said), foreseen(said), performance(came, said[:60]), None)
    return DriftRecord("2", day, day, AT, 60, 900, (look,), outlook)


@pytest.fixture(scope="session")
def bare() -> Facts:
    """What is known of a version whose run holds nothing."""
    return Facts(
        version=Version("7", "abc", AT, "", {}, ()),
        read_at=AT,
        record=RunRecord({}, (), (), None, ("slices.json", "calibration.json", "gate.json")),
        origin=None,
        teacher=None,
        parameters={},
        installed={},
        learnt=None,
        known=None,
        made=None,
        risk_is_learnt=None,
        searched=None,
        fairness=None,
        ceiling=None,
        selection=None,
        tenures=(),
        drift=None,
    )


@pytest.fixture(scope="session")
def hostile() -> str:
    return HOSTILE


@pytest.fixture(scope="session")
def secret() -> str:
    return SECRET


@pytest.fixture(scope="session")
def with_facts() -> Callable[..., Facts]:
    return replace
