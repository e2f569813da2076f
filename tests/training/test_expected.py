from hypothesis import given
from hypothesis import strategies as st

from training.expected import named_facts

KNOWN = ("policy", "stake", "words", "score", "attributes.account_age", "attributes.policy")


def test_an_attribute_goes_by_either_spelling():
    for given_name in ("account_age", "attributes.account_age"):
        assert named_facts([given_name], KNOWN) == (("attributes.account_age",), ())


def test_a_field_goes_before_an_attribute_of_its_name():
    assert named_facts(["policy"], KNOWN)[0] == ("policy",)
    assert named_facts(["attributes.policy"], KNOWN)[0] == ("attributes.policy",)


def test_a_name_of_no_fact_is_told_with_the_nearest_right_one():
    found, (misspelt, prefixed, odd) = named_facts(
        ["acount_age", "attributes.acount_age", "qqqq", "stake"], KNOWN
    )
    assert found == ("stake",)
    assert misspelt.startswith("acount_age, ")
    assert misspelt.endswith("did you mean account_age?")
    assert prefixed.endswith("did you mean attributes.account_age?")
    assert odd == "qqqq, which drift.expected names: there is no such fact"


@given(st.lists(st.sampled_from([*KNOWN, "account_age", "other", "attributes.other"])))
def test_every_name_is_a_fact_or_is_told(given_names):
    found, strangers = named_facts(given_names, KNOWN)
    assert set(found) <= set(KNOWN)
    assert len(found) + len(strangers) == len(set(given_names))
