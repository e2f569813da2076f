"""`redress drift`: calm where nothing moved, past its limits where it did, clear of bad input."""

import json
import shutil
import sys
from datetime import UTC, date, datetime, timedelta
from types import ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from features.columns import ColumnMap
from features.database import open_database
from features.errors import InvalidDate
from features.frame import appeal_frame
from features.history import History
from features.settings import Settings
from models.card_files import read_card
from models.drift_record import EXPERIMENT, Kind, latest_drift
from models.ledger import Ledger, Occasion
from models.registry import CHAMPION, Registry
from training.config import DriftConfig, TrainConfig
from training.drift import Period, period_of
from training.drift_looks import text_looks
from training.reference import MAKEUP
from training.source import Source
from training.train import train

CALM, MOVED = ("2026-03-10", "2026-03-25"), ("2026-04-10", "2026-04-25")
"""Days of filing; what is filed on the second ones is of another age."""
TESTING = ("2026-02-24", "2026-03-03")
"""Days on which cases were filed that tested the champion, and have been scored since."""
MAP = """
appeal_id: id
submitted_at: filed
text: words
policy: policy
attributes: {numeric: [age]}
decision: {column: outcome, overturned: [won], upheld: [lost]}
"""


def table(rows, first, seed, shift=0.0, name="a", decided=1.0):
    rng = np.random.default_rng(seed)
    age = rng.normal(size=rows).round(4) + shift
    won = rng.random(rows) < 1 / (1 + np.exp(1 - 1.5 * (age - shift)))
    outcome = np.where(won, "won", "lost").astype(object)
    outcome[rng.random(rows) >= decided] = ""
    return pd.DataFrame(
        {
            "id": [f"{name}-{place}" for place in range(rows)],
            "filed": pd.date_range(first, periods=rows, freq="30min", tz="UTC").astype(str),
            "words": "please look again",
            "policy": rng.choice(["spam", "counterfeit"], rows),
            "age": age,
            "outcome": outcome,
        }
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory, empty_store, quick_scorer_class):
    """A home whose champion was trained on a file, and has scored appeals of two later times."""
    folder = tmp_path_factory.mktemp("drift")
    settings = Settings(home=folder / "home")
    settings.home.mkdir()
    shutil.copy(empty_store, settings.home / "mlflow.db")
    file, columns = folder / "a.csv", folder / "a.yaml"
    columns.write_text(MAP)
    table(3_000, "2026-01-01", 0).to_csv(file, index=False)
    module = ModuleType("models.scorer")
    module.Scorer = quick_scorer_class
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "models.scorer", module)
        train(Source(file, columns), TrainConfig(), settings, silent_stages())
        registry = Registry(settings)
        registry.set_alias(CHAMPION, "1")
        enter(settings, columns, table(3_000, "2026-01-01", 0).iloc[-450:])
        enter(settings, columns, table(600, CALM[0], 1, name="calm", decided=0.7))
        enter(settings, columns, table(600, MOVED[0], 2, 2.5, name="moved"))
    return SimpleNamespace(settings=settings, file=file, module=module)


def silent_stages():
    from rich.console import Console

    from training.stages import Stages

    return Stages(Console(quiet=True))


def enter(settings, columns, rows):
    """Take appeals into the history, and score them as the service does."""
    engine = open_database(settings)
    records = ColumnMap.load(columns).read(rows)
    History(engine).add(records)
    frame = appeal_frame(records.appeals)
    scores = Registry(settings).champion().scorer.score(frame)
    Ledger(engine).record(scores, frame["text"].tolist(), Occasion("1", datetime.now(UTC)))
    engine.dispose()


@pytest.fixture
def drift(trained, run, monkeypatch, tmp_path):
    """Run `redress drift` in the home; give how it ended and its answer."""
    monkeypatch.setitem(sys.modules, "models.scorer", trained.module)
    monkeypatch.setenv("REDRESS_HOME", str(trained.settings.home))

    def call(*arguments):
        ran = run("drift", "--json", tmp_path / "d.json", *arguments)
        file = tmp_path / "d.json"
        return ran, json.loads(file.read_text()) if file.exists() else None

    return call


def days(pair):
    return ["--since", pair[0], "--until", pair[1]]


@pytest.mark.slow
class TestCommand:
    def test_where_nothing_moved_it_ends_well_and_the_run_has_it_all(self, drift, trained):
        ran, said = drift(*days(CALM))

        assert ran.code == 0, ran.err
        assert said["past"] == []
        assert said["cases"] == 600
        assert 0.6 < said["decided_share"] < 0.8
        assert "what came is preliminary" in ran.out
        foretold, came = said["foreseen_of_decided"]["brier"], said["realised"]["brier"]["value"]
        assert foretold["low"] <= came <= foretold["high"]
        assert any("text" in reason for reason in said["missing"])
        registry = Registry(trained.settings)
        run = registry.client.get_run(said["run_id"])
        experiment = registry.client.get_experiment_by_name(EXPERIMENT)
        assert run.info.experiment_id == experiment.experiment_id
        assert "Looked at for drift on " in read_card(registry, said["version"])
        assert run.data.params["text_auc"] == "0.7"
        assert run.data.metrics["foreseen.brier"] == pytest.approx(
            said["foreseen"]["brier"]["value"]
        )
        for name in ("drift.json", "looks.json", "figures/drift.png"):
            assert registry.artifact(said["run_id"], name).stat().st_size > 100
        kept = latest_drift(registry, "1")
        assert [look.name for look in kept.looks] == [look["name"] for look in said["looks"]]
        assert latest_drift(registry, "2") is None

    def test_what_moved_past_its_limit_ends_with_1_and_is_named(self, drift):
        ran, said = drift(*days(MOVED))

        assert ran.code == 1
        assert "mix attributes.age" in ran.err
        assert "scores score" in ran.err
        assert "realised share overturned" in ran.err
        assert {"mix: attributes.age", "scores: score"} <= set(said["past"])
        assert "mix: policy" not in said["past"]
        ages = next(look for look in said["looks"] if look["name"] == "attributes.age")
        assert ages["moved"][0]["now"] > ages["moved"][0]["before"]

    def test_the_limits_are_as_the_configuration_says(self, drift, tmp_path):
        config = tmp_path / "c.yaml"
        limits = "stability_index: 99, share_gap: 0.9, calibration_error: 0.9, auc_fall: 0.9"
        config.write_text(f"drift: {{{limits}, expected: [attributes.age]}}\n")

        ran, said = drift(*days(MOVED), "--config", config)

        assert ran.code == 0, ran.err
        assert any(look["beyond_chance"] for look in said["looks"])

    def test_the_cases_that_tested_the_champion_are_not_played_back(self, drift):
        ran, said = drift(*days(TESTING))

        assert ran.code == 0, ran.err
        assert said["cases"] > 300
        assert (said["foreseen"]["cases"], said["realised"]["cases"]) == (0, 0)
        assert said["realised"]["auc"] is None
        assert {look["kind"] for look in said["looks"]}.isdisjoint({Kind.REALISED, Kind.FORESEEN})
        reasons = [reason for reason in said["missing"] if "0 appeals filed after" in reason]
        assert len(reasons) == 2
        assert "foreseen and realised: 0 appeals filed after 2026-03-04" in ran.out
        assert "decided: 0 of 0 (0%)" in ran.out

    def test_too_few_decided_are_told(self, drift):
        _, said = drift("--since", MOVED[0], "--until", MOVED[0])
        assert (said["foreseen"]["cases"], said["realised"]["cases"]) == (48, 48)
        _, calm = drift("--since", CALM[0], "--until", CALM[0])
        assert calm["foreseen_of_decided"]["cases"] == calm["realised"]["cases"] < 48
        assert any(reason.startswith("scores: 48 appeals") for reason in calm["missing"])

    @pytest.mark.parametrize("name", ["age", "attributes.age"])
    def test_what_is_expected_goes_by_either_name(self, drift, tmp_path, name):
        config = tmp_path / "c.yaml"
        config.write_text(f"drift: {{expected: [{name}, agee]}}\n")

        ran, said = drift(*days(MOVED), "--config", config)

        ages = [look for look in said["looks"] if look["name"] == "attributes.age"]
        assert all(look["expected"] for look in ages)
        assert "mix: attributes.age" not in said["past"]
        stranger = "agee, which drift.expected names: there is no such fact; did you mean age?"
        assert stranger in said["missing"]
        assert stranger in ran.out

    def test_an_older_record_is_counted_again_or_said_to_be_older(self, drift, trained):
        registry = Registry(trained.settings)
        path = registry.artifact(registry.describe("1").run_id, MAKEUP)
        kept = path.read_text()
        before = drift(*days(CALM))[1]
        path.write_text(json.dumps({**json.loads(kept), "foreseen": None}))
        away = trained.file.with_suffix(".away")
        try:
            again = drift(*days(CALM))[1]
            trained.file.rename(away)
            ran, older = drift(*days(CALM))
        finally:
            path.write_text(kept)
            if away.exists():
                away.rename(trained.file)
        assert again["looks"] == before["looks"]
        assert before["foreseen_when_tested"] == again["foreseen_when_tested"] is not None
        assert older["foreseen_when_tested"] is None
        assert any(one.startswith("numbers that are mostly") for one in older["missing"])
        assert any("what was measured then is taken" in reason for reason in older["missing"])
        assert "not compared: AUC foreseen now" in ran.out

    def test_a_run_without_a_makeup_is_counted_again(self, drift, trained):
        registry = Registry(trained.settings)
        path = registry.artifact(registry.describe("1").run_id, MAKEUP)
        kept = path.read_text()
        before = drift(*days(CALM))[1]["looks"]
        path.unlink()
        try:
            assert drift(*days(CALM))[1]["looks"] == before
        finally:
            path.write_text(kept)

    def test_without_what_was_trained_on_all_but_the_text_is_compared(self, drift, trained):
        away = trained.file.rename(trained.file.with_suffix(".away"))
        try:
            ran, said = drift(*days(CALM))
        finally:
            away.rename(trained.file)
        assert ran.code == 0
        assert any("cannot be read any more" in reason for reason in said["missing"])
        assert any(look["kind"] == Kind.SCORES for look in said["looks"])

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (days(CALM[::-1]), "ends before it begins"),
            (days(("2026-01-05", "2026-01-20")), "none of them filed after"),
            (days(("2031-01-05", "2031-01-20")), "has scored 0 appeals"),
            (["--since", "soon"], "does not match the format"),
        ],
    )
    def test_bad_days_are_refused(self, drift, arguments, words):
        ran, _ = drift(*arguments)
        assert ran.code == 2
        assert words in ran.err
        assert "Traceback" not in ran.err

    @pytest.mark.parametrize("declared", ["{text_auk: 0.7}", "{days: 0}", "{level: 1}"])
    def test_a_misspelt_limit_is_refused(self, drift, tmp_path, declared):
        config = tmp_path / "c.yaml"
        config.write_text(f"drift: {declared}\n")
        ran, _ = drift("--config", config)
        assert ran.code == 2
        assert "drift." in ran.err

    def test_without_a_champion_there_is_nothing_to_look_at(self, home, run):
        ran = run("drift")
        assert ran.code == 2
        assert "no model is in service" in ran.err


def test_the_last_day_is_part_of_the_period():
    period = period_of(date(2026, 3, 1), date(2026, 3, 1), date(2026, 4, 1), 28)
    assert period.end - period.begin == timedelta(days=1)
    assert period_of(None, None, date(2026, 4, 1), 28) == Period(date(2026, 3, 5), date(2026, 4, 1))
    with pytest.raises(InvalidDate):
        period_of(None, date.max, date(2026, 4, 1), 28)
    with pytest.raises(InvalidDate):
        period_of(None, date.min, date(2026, 4, 1), 28)


def texts(letters, topics, seed):
    return [one.text for one in letters(300, topics=topics, seed=seed).appeals]


def test_texts_about_something_else_are_told_apart_and_the_same_ones_are_not(reader, letters):
    def look(first, second):
        (found,) = text_looks(reader, first, second, DriftConfig(), seed=0)
        return found(0.99)

    usual = texts(letters, ("payout", "parcel"), 1)
    calm = look(usual, texts(letters, ("payout", "parcel"), 2))
    assert not calm.beyond_chance
    moved = look(usual, texts(letters, ("payout", "listing"), 3))
    assert moved.past
    assert moved.value > 0.7


def test_a_template_letter_sent_many_times_counts_once(reader, letters):
    usual = texts(letters, ("payout", "parcel"), 1)
    letter = "my listing was removed and the photo image logo brand title keyword catalogue thanks"
    flooded = [*texts(letters, ("payout", "parcel"), 2)[:200], *[letter] * 400]
    (look,) = text_looks(reader, usual, flooded, DriftConfig(), seed=0)
    assert look(0.99).now < 250
    assert not look(0.99).past
    assert text_looks(reader, usual, [letter] * 400, DriftConfig(), seed=0) == []
