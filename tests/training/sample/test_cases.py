import numpy as np

from training.sample.cases import NO_REASON
from training.sample.marketplace import EVIDENCE, POLICIES
from training.sample.reasons import COMMON, REASONS


def test_no_fact_is_missing_but_those_that_may_be(made):
    may_be = {"rating", "detector_confidence"}
    missing = made.cases.isna().any()
    assert set(missing[missing].index) <= may_be


def test_only_machines_have_a_confidence(made):
    automated = made.cases["detection"] == "automated"
    assert (made.cases["detector_confidence"].notna() == automated).all()


def test_actions_and_detections_are_those_of_the_policy(made):
    outside = made.cases[made.cases["incident"] < 0]
    for policy in POLICIES:
        there = outside[outside["policy"] == policy.name]
        assert set(there["action"]) <= set(policy.actions)
        assert set(there["detection"]) <= set(policy.detections)
        assert (there["area"] == policy.area).all()


def test_reasons_fit_the_policy(made):
    given = made.cases[made.cases["reason"] != NO_REASON]
    for policy, area, position in zip(given["policy"], given["area"], given["reason"], strict=True):
        reason = REASONS[position]
        assert reason.area in (area, COMMON)
        assert not reason.policies or policy in reason.policies


def test_letters_and_incidents_give_no_reason_of_their_own(made):
    silent = made.cases["template"] | (made.cases["incident"] >= 0)
    assert (made.cases.loc[silent, ["reason", "second_reason"]] == NO_REASON).all(axis=None)
    assert (made.cases.loc[~silent, "reason"] != NO_REASON).all()


def test_evidence_goes_with_the_reason(made):
    wanted = np.array([reason.evidence for reason in REASONS] + [""])[made.cases["reason"]]
    for kind in EVIDENCE:
        shown = made.cases[f"evidence.{kind}"]
        assert shown[wanted == kind].mean() > 0.5
        assert 0 < shown[wanted != kind].mean() < 0.2


def test_incidents_carry_their_causes(made):
    for position, placed in enumerate(made.placed):
        there = made.cases[made.cases["incident"] == position]
        for column, value in placed.incident.cause.items():
            assert (there[column] == value).mean() > 0.8
