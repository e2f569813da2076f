import pytest

from training.sample.marketplace import AREAS, EVIDENCE, POLICIES
from training.sample.reasons import COMMON, REASONS, common_reasons, reasons_under


@pytest.mark.parametrize("area", AREAS)
def test_each_area_has_twenty_families_of_reasons(area):
    assert sum(reason.area in (area, COMMON) for reason in REASONS) >= 20


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_each_policy_has_reasons_for_and_against(policy):
    fitting = reasons_under(policy.name, policy.area) + common_reasons()
    effects = [REASONS[position].effect for position in fitting]
    assert len(fitting) >= 14
    assert min(effects) <= -0.5 < 0.3 <= max(effects)


def test_a_reason_for_some_policies_is_not_given_under_others():
    keys = {REASONS[position].key for position in reasons_under("late_dispatch", "fulfilment")}
    assert "late_scan" in keys
    assert "tracking_typo" not in keys


def test_reasons_name_what_exists():
    names = {policy.name: policy.area for policy in POLICIES}
    assert len({reason.key for reason in REASONS}) == len(REASONS)
    for reason in REASONS:
        assert not reason.evidence or reason.evidence in EVIDENCE
        assert all(names[policy] == reason.area for policy in reason.policies)
