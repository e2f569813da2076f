from training.sample.circumstances import CIRCUMSTANCES, NOTHING, USUAL_TEAM
from training.sample.marketplace import AREAS, POLICIES

MEDIAN_STAKE = {policy.name: policy.stake for policy in POLICIES}


def test_all_teams_have_their_circumstance_and_all_areas_their_team():
    teams = {"legal", "safety", "fraud", "communications", "payments"}
    assert {circumstance.team for circumstance in CIRCUMSTANCES} == teams
    assert set(USUAL_TEAM) == set(AREAS)
    assert set(USUAL_TEAM.values()) <= teams


def test_what_is_reported_makes_escalation_likely(made):
    critical = made.cases["circumstance"] != NOTHING
    chance = made.cases["escalation_probability"]
    assert chance[critical].mean() > 0.4
    assert chance[~critical].mean() < 0.02
    assert 0.02 < critical.mean() < 0.12


def test_more_at_stake_makes_escalation_likelier(made):
    for position in range(len(CIRCUMSTANCES)):
        there = made.cases[made.cases["circumstance"] == position]
        excess = there["stake"] / there["policy"].map(MEDIAN_STAKE)
        assert there["escalation_probability"].corr(excess, method="spearman") > 0.5


def test_the_team_is_that_of_the_circumstance(made):
    for position, circumstance in enumerate(CIRCUMSTANCES):
        there = made.cases[made.cases["circumstance"] == position]
        assert set(there["team"]) == {circumstance.team}
