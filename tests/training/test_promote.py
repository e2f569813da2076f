import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.columns import ColumnMap
from features.database import open_database
from features.errors import PromotionRefused
from features.files import read_table
from features.history import History
from features.settings import Settings
from models.card_files import read_card
from models.registry import CHAMPION, PREVIOUS, Registry
from models.run_record import read_run
from training.config import GateConfig
from training.gate import GateLine
from training.promote import NAMED, crown, judge
from training.verdict import Verdict


def verdict(*lines, version="2", champion=None):
    return Verdict(version, champion, lines, 300, 0, None, None)


def test_a_refusal_names_each_line_that_failed_with_its_figures(tmp_path):
    kept = GateLine("beats the prior", 0.99, 0.95, True, 300, "")
    failed = GateLine("is calibrated", 0.081, 0.05, False, 300, "")

    with pytest.raises(PromotionRefused) as refused:
        crown(Settings(home=tmp_path), verdict(kept, failed, champion="1"))

    said = str(refused.value)
    assert "is calibrated (0.081, bound 0.050, 300 cases)" in said
    assert "beats the prior" not in said
    assert "Version 1 goes on serving" in said


def test_a_refusal_with_many_faults_names_some_and_counts_the_rest(tmp_path):
    lines = [GateLine(f"line {place}", 0.1, 0.2, False, 300, "") for place in range(NAMED + 2)]

    with pytest.raises(PromotionRefused, match=r"line 4 \(.*\); and 2 more"):
        crown(Settings(home=tmp_path), verdict(*lines))


def test_a_refusal_beside_a_damaged_champion_does_not_say_that_it_serves_well(tmp_path):
    failed = replace(
        verdict(GateLine("is calibrated", 0.1, 0.05, False, 300, ""), champion="1"), damaged=True
    )

    with pytest.raises(PromotionRefused, match="Version 1 stays champion, damaged as it is"):
        crown(Settings(home=tmp_path), failed)


def test_a_verdict_against_another_champion_than_the_present_one_does_not_count(tmp_path):
    passed = GateLine("beats the prior", 0.99, 0.95, True, 300, "")

    with pytest.raises(PromotionRefused, match="version 1, which it was judged against"):
        crown(Settings(home=tmp_path), verdict(passed, champion="1"))


def test_the_answer_lists_the_gate():
    failed = GateLine("is calibrated", 0.081, 0.05, False, 300, "how to read it")

    answer = verdict(failed).answer(promoted=False)

    assert answer["promoted"] is False
    assert answer["previous"] is None
    assert answer["gate"] == [
        {
            "name": "is calibrated",
            "value": 0.081,
            "bound": 0.05,
            "passed": False,
            "cases": 300,
            "meaning": "how to read it",
            "slice": False,
        }
    ]


def age_noise(made, share, seed=1):
    """Spoil a share of the ages, so that the model learns less from them."""
    table = made.table()
    rng = np.random.default_rng(seed)
    spoilt = rng.random(len(table)) < share
    table.loc[spoilt, "age"] = -table.loc[spoilt, "age"]
    table.to_csv(made.file, index=False)


def ingest(home, made):
    records = ColumnMap.load(made.columns).read(read_table(made.file))
    History(open_database(home)).add(records)


@pytest.mark.slow
@pytest.mark.usefixtures("quick_scorer")
class TestCommand:
    def test_the_first_good_model_comes_into_service(self, home, export, run, tmp_path):
        answer = tmp_path / "gate.json"
        run("train", *export().arguments)

        ran = run("promote", "--json", answer)

        assert ran.code == 0
        assert "version 1 against the prior alone on 150 later appeals" in ran.out
        assert "version 1 is champion" in ran.out
        assert Registry(home).champion().version == "1"
        said = json.loads(answer.read_text())
        assert said["promoted"] is True
        assert said["cases"] == 150
        assert [line["name"] for line in said["gate"]] == ["beats the prior", "is calibrated"]

    def test_promoting_the_champion_again_changes_nothing(self, home, export, run):
        run("train", *export().arguments)
        run("promote")

        ran = run("promote", "--to", "champion")

        assert ran.code == 0
        assert "serves already" in ran.out

    def test_a_model_that_learnt_nothing_is_refused_and_the_failed_line_is_named(
        self, home, export, run, tmp_path
    ):
        answer = tmp_path / "gate.json"
        run("train", *export(signal=0).arguments)

        ran = run("promote", "--json", answer)

        assert ran.code == 1
        assert "FAILED  beats the prior" in ran.out
        assert "version 1 did not pass: beats the prior" in ran.err
        assert "No model is in service" in ran.err
        assert Registry(home).alias_version(CHAMPION) is None
        assert json.loads(answer.read_text())["promoted"] is False

    def test_a_worse_challenger_leaves_the_champion_in_service(self, home, export, run):
        made = export(rows=3_000)
        run("train", *made.arguments)
        run("promote")
        worse = export(rows=3_000, signal=0.3, name="b", seed=5)
        run("train", *worse.arguments)
        good = made.table().assign(id=lambda table: "b" + table["id"])
        good.to_csv(worse.file, index=False)

        ran = run("promote")

        assert ran.code == 1
        assert "FAILED  beats the champion" in ran.out
        assert "Version 1 goes on serving" in ran.err
        assert Registry(home).champion().version == "1"

    def test_a_better_challenger_takes_over(self, home, export, run):
        poor = export(rows=3_000)
        age_noise(poor, share=0.2)
        run("train", *poor.arguments)
        assert run("promote").code == 0
        run("train", *export(rows=3_000, seed=0, name="b").arguments)

        ran = run("promote")

        assert ran.code == 0
        assert "passed  beats the champion" in ran.out
        assert Registry(home).champion().version == "2"

    def test_decisions_made_since_the_training_judge_too(self, home, export, run, tmp_path):
        made, answer = export(rows=2_000), tmp_path / "gate.json"
        whole = made.table()
        whole.iloc[:1_000].to_csv(made.file, index=False)
        ingest(home, made)
        run("train")
        whole.to_csv(made.file, index=False)
        ingest(home, made)

        run("promote", "--json", answer)

        said = json.loads(answer.read_text())
        assert said["cases"] == 1_150
        assert said["last"] == pd.Timestamp(whole["filed"].max()).isoformat()

    def test_a_file_that_is_gone_is_refused_with_the_remedy(self, home, export, run):
        made = export()
        run("train", *made.arguments)
        made.file.unlink()

        ran = run("promote")

        assert ran.code == 1
        assert "Put the file back" in ran.err
        assert Registry(home).alias_version(CHAMPION) is None

    def test_the_mapping_of_the_training_serves_though_the_file_has_changed(
        self, home, export, run
    ):
        made = export()
        run("train", *made.arguments)
        made.columns.write_text("text: something_else\n")

        assert run("promote").code == 0

    def test_a_damaged_challenger_is_refused(self, home, export, run):
        run("train", *export().arguments)
        registry = Registry(home)
        folder = registry.artifact(registry.describe("1").run_id, "model/artifacts/scorer")
        (folder / "model.json").write_text("[9, 9]")

        ran = run("promote")

        assert ran.code == 1
        assert "have the digest" in ran.err
        assert registry.alias_version(CHAMPION) is None

    @pytest.mark.parametrize("broken", ["model/artifacts/scorer/model.json", "seen.parquet"])
    def test_a_damaged_champion_is_not_compared_and_can_be_replaced(
        self, home, export, run, tmp_path, broken
    ):
        answer, arguments = tmp_path / "gate.json", export().arguments
        for command in (("train", *arguments), ("promote",), ("train", *arguments)):
            assert run(*command).code == 0
        registry = Registry(home)
        file = registry.artifact(registry.describe("1").run_id, broken)
        whole = file.read_bytes()
        assert run("promote").code == 1  # the very same model: no better
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))

        ran = run("promote", "--json", answer)

        assert ran.code == 0, ran.err
        told = "version 1 is damaged: not compared"
        assert "version 2 against the prior alone on 150 later appeals" in ran.out
        assert f"\n  {told}\n" in ran.out
        said = json.loads(answer.read_text())
        assert (said["previous"], said["not_compared"], said["attempt"]) == (
            "1",
            told,
            2,
        )  # the first model too met the prior
        assert [line["name"] for line in said["gate"]] == ["beats the prior", "is calibrated"]
        assert registry.champion().version == "2"
        assert registry.alias_version(PREVIOUS) == "1"
        record = read_run(registry, registry.describe("2").run_id)
        assert record.verdict.not_compared == told
        assert f"against the prior alone ({told})" in read_card(registry, "2")

    def test_who_replaced_a_damaged_champion_meanwhile_stays(self, home, export, run):
        arguments = export().arguments
        for command in (("train", *arguments), ("promote",), *[("train", *arguments)] * 2):
            assert run(*command).code == 0
        registry = Registry(home)
        folder = registry.artifact(registry.describe("1").run_id, "model/artifacts/scorer")
        (folder / "model.json").write_text("[9, 9]")
        late = judge(home, "3", GateConfig())
        assert (late.passed, late.champion, late.rival) == (True, "1", None)
        crown(home, judge(home, "2", GateConfig()))

        with pytest.raises(PromotionRefused, match="version 2 came into service while version 3"):
            crown(home, late)

        assert registry.alias_version(CHAMPION) == "2"

    def test_without_a_challenger_the_remedy_is_to_train(self, home, run):
        ran = run("promote")

        assert ran.code == 2
        assert "redress train" in ran.err

    def test_an_unknown_version_is_refused(self, home, export, run):
        run("train", *export().arguments)

        ran = run("promote", "--version", "7")

        assert ran.code == 2
        assert "no model version '7'; expected one of: 1" in ran.err

    def test_how_often_the_champion_was_challenged_is_counted_and_told(
        self, home, export, run, tmp_path
    ):
        answer = tmp_path / "gate.json"

        def asked(*arguments):
            ran = run("promote", *arguments, "--json", answer)
            return ran, json.loads(answer.read_text())["attempt"]

        run("train", *export().arguments)
        assert asked()[1] == 1
        run("train", *export().arguments)  # the very same model: no better
        first, number = asked()
        assert (first.code, number) == (1, 1)
        assert "judgement" not in first.out
        assert asked()[1] == 1  # the same on the same cases: no new chance
        run("train", *export().arguments)
        again, number = asked()
        assert (again.code, number) == (1, 2)
        assert "judgement 2 against version 1: the more there are" in again.out

    def test_the_gate_is_as_the_configuration_says(self, home, export, run, tmp_path):
        config = tmp_path / "config.yaml"
        config.write_text("gate: {slice_cases: 20}\n")
        run("train", *export().arguments)

        ran = run("promote", "--config", config)

        assert "large slices" in ran.out
