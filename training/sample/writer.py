"""The files of a sample: appeals, second decisions, their mapping, the truth, the incidents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from features.errors import UnwritableFolder
from training.sample.incidents import INCIDENTS, Placed
from training.sample.making import Sample
from training.sample.marketplace import EVIDENCE
from training.sample.rhythm import utc
from training.sample.truth import sigmoid

APPEALS: Final = "appeals.csv"
AGAIN: Final = "again.csv"
COLUMNS: Final = "columns.yaml"
TRUTH: Final = "truth.csv"
INCIDENTS_FILE: Final = "incidents.json"
FILES: Final = (APPEALS, AGAIN, COLUMNS, TRUTH, INCIDENTS_FILE)
SEPARATOR: Final = "|"

NUMERIC: Final = (
    "seller_age_days",
    "prior_violations",
    "prior_appeals",
    "order_count_90d",
    "rating",
    "cancellation_rate",
    "days_to_appeal",
    "detector_confidence",
)
CATEGORICAL: Final = ("category", "courier")
BOOLEAN: Final = ("verified", "cross_border")

MAPPING: Final[dict[str, Any]] = {
    "appeal_id": "appeal_id",
    "submitted_at": "submitted_at",
    "text": "text",
    "subject_id": "subject_id",
    "policy": "policy",
    "action": "action",
    "market": "market",
    "language": "language",
    "detection": "detection",
    "evidence": {"column": "evidence", "separator": SEPARATOR},
    "attempt": "attempt",
    "stake": "stake",
    "decision": {
        "column": "outcome",
        "overturned": ["overturned"],
        "upheld": ["upheld"],
        "decided_at": "decided_at",
        "reviewer_id": "reviewer_id",
        "escalated_to": "escalated_to",
    },
    "attributes": {
        "numeric": list(NUMERIC),
        "categorical": list(CATEGORICAL),
        "boolean": list(BOOLEAN),
    },
}
"""The column mapping that reads `appeals.csv` and `again.csv`."""


def write_sample(sample: Sample, out: Path) -> None:
    """Write a sample into a folder, each file whole or not at all.

    Parameters
    ----------
    sample
        The sample.
    out
        The folder; made where there is none. An earlier sample in it is written over.

    Raises
    ------
    UnwritableFolder
        When it is a file, cannot be written, or holds files of other making.
    """
    check_folder(out)
    truth = truth_table(sample)
    appeals = appeals_table(sample)
    writers: dict[str, Callable[[Path], object]] = {
        APPEALS: lambda file: _write_csv(appeals, file),
        AGAIN: lambda file: _write_csv(again_table(appeals, sample.again), file),
        TRUTH: lambda file: _write_csv(truth, file),
        COLUMNS: lambda file: file.write_text(yaml.safe_dump(MAPPING, sort_keys=False)),
        INCIDENTS_FILE: lambda file: file.write_text(_incidents_json(sample)),
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, write in writers.items():
            part = out / f"{name}.part"
            write(part)
            part.replace(out / name)
    except OSError as error:
        raise _unwritable(out, error.strerror or "it cannot be written") from error


def check_folder(out: Path) -> None:
    """Refuse a folder that is none, or that holds anything but an earlier sample.

    Raises
    ------
    UnwritableFolder
        With what is in the way.
    """
    try:
        if not out.exists():
            return
        foreign = sorted(f.name for f in out.iterdir() if f.name.removesuffix(".part") not in FILES)
    except OSError as error:
        raise _unwritable(out, error.strerror or "it cannot be read") from error
    if foreign:
        raise _unwritable(out, f"it holds {foreign[0]!r}, which is not part of a sample")


def _unwritable(out: Path, why: str) -> UnwritableFolder:
    return UnwritableFolder(
        f"cannot write a sample into {str(out)!r}: {why}",
        "a new or an empty folder, or one with an earlier sample",
        "Name another folder.",
    )


def appeals_table(sample: Sample) -> pd.DataFrame:
    """Lay out what a marketplace would export: only what was known, decisions where they are in."""
    cases = sample.cases
    table = pd.DataFrame({"appeal_id": _appeal_ids(cases)})
    table["submitted_at"] = _iso(cases["time"])
    table["subject_id"] = [f"S{seller:06d}" for seller in cases["seller"]]
    for name in ("policy", "action", "market", "language", "detection", "attempt", "stake"):
        table[name] = cases[name].to_numpy()
    table["evidence"] = _evidence(cases)
    for name in NUMERIC + CATEGORICAL:
        table[name] = cases[name].to_numpy()
    for name in BOOLEAN:
        table[name] = np.where(cases[name], "true", "false")
    table["text"] = cases["text"].to_numpy(object)
    return table.assign(**_decisions(sample))


def again_table(appeals: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """Lay out those appeals that somebody else decided again, each with that other decision.

    Parameters
    ----------
    appeals
        As `appeals_table` gives them.
    again
        As `training.sample.second_looks.second_looks` gives them.
    """
    return appeals.iloc[again.index].assign(
        outcome=np.where(again["overturned"], "overturned", "upheld"),
        decided_at=_iso(again["decided_at"]),
        reviewer_id=_reviewer_ids(again["reviewer"]),
        escalated_to="none",
    )


def _reviewer_ids(reviewers: pd.Series[Any]) -> NDArray[np.object_]:
    return np.array([f"R{reviewer:02d}" for reviewer in reviewers], dtype=object)


def _decisions(sample: Sample) -> dict[str, Any]:
    """Give the columns of the decisions, empty where none was made by the end of the sample."""
    cases = sample.cases
    end = np.datetime64(sample.plan.until.replace(tzinfo=None))
    decided = cases["decided_at"].to_numpy() < end
    outcome = np.where(cases["overturned"], "overturned", "upheld")
    team = np.where(cases["escalated"], cases["team"], "none")
    columns = {
        "outcome": outcome,
        "decided_at": _iso(cases["decided_at"]),
        "reviewer_id": _reviewer_ids(cases["reviewer"]),
        "escalated_to": team,
    }
    return {name: np.where(decided, values, "") for name, values in columns.items()}


def truth_table(sample: Sample) -> pd.DataFrame:
    """Lay out the truth behind each appeal, undecided ones included.

    Returns
    -------
    pandas.DataFrame
        `probability` is that of `overturned` given everything known at filing, averaged over truth
        and reviewers: no score can beat it. `reviewer_probability` also knows the reviewer.
        `wrong_probability` is that of a wrong enforcement, `wrong` the truth drawn from it, and
        `overturned` the decision drawn. `incident` and `template` are empty where there is none.
    """
    cases = sample.cases
    keys = np.array([incident.key for incident in INCIDENTS] + [""], dtype=object)
    table = {
        "appeal_id": _appeal_ids(cases),
        "probability": cases["probability"].round(6),
        "reviewer_probability": cases["reviewer_probability"].round(6),
        "wrong_probability": sigmoid(cases["logit"].to_numpy(float)).round(6),
        "wrong": cases["wrong"].astype(int),
        "overturned": cases["overturned"].astype(int),
        "escalation_probability": cases["escalation_probability"].round(6),
        "escalation_team": cases["team"],
        "incident": keys[cases["incident"].to_numpy()],
        "template": cases["letter"],
    }
    return pd.DataFrame(table)


def _appeal_ids(cases: pd.DataFrame) -> list[str]:
    return [f"A{number:07d}" for number in range(1, len(cases) + 1)]


def _iso(times: pd.Series[Any]) -> NDArray[np.object_]:
    written: NDArray[np.object_] = times.dt.strftime("%Y-%m-%dT%H:%M:%SZ").to_numpy(object)
    return written


def _evidence(cases: pd.DataFrame) -> list[str]:
    """Join the kinds of evidence attached."""
    shown = cases[[f"evidence.{kind}" for kind in EVIDENCE]].to_numpy(bool)
    kinds = np.array(EVIDENCE)
    return [SEPARATOR.join(kinds[row]) for row in shown]


def _write_csv(table: pd.DataFrame, file: Path) -> None:
    table.to_csv(file, index=False, lineterminator="\n")


def _incidents_json(sample: Sample) -> str:
    """Write the incidents as JSON."""
    counts = sample.cases["incident"].value_counts()
    incidents = [
        _incident(placed, int(counts.get(position, 0)))
        for position, placed in enumerate(sample.placed)
    ]
    return json.dumps(incidents, indent=2, ensure_ascii=False) + "\n"


def _incident(placed: Placed, appeals: int) -> dict[str, object]:
    """Lay out one incident: what it is, when, how big, and what drives it, strongest first."""
    incident = placed.incident
    return {
        "incident": incident.key,
        "kind": incident.kind,
        "title": incident.title,
        "start": utc(placed.start),
        "ramp_days": round(placed.ramp_days, 2),
        "end": utc(placed.end),
        "appeals": appeals,
        "cause": [{"field": field, "value": value} for field, value in incident.cause.items()],
        "words": list(incident.words),
    }
