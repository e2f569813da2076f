import json
import math
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from features.columns import ColumnMap
from features.errors import TooFewDecisions
from features.files import read_table
from features.frame import decided_frame
from features.schema import Appeal, Decision
from features.settings import Settings
from training.backtest import SharedTeacher, backtest
from training.config import DEFAULT, TrainConfig
from training.periods import Every
from training.source import Cases
from training.split import overturned
from training.stages import Stages

DATA = Path(__file__).parents[3] / "shared" / "data"
QUICK = TrainConfig.model_validate(
    {"evaluation": {"rounds": 50}, "scorer": {"overturn": {"slices": 1, "candidates": {}}}}
)
MEASURES = {"auc", "ece", "brier_skill"}


def whole(frame):
    """Decided appeals alone."""
    return Cases(frame, 0, "", frame.iloc[:0])


@pytest.fixture
def stages():
    return Stages(Console(file=StringIO()))


@pytest.fixture(scope="module")
def frame():
    """Two years in which a number tells the outcome, and the base rate rises; no texts."""
    rng = np.random.default_rng(3)
    start, appeals, decisions = datetime(2024, 1, 1, tzinfo=UTC).timestamp(), [], []
    for place in range(1_500):
        filed = datetime.fromtimestamp(start + place * 730 * 86_400 / 1_500, UTC)
        age = float(rng.normal())
        one = Appeal(
            appeal_id=f"a{place}",
            submitted_at=filed,
            text="",
            subject_id=f"s{place // 2}",
            policy=str(rng.choice(["spam", "counterfeit"])),
            attributes={"age": age},
        )
        won = rng.random() < 1 / (1 + math.exp(1.5 - 1.5 * age - place / 1_500))
        appeals.append(one)
        decisions.append(
            Decision(
                appeal_id=one.appeal_id,
                outcome="overturned" if won else "upheld",
                decided_at=filed,
            )
        )
    return decided_frame(appeals, decisions)


@pytest.fixture(scope="module")
def found(frame, tmp_path_factory):
    home = Settings(home=tmp_path_factory.mktemp("home"))
    return backtest(whole(frame), QUICK, home, Stages(Console(file=StringIO())), Every.QUARTER)


def test_every_period_is_measured_with_bounds_and_beside_the_baselines(found, frame):
    assert [one.train_until.month for one in found.periods] == [10, 1, 4, 7, 10]
    assert (
        sum(one.test_rows for one in found.periods)
        == (frame["submitted_at"] >= found.periods[0].train_until).sum()
    )
    for one in found.periods:
        assert one.train_rows == (frame["decided_at"] < one.train_until).sum()
        assert one.train_until <= one.test_first <= one.test_last
        assert 0.6 < one.auc_low < one.auc < one.auc_high < 1
        assert 0 <= one.ece_low <= one.ece <= one.ece_high
        assert one.ece_if_calibrated < one.ece_by_chance
    assert found.means["auc"] == pytest.approx(np.mean([one.auc for one in found.periods]))
    assert found.means["auc"] > 0.5 == found.baselines["prior"].as_dict()["auc"]
    assert len(found.baselines["boosting_attributes"].auc) == len(found.periods)


def test_years_hold_all_that_was_foreseen_of_them(found):
    assert [one.year for one in found.years] == [2024, 2025]
    rows = [
        [one.test_rows for one in found.periods if one.test_first.year == y] for y in (2024, 2025)
    ]
    assert [one.test_rows for one in found.years] == [sum(of) for of in rows]
    alone, first = found.years[0], found.periods[0]
    assert (alone.auc, alone.ece, alone.brier_skill) == (first.auc, first.ece, first.brier_skill)
    aucs = [one.auc for one in found.periods[1:]]
    assert min(aucs) - 0.03 < found.years[1].auc < max(aucs) + 0.03
    # More cases leave less of the error to chance.
    assert found.years[1].ece_if_calibrated < found.periods[-1].ece_if_calibrated


def test_the_answer_has_the_keys_that_scripts_rely_on(found):
    answer = json.loads(json.dumps(found.answer(), allow_nan=False))
    assert answer["every"] == "quarter"
    assert answer["every_chosen"] is False
    assert {
        "train_until",
        "test_first",
        "test_last",
        "train_rows",
        "test_rows",
        "overturned",
        "auc",
        "auc_low",
        "auc_high",
        "ece",
        "ece_by_chance",
        "brier_skill",
    } <= answer["periods"][0].keys()
    assert answer["mean"].keys() >= MEASURES
    assert answer["baselines"]["tfidf_logistic"]["auc"] is None
    assert answer["baselines"]["prior"].keys() >= MEASURES


def test_the_future_changes_nothing_before_it(found, frame, stages, tmp_path):
    """What comes after a period may say anything: the period is foreseen and measured alike."""
    last = found.periods[-1].train_until
    other = frame.copy()
    late = (other["submitted_at"] >= last).to_numpy()
    other.loc[late, "outcome"] = np.where(overturned(other[late]) == 1, "upheld", "overturned")
    again = backtest(whole(other), QUICK, Settings(home=tmp_path), stages, Every.QUARTER)
    assert again.periods[:-1] == found.periods[:-1]
    assert again.periods[-1].auc == pytest.approx(1 - found.periods[-1].auc)
    assert again.periods[-1].mean_probability == found.periods[-1].mean_probability


def test_gains_are_told_period_by_period_on_the_same_cases(found):
    boosting = found.baselines["boosting_attributes"]
    gain = found.gains["boosting_attributes"]["auc"]
    assert gain.periods == tuple(
        one.auc - rival for one, rival in zip(found.periods, boosting.auc, strict=True)
    )
    error = found.gains["prior"]["ece"]
    first = found.baselines["prior"].ece[0] - found.periods[0].ece
    assert error.periods[0] == pytest.approx(first)  # above 0: the error is lower
    assert "tfidf_logistic" not in found.gains
    assert not any(one.young for one in found.periods)
    assert found.settled_means == found.means


def test_a_second_configuration_is_judged_on_the_same_periods(found, frame, stages, tmp_path):
    last = found.periods[-1].train_until
    home, how = Settings(home=tmp_path), (Every.QUARTER, last)
    same = backtest(whole(frame), QUICK, home, stages, *how, against=QUICK)
    assert {one.periods for one in same.gains["against"].values()} == {(0.0,)}
    blind = QUICK.model_copy(deep=True)
    start = blind.scorer.overturn.start.model_copy(update={"numbers": None})
    overturn = blind.scorer.overturn.model_copy(update={"start": start})
    scorer = blind.scorer.model_copy(update={"overturn": overturn})
    other = blind.model_copy(update={"scorer": scorer})
    gained = backtest(whole(frame), QUICK, home, stages, *how, against=other)
    assert gained.gains["against"]["auc"].mean > 0.1
    told = json.loads(json.dumps(gained.answer(), allow_nan=False))
    assert told["against"]["auc"] == gained.against.auc[0]
    assert told["gains"]["against"]["auc"]["better"] == 1


def test_a_period_of_which_outcomes_are_still_to_come_is_young(frame, stages, tmp_path):
    """Decisions take twenty days on average: of what was filed last many are not there yet."""
    rng = np.random.default_rng(0)
    late = frame.assign(
        decided_at=frame["submitted_at"] + pd.to_timedelta(rng.exponential(20, len(frame)), "D")
    )
    now = frame["submitted_at"].max()
    open_ = (late["decided_at"] > now).to_numpy()
    decided = late[~open_].reset_index(drop=True)
    undecided = late[open_].drop(columns=["outcome", "decided_at"])
    begin = datetime(2025, 4, 1, tzinfo=UTC)
    home = Settings(home=tmp_path)
    cases = Cases(decided, 0, "", undecided)
    found = backtest(cases, QUICK, home, stages, Every.QUARTER, begin)
    assert [one.young for one in found.periods] == [False, False, True]
    assert (
        found.periods[-1].undecided
        == (undecided["submitted_at"] >= pd.Timestamp("2025-10-01", tz="UTC")).sum()
    )
    assert found.settled_means["auc"] == pytest.approx(
        np.mean([one.auc for one in found.periods[:-1]])
    )
    answer = found.answer()
    assert answer["mean"]["auc"] != answer["mean_settled"]["auc"]
    assert answer["periods"][-1]["young"] is True
    alone = backtest(whole(decided), QUICK, home, stages, Every.QUARTER, begin)
    assert [one.young for one in alone.periods] == [False, False, True]
    assert [one.undecided for one in alone.periods] == [0, 0, 0]


def test_a_repeated_backtest_gives_the_same_digits(found, frame, stages, tmp_path):
    first = found.periods[-1].train_until
    again = backtest(whole(frame), QUICK, Settings(home=tmp_path), stages, Every.QUARTER, first)
    assert again.periods == found.periods[-1:]


def test_where_nothing_can_be_foreseen_it_says_why(frame, stages, tmp_path):
    late = datetime(2025, 12, 31, tzinfo=UTC)
    with pytest.raises(TooFewDecisions, match="no month that can be foreseen"):
        backtest(whole(frame), QUICK, Settings(home=tmp_path), stages, Every.MONTH, late)
    sparse = frame.iloc[::6].reset_index(drop=True)
    with pytest.raises(TooFewDecisions, match="to be foreseen"):
        backtest(whole(sparse), QUICK, Settings(home=tmp_path), stages, Every.MONTH)


def test_a_text_is_read_once_whoever_learns_from_it(monkeypatch):
    read = []

    def encode(self, texts, progress=False):
        read.extend(texts)
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32).reshape(-1, 2)

    monkeypatch.setattr("features.teacher.Teacher.encode", encode)
    teacher = SharedTeacher()
    assert teacher.encode(["one", "three", "one"])[:, 0].tolist() == [3, 5, 3]
    assert teacher.encode(["three", "fifteen"])[:, 0].tolist() == [5, 7]
    assert read == ["one", "three", "fifteen"]


@pytest.mark.data
@pytest.mark.slow
def test_years_of_medical_reviews_are_foreseen_from_those_before(stages, tmp_path):
    file = DATA / "imr" / "determinations.csv.gz"
    if not file.exists():
        pytest.skip(f"no {file.name} beside the checkout")
    columns = Path(__file__).parents[2] / "examples" / "columns" / "imr.yaml"
    records = ColumnMap.load(columns).read(read_table(file))
    decided = decided_frame(records.appeals, records.decisions)
    first = datetime(2015, 1, 1, tzinfo=UTC)
    found = backtest(whole(decided), DEFAULT, Settings(home=tmp_path), stages, None, first)
    assert found.every == Every.YEAR
    assert [one.test_first.year for one in found.periods] == [2015, 2016]
    assert [one.test_rows for one in found.periods] == [2_082, 1_307]
    assert found.means["auc"] > found.baselines["boosting_attributes"].as_dict()["auc"] - 0.02
    assert found.means["auc"] > 0.66
    assert found.means["brier_skill"] > 0.05
