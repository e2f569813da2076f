"""The benchmark of surveillance: its keys, its arithmetic, broken files, and R's answers."""

import json
import shutil
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from rich.console import Console

from features.command import redress
from features.errors import UnreadableFile, UnwritableFile
from training.benchmarks.outbreaks import JUDGED_WEEKS, PlantedSeries, plant_outbreaks
from training.benchmarks.surveillance import (
    BrokenSeries,
    benchmark_outbreaks,
    benchmark_surveillance,
    found_at,
    read_planted,
)
from training.stages import Stages

DATA = Path(__file__).parents[4] / "shared" / "data" / "surveillance"
DETECTORS = {"negative_binomial", "farrington_flexible", "ears_c1", "ears_c2", "ears_c3"}
FIGURES = {"false_alarm_rate", "found", "found_at_false_alarm_rate_0_01"}


@pytest.fixture
def stages():
    return Stages(Console(file=StringIO()))


def table(series=3):
    planted = plant_outbreaks(series, seed=7)
    rows = np.indices(planted.counts.shape).reshape(2, -1).T + 1
    frame = pd.DataFrame(rows, columns=["series", "week"])
    frame["count"] = planted.counts.astype(int).ravel()
    return frame.assign(outbreak=planted.outbreak.astype(int).ravel())


@pytest.fixture
def folder(tmp_path):
    table().to_csv(tmp_path / "series.csv.gz", index=False)
    return tmp_path


def spoil(folder, change):
    table().pipe(change).to_csv(folder / "series.csv.gz", index=False)
    return folder


def test_series_are_read_as_they_were_planted(folder):
    read, planted = read_planted(folder), plant_outbreaks(3, seed=7)
    assert (read.counts == planted.counts).all()
    assert (read.outbreak == planted.outbreak).all()
    assert read.names.tolist() == [1, 2, 3]


def test_a_week_without_a_row_was_not_counted(folder):
    read = read_planted(spoil(folder, lambda rows: rows.drop(index=[5, 700])))
    assert np.argwhere(np.isnan(read.counts)).tolist() == [[0, 5], [1, 76]]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda rows: rows.drop(columns="outbreak"), "no column 'outbreak'"),
        (lambda rows: rows.astype({"count": object}).replace({"count": {0: "none"}}), "no number"),
        (lambda rows: rows.assign(count=-1), "negative"),
        (lambda rows: rows.assign(week=rows["week"] + 1), "no week"),
        (lambda rows: pd.concat([rows, rows.head(2)]), "2 weeks told twice"),
        (lambda rows: rows.assign(outbreak=0), "no outbreak"),
    ],
)
def test_a_broken_table_is_named(folder, change, found):
    with pytest.raises(BrokenSeries, match=found):
        read_planted(spoil(folder, change))


def test_missing_and_cut_files_are_named(folder, tmp_path):
    with pytest.raises(UnreadableFile):
        read_planted(tmp_path / "nowhere")
    whole = (folder / "series.csv.gz").read_bytes()
    (folder / "series.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile):
        read_planted(folder)


def test_answers_of_r_that_do_not_fit_are_named(folder, stages):
    answers = table(2)[["series", "week"]].query("week > 575")
    answers = answers.assign(expected=1, upperbound=2, pvalue=0.5, alarm=0)
    answers.to_csv(folder / "farrington_flexible.csv.gz", index=False)
    with pytest.raises(BrokenSeries, match="without an answer"):
        benchmark_surveillance(folder, stages)


def test_found_is_counted_at_the_rate_asked_for():
    outbreak = np.zeros((2, 60))
    outbreak[:, 20] = 5
    pvalue = np.linspace(0.2, 0.9, 2 * JUDGED_WEEKS).reshape(2, JUDGED_WEEKS)
    pvalue[:, 20 - 60] = 0.21, np.nan
    planted = PlantedSeries(np.arange(2), np.zeros((2, 60)), outbreak)
    assert found_at(planted, pvalue, 0.01).tolist() == [False, False]
    assert found_at(planted, pvalue, 0.05).tolist() == [True, False]
    pvalue[0, 20 - 60] = 0.1
    assert found_at(planted, pvalue, 0.01).tolist() == [True, False]


def test_the_command_writes_the_keys_and_a_figure(folder):
    out, figure = folder / "answer.json", folder / "trade.png"
    asked = ["benchmark", "surveillance", str(folder), "--json", str(out), "--figure", str(figure)]
    result = CliRunner().invoke(redress, asked, catch_exceptions=False)
    answer = json.loads(out.read_text())
    assert result.exit_code == 0
    assert set(answer) == {"series", "evaluations_per_second", "detectors", "difference_from_r"}
    assert set(answer["detectors"]) == DETECTORS
    assert all(set(figures) == FIGURES for figures in answer["detectors"].values())
    assert (answer["series"], answer["difference_from_r"]) == (3, None)
    assert answer["evaluations_per_second"] > 0
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert "not known" in result.output


def test_a_figure_of_no_known_kind_is_refused(folder, stages):
    with pytest.raises(UnwritableFile, match="the figure"):
        benchmark_surveillance(folder, stages, folder / "trade.docx")


def test_more_outbreaks_are_found_than_by_farrington_flexible(stages):
    answer = benchmark_outbreaks(60, 3, stages)
    gain, detectors = answer["gain"], answer["detectors"]
    assert gain["low"] < gain["mean"] < gain["high"]
    assert gain["mean"] == pytest.approx(
        detectors["negative_binomial"]["found_at_false_alarm_rate_0_01"]
        - detectors["farrington_flexible"]["found_at_false_alarm_rate_0_01"]
    )
    assert gain["low"] > 0


def test_the_simulation_is_a_command(tmp_path):
    out = tmp_path / "answer.json"
    asked = ["benchmark", "outbreaks", "--series", "60", "--seed", "4", "--json", str(out)]
    result = CliRunner().invoke(redress, asked, catch_exceptions=False)
    assert result.exit_code == 0
    assert set(json.loads(out.read_text())) == {"series", "seed", "detectors", "gain"}
    assert CliRunner().invoke(redress, [*asked[:3], "5"]).exit_code == 2


@pytest.mark.slow
def test_three_hundred_series_hold_the_promise_and_the_gain(stages):
    answer = benchmark_outbreaks(300, 11, stages)
    ours = answer["detectors"]["negative_binomial"]
    assert 0.005 < ours["false_alarm_rate"] < 0.0115
    assert answer["gain"]["mean"] > 0.03
    assert answer["gain"]["low"] > 0


@pytest.mark.data
def test_the_answers_of_r_are_met(stages, tmp_path):
    if not DATA.exists():
        pytest.skip("the surveillance series are not beside this checkout")
    answer = benchmark_surveillance(DATA, stages)
    apart = answer["difference_from_r"]
    assert apart["expected"] < 1e-3
    assert apart["pvalue"] < 1e-3
    assert apart["upperbound"] == 0
    assert apart["alarms"] == 0
    detectors = answer["detectors"]
    assert detectors["negative_binomial"]["found_at_false_alarm_rate_0_01"] > 0.6
    assert detectors["negative_binomial"]["false_alarm_rate"] < 0.012
    for name, rate, found in (("c1", 0.031, 0.583), ("c2", 0.061, 0.700), ("c3", 0.128, 0.683)):
        assert detectors[f"ears_{name}"]["false_alarm_rate"] == pytest.approx(rate, abs=5e-4)
        assert detectors[f"ears_{name}"]["found"] == pytest.approx(found, abs=5e-4)


@pytest.mark.data
def test_a_history_of_one_answer_less_is_not_compared(stages, tmp_path):
    if not DATA.exists():
        pytest.skip("the surveillance series are not beside this checkout")
    shutil.copy(DATA / "series.csv.gz", tmp_path)
    rows = pd.read_csv(DATA / "farrington_flexible.csv.gz").iloc[:-1]
    rows.to_csv(tmp_path / "farrington_flexible.csv.gz", index=False)
    with pytest.raises(BrokenSeries, match="without an answer"):
        benchmark_surveillance(tmp_path, stages)
