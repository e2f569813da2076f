import numpy as np
import pandas as pd
import pytest

from training.bench.exploring import (
    PLANTED,
    base_rates,
    delays,
    intake,
    leaks,
    missingness,
    moves,
    rates_by_week,
    with_planted_leak,
)


def frame(outcomes, **columns):
    n = len(outcomes)
    filed = pd.date_range("2025-03-03", periods=n, freq="D", tz="UTC")
    texts = {"appeal_id": [f"a{k}" for k in range(n)], "text": ["please look again"] * n}
    return pd.DataFrame({**texts, "submitted_at": filed, "outcome": outcomes, **columns})


def test_each_week_is_counted_by_what_became_of_its_appeals():
    counts = intake(frame(["upheld"] * 6 + ["overturned", None, None]))

    assert counts.index.strftime("%Y-%m-%d").tolist() == ["2025-03-03", "2025-03-10"]
    assert counts.to_numpy().tolist() == [[6, 1, 0], [0, 0, 2]]


def test_rates_have_intervals_and_rare_values_stand_together():
    outcomes = (["overturned"] * 10 + ["upheld"] * 30) * 2 + ["upheld"] * 4
    policies = ["often"] * 40 + ["also"] * 40 + ["rare", "rarer", "rarest", "rarest"]

    table = base_rates(frame(outcomes, policy=policies), "policy").set_index("value")

    assert table.loc["often", "share"] == 0.25
    assert table.loc["often", "low"] < 0.25 < table.loc["often", "high"]
    assert table.loc["(rarer values)", "decided"] == 4
    assert len(table) == 3


def test_the_weeks_hold_all_decisions(bench_home):
    table = rates_by_week(bench_home.cases.frame)

    assert table["decided"].sum() == 330
    assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()


def test_emptiness_is_told_by_outcome():
    outcomes = ["overturned"] * 50 + ["upheld"] * 50
    columns = {
        "attributes.score": pd.Series([1.0] * 50 + [None] * 25 + [1.0] * 25, dtype=object),
        "attributes.full": [1] * 100,
    }

    table = missingness(frame(outcomes, **columns))

    assert table["column"].tolist() == ["score"]
    assert table.loc[0, "overturned_share"] == 0
    assert table.loc[0, "upheld_share"] == 0.5


def test_nothing_missing_gives_no_row():
    assert missingness(frame(["upheld", "overturned"], policy=["a", "b"])).empty


def test_half_are_decided_by_the_delay_that_all_have(bench_home):
    found = delays(bench_home.appeals)
    assert found.quantile(0.5) == pytest.approx(48)


def test_wrong_dates_do_not_change_how_long_decisions_take(bench_home):
    appeals, n = bench_home.appeals.copy(), len(bench_home.appeals)
    row = appeals.index[appeals["outcome"].notna()][[0, 1]]
    appeals.loc[row[0], "decided_at"] += pd.Timedelta(days=400)
    appeals.loc[row[1], "decided_at"] -= pd.Timedelta(days=400)
    ages = np.array([24.0, 48.0, 500.0])

    assert delays(appeals).by(ages) == pytest.approx(delays(bench_home.appeals).by(ages), abs=3 / n)


def test_a_planted_leak_is_found_and_nothing_else(bench_home):
    decided = bench_home.cases.frame

    assert leaks(decided).empty
    assert leaks(with_planted_leak(decided))["column"].tolist() == [PLANTED]


def test_a_mix_that_moved_is_told_with_what_moved_most():
    rng = np.random.default_rng(0)
    policies = [*rng.choice(["a", "b"], 300), *rng.choice(["a", "c"], 28)]
    markets = rng.choice(["SG", "PH"], 328)

    table = moves(frame(["upheld"] * 328, policy=policies, market=markets, evidence=[()] * 328))
    table = table.set_index("fact")

    assert moves(frame(["upheld"] * 60)).empty  # too few on either side
    assert table.empty  # 28 later ones are too few, too


def test_enough_later_appeals_are_compared():
    rng = np.random.default_rng(0)
    policies = [*rng.choice(["a", "b"], 300), *rng.choice(["a", "c"], 100)]
    held = frame(["upheld"] * 400, policy=policies, market=rng.choice(["SG", "PH"], 400))

    table = moves(held.assign(evidence=[()] * 400), days=99).set_index("fact")

    assert table.index[0] == "policy"
    assert table.loc["policy", "index"] > table.loc["policy", "by_chance"]
    assert table.loc["market", "index"] < table.loc["market", "by_chance"]
    assert table.loc["policy", "most"].split(":")[0] in ("b", "(other)")
