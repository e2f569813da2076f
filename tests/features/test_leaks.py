import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.columns import ColumnMap
from features.files import read_table
from features.frame import ATTRIBUTE_PREFIX, decided_frame
from features.leaks import STRONG_AUC, likely_leaks
from features.mapping import load_mapping, parse_mapping

CASES = 1_000


def frame_of(**columns):
    """A frame whose outcome-free columns are plain, with the given ones beside them."""
    n = len(next(iter(columns.values())))
    plain = {"text": ["please"] * n, "evidence": [()] * n, "policy": ["spam", "ip"] * (n // 2)}
    named = {
        ATTRIBUTE_PREFIX + name: pd.Series(list(v), dtype=object) for name, v in columns.items()
    }
    return pd.DataFrame(plain | named)


def draw(seed=0, n=CASES, share=0.25):
    rng = np.random.default_rng(seed)
    return rng, rng.random(n) < share


def leaked(**columns):
    overturned = columns.pop("overturned")
    return [leak.column for leak in likely_leaks(frame_of(**columns), overturned)]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(20, 400), st.floats(0.02, 0.98))
def test_noise_is_no_leak(seed, n, share):
    n += n % 2
    rng, overturned = draw(seed, n, share)
    assert (
        leaked(
            overturned=overturned,
            number=np.where(rng.random(n) < 0.3, None, rng.normal(size=n)),
            often_zero=np.where(rng.random(n) < 0.9, 0.0, rng.random(n)),
            category=np.where(rng.random(n) < 0.5, None, rng.choice(list("abcdefgh"), n)),
            unique=[f"id{i}" for i in range(n)],
            flag=rng.random(n) < 0.02,
        )
        == []
    )


@pytest.mark.parametrize("n", [200, 2_000])
@pytest.mark.parametrize("direction", [1, -1])
def test_a_number_that_is_the_outcome_is_a_leak(n, direction):
    rng, overturned = draw(n=n)
    number = direction * (overturned + rng.normal(scale=0.2, size=n))
    (leak,) = likely_leaks(frame_of(refund=number), overturned)
    assert leak.column == "refund"
    assert leak.auc >= STRONG_AUC
    assert "AUC" in leak.reason


def test_a_category_that_is_the_outcome_is_a_leak():
    rng, overturned = draw()
    status = np.where(overturned, rng.choice(["won", "paid"], CASES), "lost")
    assert leaked(overturned=overturned, status=status) == ["status"]


@pytest.mark.parametrize("filled_when", [True, False])
def test_a_column_filled_in_for_one_outcome_only_is_a_leak(filled_when):
    rng, overturned = draw(share=0.5)
    filled = (overturned == filled_when) & (rng.random(CASES) < 0.4)
    note = np.where(filled, rng.choice(["a", "b", "c"], CASES), None)
    (leak,) = likely_leaks(frame_of(note=note), overturned)
    assert leak.auc < STRONG_AUC
    outcome = "overturned" if filled_when else "upheld"
    assert leak.reason.startswith(f"where it is filled in, 100.0% of the cases were {outcome}, ")


def test_a_column_empty_for_one_outcome_only_is_a_leak():
    rng, overturned = draw(share=0.5)
    filled = overturned | (rng.random(CASES) < 0.5)
    assert leaked(overturned=overturned, paid=np.where(filled, "x", None)) == ["paid"]


def test_one_telling_value_is_a_leak_and_is_not_told():
    rng, overturned = draw(share=0.5)
    tag = np.where(
        overturned & (rng.random(CASES) < 0.4), "refunded", rng.choice(["x", "y"], CASES)
    )
    (leak,) = likely_leaks(frame_of(tag=tag), overturned)
    assert leak.reason.startswith("where it has one of its values, 100.0%")
    assert "refunded" not in leak.reason


def test_a_number_that_is_zero_for_one_outcome_is_a_leak():
    rng, overturned = draw(share=0.5)
    paid = np.where(overturned & (rng.random(CASES) < 0.5), rng.random(CASES), 0.0)
    assert leaked(overturned=overturned, paid=paid) == ["paid"]


def test_honest_policies_that_differ_thirtyfold_are_no_leak():
    rng = np.random.default_rng(1)
    rates = dict(zip("abcdefgh", [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5], strict=True))
    policy = rng.choice(list(rates), 20_000)
    overturned = rng.random(20_000) < np.vectorize(rates.get)(policy)
    licence = np.where(policy == "a", "number", None)
    assert leaked(overturned=overturned, rule=policy, licence=licence) == []


def test_a_strong_but_honest_number_is_no_leak():
    rng, overturned = draw(n=4_000)
    assert leaked(overturned=overturned, signal=rng.normal(loc=1.2 * overturned)) == []


@pytest.mark.parametrize("n", [4, 10, 20])
def test_a_handful_of_cases_proves_nothing(n):
    overturned = np.arange(n) % 2 == 0
    assert leaked(overturned=overturned, echo=overturned.astype(float)) == []


@pytest.mark.parametrize("outcome", [True, False])
def test_one_outcome_alone_has_nothing_to_leak(outcome):
    overturned = np.full(10, outcome)
    assert leaked(overturned=overturned, echo=overturned.astype(float)) == []


def test_empty_columns_are_passed_over():
    _, overturned = draw()
    assert leaked(overturned=overturned, nothing=[None] * CASES) == []


def test_the_fields_of_the_contract_are_tested_too():
    _, overturned = draw()
    frame = frame_of(plain=[0.0] * CASES)
    frame["detection"] = np.where(overturned, "human", "automated")
    frame["evidence"] = [("refund",) if won else () for won in overturned]
    frame["text"] = ["thanks" if won else "" for won in overturned]
    found = [leak.column for leak in likely_leaks(frame, overturned)]
    assert sorted(found) == ["detection", "evidence", "text"]


def real_frame(mapping, path):
    records = ColumnMap(mapping).read(read_table(path))
    frame = decided_frame(records.appeals, records.decisions)
    return frame, (frame["outcome"] == "overturned").to_numpy(dtype=bool)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "file"), [("raop", "raop/requests.csv.gz"), ("imr", "imr/determinations.csv.gz")]
)
def test_what_was_known_at_filing_is_clean(examples, data, name, file):
    frame, overturned = real_frame(load_mapping(examples / f"{name}.yaml"), data / file)
    assert likely_leaks(frame, overturned) == []


@pytest.mark.data
def test_the_flair_given_to_winners_is_named(examples, data):
    clean = load_mapping(examples / "raop.yaml").model_dump(exclude_none=True)
    clean["attributes"]["categorical"] = ["requester_user_flair"]
    frame, overturned = real_frame(parse_mapping(clean), data / "raop/requests.csv.gz")
    assert [leak.column for leak in likely_leaks(frame, overturned)] == ["requester_user_flair"]
