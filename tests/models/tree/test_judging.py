"""All parts of an intake judged: each thing once, at its level, and nothing that is no news."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.alarms import Finding, Kind, Part
from models.tree import Intake, TreeConfig, judge


def told(judged):
    return [(found.kind, found.part, found.window_days) for found in judged.findings]


@pytest.fixture(scope="module")
def quiet(simulated):
    world = simulated.World(policies=5, themes=10, markets=4, a_day=150, seed=7)
    return world, world.draw()


def test_a_quiet_intake_has_no_findings_and_says_how_much_was_looked_at(simulated, quiet):
    world, counts = quiet
    judged = simulated.judge(world.cells, counts)
    assert judged.findings == ()
    assert judged.tests[Kind.RISE] > 2 * judged.tests[Kind.FALL] - 20 > 200
    assert judged.tests[Kind.OVERTURNS] == 0


def test_a_rise_of_one_theme_in_one_market_is_found_once_and_there(simulated, quiet):
    world, counts = quiet
    risen = counts.copy()
    where = world.where(theme="T3", market="m1")
    risen[where, -1] += 5
    judged = simulated.judge(world.cells, risen)
    assert told(judged) == [(Kind.RISE, Part(theme="T3", market="m1"), 1)]
    found = judged.findings[0]
    assert found.observed == len(found.rows) == risen[where, -1].sum()
    assert found.expected < 5
    assert found.p < 1e-4
    frame = simulated.intake(simulated.appeals(world.cells, risen)).frame.iloc[found.rows]
    assert (frame["market"] == "m1").all()
    assert (frame["submitted_at"].dt.date == found.last).all()


def test_a_rise_spread_over_the_markets_of_a_policy_is_found_once_at_the_policy(simulated, quiet):
    world, counts = quiet
    risen = counts.copy()
    where = world.where(policy="p2")
    risen[where, -7:] += np.random.default_rng(1).poisson(1.2 * world.mean()[where, -7:])
    judged = simulated.judge(world.cells, risen)
    assert told(judged) == [(Kind.RISE, Part(policy="p2"), 7)]


def test_two_rises_are_two_findings(simulated, quiet):
    world, counts = quiet
    risen = counts.copy()
    risen[world.where(theme="T3", market="m1"), -1] += 5
    risen[world.where(theme="T8", market="m3"), -1] += 6
    found = {part for _, part, _ in told(simulated.judge(world.cells, risen))}
    assert found == {Part(theme="T3", market="m1"), Part(theme="T8", market="m3")}


def test_what_the_scan_found_is_explained_by_it(simulated, quiet):
    world, counts = quiet
    risen = counts.copy()
    risen[world.where(theme="T3", market="m1"), -1] += 5
    intake = simulated.intake(simulated.appeals(world.cells, risen))
    rise = judge(intake).findings[0]
    cause = Finding(Kind.CAUSE, Part(), rise.rows, 3, rise.last, rise.observed, rise.expected, 1e-6)
    assert judge(intake, [cause]).findings == ()


def test_a_fall_of_a_policy_is_found_once_and_the_last_day_makes_none(simulated, quiet):
    world, counts = quiet
    fallen = counts.copy()
    fallen[world.where(policy="p2"), -8:] //= 8
    judged = simulated.judge(world.cells, fallen)
    assert told(judged) == [(Kind.FALL, Part(policy="p2"), 7)]
    found = judged.findings[0]
    assert len(found.rows) == 0
    assert found.observed < found.expected / 3
    assert found.last == intake_last(simulated, world) - timedelta(days=1)
    unfinished = counts.copy()
    unfinished[:, -1] = 0
    assert simulated.judge(world.cells, unfinished).findings == ()


def test_what_falls_back_to_what_is_usual_has_not_fallen(simulated, quiet):
    world, counts = quiet
    raised = counts.copy()
    raised[world.where(policy="p2"), -29:-8] *= 4
    found = {kind for kind, _, _ in told(simulated.judge(world.cells, raised))}
    assert Kind.FALL not in found


def test_a_theme_that_another_one_takes_over_has_not_fallen(simulated, quiet):
    world, counts = quiet
    old, new = world.where(theme="T3"), world.where(theme="T3")
    cells = pd.concat([world.cells, world.cells[old].assign(theme="T99")], ignore_index=True)
    taken = np.vstack([counts, counts[new]])
    taken[: len(counts)][old, -14:] = 0
    taken[len(counts) :, :-14] = 0
    found = {kind for kind, _, _ in told(simulated.judge(cells, taken))}
    assert Kind.FALL not in found


def intake_last(simulated, world):
    return simulated.intake(simulated.appeals(world.cells, world.draw())).as_of


def test_a_rise_in_the_overturn_rate_of_one_detection_is_found_once(simulated, quiet):
    world, counts = quiet
    frame = simulated.appeals(world.cells, counts)
    random = np.random.default_rng(3)
    decisions = simulated.decisions(frame, frame["rate"], random)
    assert judge(simulated.intake(frame, decisions=decisions)).findings == ()
    facts = frame.set_index("appeal_id").loc[decisions["appeal_id"]].reset_index()
    late = pd.to_datetime(decisions["day"]).ge(
        pd.to_datetime(decisions["day"]).max() - timedelta(6)
    )
    broken = facts["policy"].eq("p1") & facts["detection"].eq("automated")
    hit = late.to_numpy() & broken.to_numpy()
    decisions.loc[hit, "overturned"] = random.random(hit.sum()) < 0.85
    judged = judge(simulated.intake(frame, decisions=decisions))
    assert told(judged) == [(Kind.OVERTURNS, Part(policy="p1", detection="automated"), 7)]
    found = judged.findings[0]
    assert found.observed == len(found.rows) == decisions.loc[hit, "overturned"].sum()
    assert found.decided == hit.sum()
    assert found.expected < found.observed / 2


def test_one_seller_who_is_overturned_sixty_times_is_one_case(simulated, quiet):
    world, counts = quiet
    more = counts.copy()
    cell = int(np.flatnonzero(world.where(policy="p1", detection="automated"))[0])
    more[cell, -3] += 60
    frame = simulated.appeals(world.cells, more)
    decisions = simulated.decisions(frame, frame["rate"], np.random.default_rng(3))
    facts = world.cells.iloc[cell][["policy", "theme", "market", "detection"]]
    same = (frame[facts.index] == facts).all(axis=1)
    same &= frame["submitted_at"].dt.date == frame["submitted_at"].dt.date.max() - timedelta(2)
    seller = frame["appeal_id"][same]
    decisions = decisions[~decisions["appeal_id"].isin(seller)]
    won = {"appeal_id": seller, "day": intake_last(simulated, world), "overturned": True}
    decisions = pd.concat([decisions, pd.DataFrame(won)], ignore_index=True)
    of_many = {found.kind for found in judge(simulated.intake(frame, decisions=decisions)).findings}
    frame.loc[same, "subject_id"] = "one"
    of_one = {found.kind for found in judge(simulated.intake(frame, decisions=decisions)).findings}
    assert Kind.OVERTURNS in of_many
    assert of_one == set()


def test_a_cause_explains_no_more_than_its_cases(simulated, quiet):
    world, counts = quiet
    raised = counts.copy()
    risen = world.where(theme="T3", market="m1")
    raised[risen, -1] += 5
    frame = simulated.appeals(world.cells, raised)
    (rise,) = judge(simulated.intake(frame)).findings
    # Copies where the rise is: were they taken for cases, they would explain it away.
    copies = frame.iloc[rise.rows]
    again = [copies.assign(appeal_id=f"c{n}" + copies["appeal_id"]) for n in range(9)]
    many = pd.concat([frame, *again])
    many = many.sort_values(["submitted_at", "appeal_id"], ignore_index=True)
    intake = simulated.intake(many)
    rows = np.flatnonzero(intake.frame["appeal_id"].str.startswith("c"))
    cause = Finding(Kind.CAUSE, Part(), rows, 3, rise.last, len(rows), 1.0, 1e-6)
    assert [found.part for found in judge(intake, [cause]).findings] == [rise.part]


@pytest.mark.parametrize("times", [2, 30])
def test_a_backfill_on_one_day_raises_nothing(simulated, quiet, times):
    world, counts = quiet
    filled = counts.copy()
    filled[:, -1] = filled[:, -times:].sum(axis=1)
    filled[:, -times:-1] = 0
    assert simulated.judge(world.cells, filled).findings == ()


def test_a_doubling_of_everything_is_the_whole_and_only_after_three_days(simulated, quiet):
    world, counts = quiet
    random = np.random.default_rng(5)
    for days, found in ((2, []), (5, [(Kind.RISE, Part(), 3)])):
        doubled = counts.copy()
        doubled[:, -days:] += random.poisson(1.2 * world.mean()[:, -days:])
        assert told(simulated.judge(world.cells, doubled)) == found


def test_an_outage_is_no_fall_of_every_part(simulated, quiet):
    world, counts = quiet
    down = counts.copy()
    down[:, -2] = 0
    assert simulated.judge(world.cells, down).findings == ()
    down[:, -9:-2] = 0
    assert simulated.judge(world.cells, down).findings == ()
    thinned = np.random.default_rng(2).binomial(counts, 0.3)
    halted = np.where(np.arange(world.days) >= world.days - 6, thinned, counts)
    assert told(simulated.judge(world.cells, halted)) == [(Kind.FALL, Part(), 3)]


@pytest.mark.parametrize("days", [1, 2, 4, 5])
def test_a_few_days_of_history_raise_nothing(simulated, days):
    world = simulated.World(seed=2, days=days)
    counts = world.draw()
    counts[:, -1] *= 9
    counts[world.where(theme="T1"), -1] += 40
    assert simulated.judge(world.cells, counts).findings == ()


def test_six_days_are_enough_for_what_is_plain(simulated):
    names = ["policy", "theme", "market", "detection"]
    cells = pd.DataFrame([("p", f"T{theme}", "m", "human") for theme in range(8)], columns=names)
    counts = np.random.default_rng(1).poisson(60, (8, 7))
    counts[0, -1] = 268
    judged = simulated.judge(cells, counts)
    assert told(judged) == [(Kind.RISE, Part(theme="T0"), 1)]


@pytest.mark.parametrize("known", [True, False])
def test_copies_of_one_letter_from_one_seller_raise_nothing(simulated, quiet, known):
    world, counts = quiet
    frame = simulated.appeals(world.cells, counts)
    copies = pd.concat([frame.iloc[[-1]]] * 5000, ignore_index=True)
    copies["appeal_id"] = [f"copy{place}" for place in range(5000)]
    copies["subject_id"] = "seller" if known else None
    both = pd.concat([frame, copies], ignore_index=True)
    campaign = np.full(len(both), -1, dtype=np.int32)
    campaign[len(frame) :] = 0
    assert judge(simulated.intake(both, campaign=campaign)).findings == ()


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_appeals_decides_nothing(simulated, quiet, seed):
    world, counts = quiet
    risen = counts.copy()
    risen[world.where(theme="T3", market="m1"), -1] += 5
    intake = simulated.intake(simulated.appeals(world.cells, risen))
    order = np.random.default_rng(seed).permutation(len(intake.frame))
    shuffled = Intake(
        intake.as_of,
        intake.days,
        intake.frame.iloc[order].reset_index(drop=True),
        [intake.themes[place] for place in order],
        intake.campaign[order],
        intake.earlier,
    )
    first, second = judge(intake).findings[0], judge(shuffled).findings[0]
    assert sorted(order[second.rows]) == first.rows.tolist()
    assert (first.part, first.observed, first.p) == (second.part, second.observed, second.p)
    assert first.expected == pytest.approx(second.expected)


def test_dates_in_the_future_and_facts_unknown_are_borne(simulated, quiet):
    world, counts = quiet
    frame = simulated.appeals(world.cells, counts)
    ahead = frame.iloc[-200:].assign(
        submitted_at=frame["submitted_at"].iloc[-1] + timedelta(days=9)
    )
    ahead["appeal_id"] += "x"
    intake = simulated.intake(pd.concat([frame, ahead], ignore_index=True))
    assert judge(intake).findings == ()
    bare = frame.assign(policy=None, market=None, detection=None, theme=None, subject_id=None)
    assert judge(simulated.intake(bare)).tests[Kind.RISE] == 1
    assert judge(simulated.intake(bare.iloc[:0])).tests[Kind.RISE] == 0


def test_a_history_from_before_the_window_is_used_and_agrees_with_it(simulated):
    world = simulated.World(seed=4, days=200)
    counts = world.draw()
    counts[world.where(policy="p1"), -7:] *= 3
    judged = simulated.judge(world.cells, counts, window=30)
    assert (Kind.RISE, Part(policy="p1"), 7) in told(judged)
    whole = simulated.judge(world.cells, counts, window=200)
    parts = [each.findings[0] for each in (judged, whole)]
    assert parts[0].part == parts[1].part
    assert parts[0].expected == pytest.approx(parts[1].expected, rel=1e-6)


def test_more_accepted_false_alarms_find_more(simulated, quiet):
    world, counts = quiet
    intake = simulated.intake(simulated.appeals(world.cells, counts))
    few, many = (
        judge(intake, config=TreeConfig(accepted_false_alarms_per_month=number)).findings
        for number in (0.25, 10)
    )
    assert len(few) <= len(many)
    with pytest.raises(ValueError, match="greater than 0"):
        TreeConfig(accepted_false_alarms_per_month=0)


@pytest.mark.slow
@pytest.mark.parametrize("wobble", [None, 8.0])
def test_quiet_intakes_raise_about_as_many_as_are_accepted(simulated, wobble):
    # A day in nine of each of some streams: days that are near are not independent.
    config = TreeConfig(accepted_false_alarms_per_month=1.0)
    share = sum(config.rate(kind) for kind in (Kind.RISE, Kind.FALL))
    loud = runs = 0
    for seed in range(4):
        world = simulated.World(seed=seed, days=120)
        counts = world.draw(wobble=wobble)
        for end in range(90, 121, 9):
            intake = simulated.intake(simulated.appeals(world.cells, counts[:, :end]))
            loud += bool(judge(intake, config=config).findings)
            runs += 1
    from scipy import stats

    assert loud <= stats.binom.ppf(0.999, runs, share)
