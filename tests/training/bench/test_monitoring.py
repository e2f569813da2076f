from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from models.drift_record import DriftRecord, Kind, Look, Outlook
from models.foreseen import foreseen
from models.performance import performance
from models.shadow import Pairs
from training.bench.monitoring import (
    gate_table,
    outlook_table,
    repeated_table,
    saved_so_far,
    shadow_pairs,
    signs,
    versions_table,
)
from training.bench.monitoring_figures import (
    gate_figure,
    moved_figure,
    outlook_figure,
    shadow_figure,
)
from training.gate import GateLine
from training.repeat import Figure, Repeated
from training.verdict import Verdict


def pairs(count, better=0.1, seed=0):
    rng = np.random.default_rng(seed)
    said = rng.uniform(0.2, 0.8, count)
    came = (rng.random(count) < said).astype(int)
    return Pairs(came, said + better * (came - said), said, np.arange(count))


def look(kind, name, value, limit=0.25, expected=False):
    return Look(kind, name, value, limit, 0.05, 500, 400, "an index", expected=expected)


def record(*looks, shift=0.0):
    rng = np.random.default_rng(1)
    said = rng.uniform(0.05, 0.6, 400)
    came = (rng.random(400) < said + shift).astype(int)
    outlook = Outlook(0.77, foreseen(said), foreseen(said[:300]), performance(came, said), 0.3)
    days, at = (date(2025, 3, 1), date(2025, 3, 28)), datetime(2025, 3, 29, tzinfo=UTC)
    return DriftRecord("3", *days, at, 400, 1_000, looks, outlook)


def verdict(*passed, champion="1"):
    lines = tuple(
        GateLine(f"line {place}", 0.9 if good else 0.1, 0.5, good, 100, "at least the bound")
        for place, good in enumerate(passed)
    )
    return Verdict("2", champion, lines, 100, 0, None, None)


def said(figure):
    figure.draw_without_rendering()
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    ticks = [tick.get_text() for axes in figure.axes for tick in axes.get_yticklabels()]
    return " ".join([figure.get_suptitle(), *texts, *ticks])


def test_what_is_saved_so_far_ends_at_the_mean_of_all():
    found = pairs(200)

    table = saved_so_far(found)

    assert table["decided"].tolist() == list(range(20, 201))
    assert table["saved"].iloc[-1] == pytest.approx(found.saved.mean())
    assert ((table["low"] < table["saved"]) & (table["saved"] < table["high"])).all()
    assert (table["high"] - table["low"]).iloc[-1] < (table["high"] - table["low"]).iloc[0]


def test_nothing_is_told_of_few_subjects_however_many_appeals_they_have():
    found = pairs(200)
    assert saved_so_far(replace(found, subject=np.arange(200) % 19)).empty
    assert len(saved_so_far(replace(found, subject=np.arange(200) % 40))) > 100


@pytest.mark.parametrize("count", [0, 19])
def test_too_few_pairs_say_so(count):
    assert saved_so_far(pairs(count)).empty
    assert f"{count} decided appeals" in said(shadow_figure(pairs(count)))


def test_the_gate_is_told_line_by_line():
    found = verdict(True, False)

    assert gate_table(found)["passed"].tolist() == [True, False]
    drawn = said(gate_figure(found))
    assert "passed: line 0 (100)" in drawn
    assert "FAILED: line 1 (100)" in drawn


def test_a_champion_is_not_held_to_the_gate_again():
    assert "version 2 serves already" in said(gate_figure(verdict(champion="2")))


def test_what_moved_is_told_and_what_is_expected_is_marked():
    found = record(
        look(Kind.MIX, "attributes.age", 0.9, expected=True), look(Kind.TEXT, "text", 0.65, 0.7)
    )
    drawn = said(moved_figure(found))
    assert "mix: age (expected)" in drawn
    assert "version 3" in drawn
    assert "nothing could be compared" in said(moved_figure(record()))


def test_foreseen_and_realised_stand_side_by_side():
    table = outlook_table(record())

    assert len(table) == 10
    tested = table[table["side"] == "when trained"].iloc[0]
    assert tested["value"] == 0.77
    assert np.isnan(tested["low"])
    assert "as good as they promised" in said(outlook_figure(record()))


def test_what_was_foreseen_when_trained_stands_beside_what_was_measured():
    found = record()
    older = replace(found, outlook=replace(found.outlook, foretold=0.75))

    table = outlook_table(older).set_index("side")

    assert table.loc["when trained", "value"] == 0.77
    assert table.loc["foreseen when trained", "value"] == 0.75
    assert "foreseen when trained" in said(outlook_figure(older))


def test_cases_that_are_not_new_foresee_nothing_and_are_drawn_as_nothing():
    nothing = np.zeros(0)
    outlook = Outlook(
        None, foreseen(nothing), foreseen(nothing), performance(nothing, nothing), None
    )
    empty = replace(record(), outlook=outlook)

    assert outlook_table(empty)["value"].isna().all()
    assert "as good as they promised" in said(outlook_figure(empty))


def test_an_attribute_that_has_the_name_of_a_field_keeps_its_prefix():
    drawn = said(moved_figure(record(look(Kind.MIX, "attributes.policy", 0.4))))
    assert "mix: attributes.policy" in drawn


@pytest.mark.parametrize(
    ("found", "judged", "speaking"),
    [
        (record(look(Kind.MIX, "policy", 0.1)), verdict(False), []),
        (record(look(Kind.MIX, "policy", 0.5)), None, [0]),
        (record(look(Kind.TEXT, "text", 0.9, 0.7)), verdict(champion="2"), [0, 1]),
        ("no scored appeals", verdict(True), [1]),
        ("no scored appeals", verdict(champion="2"), []),
        (record(shift=0.3), verdict(True), [2, 3]),
    ],
)
def test_signs_speak_for_a_change_only_where_there_is_one(found, judged, speaking):
    table = signs(found, judged)
    assert np.flatnonzero(table["speaks for it"]).tolist() == speaking


def test_a_repeated_training_is_told_figure_by_figure():
    figures = (Figure("auc", 0.75, 0.75), Figure("ece", 0.03, 0.04), Figure("none", np.nan, np.nan))

    table = repeated_table(Repeated("run", figures, 0, {}))

    assert table["same"].to_dict() == {"auc": True, "ece": False, "none": True}
    assert table.loc["ece", ["then", "now"]].tolist() == [0.03, 0.04]


def test_where_nothing_is_scored_the_figures_say_so():
    why = "no appeals scored by version 2 since it came into service"
    assert why in said(moved_figure(why))
    assert why in said(outlook_figure(why))
    assert signs(why, None)["answer"].tolist() == [why]


def test_a_home_without_models_has_no_versions_and_no_pairs(bench_home):
    assert versions_table(bench_home).empty
    assert len(shadow_pairs(bench_home)) == 0
