import json
import shutil

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from features.database import open_database
from features.encoder import StudentEncoder
from features.tables import SCORES
from models import theme_encoder
from models.catalog import Catalog
from models.registry import CHAMPION, Registry
from training import bulk

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_scorer")]


@pytest.fixture
def served(home, quick_scorer):
    """A champion that is known to the last digit."""
    registry = Registry(home)
    client = registry.client
    experiment = client.create_experiment("tests", registry.settings.artifacts.resolve().as_uri())
    run_id = client.create_run(experiment).info.run_id
    example = pd.DataFrame(
        {
            "appeal_id": ["example"],
            "submitted_at": pd.to_datetime(["2026-01-01"], utc=True),
            "text": ["made up"],
            "evidence": [()],
            "attempt": [1.0],
            "stake": [1.0],
            "attributes.age": [1.0],
        }
    )
    registry.package(run_id, quick_scorer(2.0, -1.0), example)
    registry.set_alias(CHAMPION, registry.register(run_id, {}))
    return quick_scorer(2.0, -1.0)


@pytest.fixture
def themes(home, wordpiece, found_of, sighting_of):
    """Themes of which one holds every appeal of `export`, and an alarm that does too; gives the
    folder of their encoder."""
    tokenizer = wordpiece(["please", "look", "again"])
    table = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), 4))
    encoder = StudentEncoder(tokenizer, table.astype(np.float32))
    digest = theme_encoder.keep(encoder, home.home)
    catalog = Catalog(open_database(home))
    [centre] = encoder.encode(["please look again"])
    found = found_of(encoder, digest, {"T1": ("please look again", 5), "T2": ("zz", 9)})
    catalog.write(found, [sighting_of("abc", place=centre)])
    return home.home / "encoders" / digest


def ledger(home):
    with open_database(home).connect() as connection:
        return connection.execute(sa.select(SCORES).order_by(SCORES.c.score_id)).all()


READERS = {".parquet": pd.read_parquet, ".csv": pd.read_csv}


@pytest.mark.parametrize("ending", READERS)
def test_every_appeal_gets_its_score_in_the_order_of_the_file(
    home, export, run, served, tmp_path, ending, monkeypatch
):
    monkeypatch.setattr(bulk, "BLOCK", 70)
    made, out, answer = export(rows=300), tmp_path / f"scores{ending}", tmp_path / "answer.json"
    shuffled = made.table().sample(frac=1, random_state=0)
    shuffled.to_csv(made.file, index=False)

    ran = run("score", *made.arguments, "--out", out, "--json", answer)

    assert ran.code == 0
    found = READERS[ending](out)
    assert found["appeal_id"].tolist() == shuffled["id"].tolist()
    ages = shuffled.rename(columns={"age": "attributes.age"})
    assert found["probability"].to_numpy() == pytest.approx(served.probabilities(ages))
    assert set(found["model_version"].astype(str)) == {"1"}
    reasons = found["reasons"].map(lambda said: sum(r["contribution"] for r in json.loads(said)))
    assert reasons.to_numpy() == pytest.approx(found["logit"].to_numpy(), abs=1e-6)
    assert found[["theme_id", "emerging_alarm"]].isna().all(axis=None)
    said = json.loads(answer.read_text())
    assert said["themeless"] is None
    assert said["scored"] == 300
    assert said["rejected"] == 0
    assert said["appeals_per_second"] == pytest.approx(300 / said["seconds"])


def test_every_score_is_in_the_ledger(home, export, run, served, tmp_path):
    made, out = export(rows=50), tmp_path / "scores.parquet"

    run("score", *made.arguments, "--out", out)

    rows, found = ledger(home), pd.read_parquet(out)
    assert [row.appeal_id for row in rows] == found["appeal_id"].tolist()
    assert [row.probability for row in rows] == found["probability"].tolist()
    assert {row.model_version for row in rows} == {"1"}
    assert "please look again" not in str(rows)


def test_the_nearest_theme_and_the_alarm_are_told_with_each_score(
    home, export, run, served, themes, tmp_path
):
    made, out = export(rows=20), tmp_path / "scores.parquet"
    table = made.table()
    table.loc[3, "words"] = "quite another matter"
    table.to_csv(made.file, index=False)

    assert run("score", *made.arguments, "--out", out).code == 0

    found = pd.read_parquet(out)
    for column in ("theme_id", "emerging_alarm", "emerging_title"):
        assert found.index[found[column].isna()].tolist() == [3]
    told = found.drop(index=3)
    assert set(told["theme_id"]) == {"T1"}
    assert set(told["theme_title"]) == {"found T1"}
    assert set(told["theme_status"]) == {"new"}
    assert set(told["emerging_alarm"]) == {"A1"}
    assert set(told["emerging_title"]) == {"payout, bank change"}
    assert told["theme_similarity"].to_numpy() == pytest.approx(1, abs=1e-6)


def test_a_lost_encoder_keeps_no_appeal_from_its_score(home, export, run, served, themes, tmp_path):
    made, out, answer = export(rows=5), tmp_path / "scores.csv", tmp_path / "answer.json"
    shutil.rmtree(themes)

    ran = run("score", *made.arguments, "--out", out, "--json", answer)

    assert ran.code == 0
    assert "Themes are left out" in ran.err
    assert "redress discover" in ran.err
    assert pd.read_csv(out)["theme_id"].isna().all()
    assert themes.name[:12] in json.loads(answer.read_text())["themeless"]


def test_undecided_appeals_are_what_it_is_for(home, export, run, served, tmp_path):
    made = export(rows=20)
    made.table().drop(columns="outcome").to_csv(made.file, index=False)
    assert "decision" in made.columns.read_text()

    ran = run("score", *made.arguments, "--out", tmp_path / "scores.csv")

    assert ran.code == 0
    assert "20 appeals scored by version 1" in ran.out


def test_rows_that_cannot_be_read_or_scored_are_told_apart_and_the_rest_is_scored(
    home, export, run, served, tmp_path
):
    made, out = export(rows=10), tmp_path / "scores.csv"
    table = made.table()
    table["filed"] = table["filed"].astype(object)
    table.loc[2, "filed"] = "31 February"
    table.loc[5, "age"] = 2_000
    table.to_csv(made.file, index=False)

    ran = run("score", *made.arguments, "--out", out)

    assert ran.code == 0
    assert "2 rows rejected" in ran.out
    assert pd.read_csv(out)["appeal_id"].tolist() == [
        f"a-{place}" for place in range(10) if place not in (2, 5)
    ]
    rejected = pd.read_csv(f"{made.file}.rejected.csv")
    assert rejected["line"].tolist() == [4, 7]
    assert "/attributes/age" in rejected["reason"].iloc[1]


def test_without_a_champion_nothing_is_written(home, export, run, tmp_path):
    ran = run("score", *export(rows=5).arguments, "--out", tmp_path / "scores.csv")

    assert ran.code == 1
    assert "redress promote" in ran.err
    assert not (tmp_path / "scores.csv").exists()


def test_appeals_none_of_which_fits_end_in_one_line_and_leave_nothing(
    home, export, run, served, tmp_path
):
    made, out = export(rows=5), tmp_path / "scores.csv"
    made.table().assign(age=2_000).to_csv(made.file, index=False)

    ran = run("score", *made.arguments, "--out", out)

    assert ran.code == 2
    assert "none of the 5 appeals fits the model: /attributes/age" in ran.err
    assert not out.exists()
    assert ledger(home) == []


@pytest.mark.parametrize(
    ("out", "said"), [("scores.xlsx", "unknown kind"), ("none/scores.csv", "cannot be written")]
)
def test_a_place_that_cannot_be_written_is_refused(home, export, run, served, tmp_path, out, said):
    ran = run("score", *export(rows=5).arguments, "--out", tmp_path / out)

    assert ran.code == 2
    assert said in ran.err
    assert ledger(home) == []


def test_a_file_that_cannot_be_read_is_refused(home, export, run, served, tmp_path):
    made = export(rows=5)
    made.file.write_bytes(b"\xff\xfe")

    ran = run("score", *made.arguments, "--out", tmp_path / "scores.csv")

    assert ran.code == 2
    assert not (tmp_path / "scores.csv").exists()


def test_a_mapping_without_time_counts_the_appeals_as_filed_now(
    home, export, run, served, tmp_path
):
    made, out = export(rows=5), tmp_path / "scores.parquet"
    made.columns.write_text(made.columns.read_text().replace("submitted_at: filed\n", ""))

    before = pd.Timestamp.now("UTC")
    ran = run("score", *made.arguments, "--out", out)

    assert ran.code == 0
    due = pd.read_parquet(out)["due_at"]
    assert (due >= before).all()
    assert due.nunique() == 1
