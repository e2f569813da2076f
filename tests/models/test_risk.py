import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from features.encoder import StudentEncoder, silent
from features.schema import Team
from models.overturn import OverturnConfig, OverturnModel
from models.risk import PROTOTYPES, TEAMS, LearntRisk, PrototypeRisk, RiskConfig, teams_of
from models.scorer import Scorer, ScorerConfig

QUICK = ScorerConfig(overturn=OverturnConfig(candidates={}, slices=1))


@pytest.fixture(scope="module")
def cases(encoder, decided):
    """Read 500 cases to learn from and 300 later ones, through one model."""
    frame = decided(800)
    past, later = frame[:500], frame[500:].reset_index(drop=True)
    model = OverturnModel(encoder, QUICK.overturn).fit(past)
    return model.read(past), teams_of(past), model.read(later), np.array(teams_of(later))


def test_escalations_and_their_teams_are_recovered_on_later_cases(cases):
    past, teams, later, truth = cases
    said = LearntRisk.fit(past.blocks, teams, RiskConfig()).escalation(later.blocks)
    escalated = truth != "none"
    assert said.basis == "learnt"
    assert roc_auc_score(escalated, said.probability) > 0.85
    named = np.array(TEAMS)[said.team]
    assert (named[escalated] == truth[escalated]).mean() > 0.9


def test_the_chance_of_an_escalation_is_calibrated(cases):
    past, teams, later, truth = cases
    said = LearntRisk.fit(past.blocks, teams, RiskConfig()).escalation(later.blocks)
    assert said.probability.mean() == pytest.approx((truth != "none").mean(), abs=0.06)


def test_a_team_that_no_case_went_to_is_never_named(cases):
    past, teams, later, _ = cases
    fitted = LearntRisk.fit(past.blocks, teams, RiskConfig())
    named = {TEAMS[place] for place in fitted.escalation(later.blocks).team}
    assert named <= {"legal", "fraud"}
    assert [team is None for team in fitted.teams] == [name not in named for name in TEAMS]


def test_a_single_escalated_team_is_named_always(cases):
    past, teams, later, _ = cases
    alone = ["safety" if team == "legal" else "none" for team in teams]
    said = LearntRisk.fit(past.blocks, alone, RiskConfig()).escalation(later.blocks)
    assert {TEAMS[place] for place in said.team} == {"safety"}


def test_no_escalation_in_the_latest_cases_leaves_a_chance_of_one(cases):
    past, teams, later, _ = cases
    quiet = [team if place < 375 else "none" for place, team in enumerate(teams)]
    said = LearntRisk.fit(past.blocks, quiet, RiskConfig()).escalation(later.blocks)
    assert 0.0005 < said.probability.mean() < 0.1


@pytest.mark.parametrize(("escalated", "kind"), [(0.3, LearntRisk), (0.02, PrototypeRisk)])
def test_prototypes_serve_until_there_are_escalations_enough(encoder, decided, escalated, kind):
    frame = decided(250, escalated=escalated)
    assert isinstance(Scorer.fit_with(encoder, frame, QUICK).risk, kind)


def test_the_least_number_of_escalations_is_the_configs(encoder, decided):
    frame = decided(250)
    count = sum(team != "none" for team in teams_of(frame))
    for least, kind in ((count, LearntRisk), (count + 1, PrototypeRisk)):
        config = ScorerConfig(overturn=QUICK.overturn, risk=RiskConfig(least_escalations=least))
        assert isinstance(Scorer.fit_with(encoder, frame, config).risk, kind)


@pytest.fixture(scope="module")
def lettered(wordpiece):
    """An encoder that knows every word of the prototypes."""
    texts = [text for several in PROTOTYPES.values() for text in several]
    words = sorted({word.strip(".,").lower() for text in texts for word in text.split()})
    tokenizer = wordpiece([word for word in words if len(word) > 1])
    table = np.random.default_rng(2).normal(size=(tokenizer.get_vocab_size(), 64))
    return StudentEncoder(tokenizer, table.astype(np.float32))


@pytest.fixture(scope="module")
def guessed(lettered):
    rng = np.random.default_rng(0)
    signs = list("abcdefghijklmnopqrstuvwxyz")
    everyday = lettered.encode([" ".join(rng.choice(signs, 12)) for _ in range(1_000)])
    config = RiskConfig()
    return PrototypeRisk.fit(lettered, everyday, config), everyday, config


@pytest.mark.parametrize("team", TEAMS)
def test_a_text_like_a_prototype_goes_to_its_team(lettered, guessed, team):
    risk, _, _ = guessed
    near = [f"Hello! {text}" for text in PROTOTYPES[team]]
    said = risk.escalation(None, lettered.encode(near))
    assert {TEAMS[place] for place in said.team} == {team}
    assert (said.probability > 0.9).all()
    assert said.basis == "prototypes"


def test_the_usual_share_of_cases_lies_above_one_half(guessed):
    risk, everyday, config = guessed
    probability = risk.escalation(None, everyday).probability
    assert (probability > 0.5).mean() == pytest.approx(config.usual_share, abs=0.005)


def test_a_text_without_words_is_near_nothing(guessed):
    risk, everyday, _ = guessed
    said = risk.escalation(None, np.zeros((2, everyday.shape[1]), np.float32))
    assert said.probability == pytest.approx(expit(np.full(2, -50.0)))


def test_without_any_text_prototypes_fit_and_find_no_risk():
    nothing = np.zeros((50, 1), np.float32)
    risk = PrototypeRisk.fit(silent(), nothing, RiskConfig())
    assert risk.escalation(None, nothing).probability.max() < 1e-6


def test_alike_texts_do_not_overflow(lettered):
    same = lettered.encode(["a b c"] * 30)
    risk = PrototypeRisk.fit(lettered, same, RiskConfig())
    text = PROTOTYPES["legal"][0]
    assert risk.escalation(None, lettered.encode([text, "z q"])).probability[0] == 1.0


def test_every_team_of_the_contract_has_prototypes():
    assert set(PROTOTYPES) == set(TEAMS) == {team.value for team in Team} - {"none"}
    assert all(len(texts) >= 3 for texts in PROTOTYPES.values())


def test_nothing_said_counts_as_none(decided):
    frame = decided(4).assign(escalated_to=["legal", None, "none", ""])
    assert teams_of(frame) == ["legal", "none", "none", "none"]
    missing = frame.assign(escalated_to=["legal", float("nan"), None, "fraud"])
    assert teams_of(missing) == ["legal", "none", "none", "fraud"]
