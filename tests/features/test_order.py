from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from features.order import digits_key, filing_order, natural_key

START = datetime(2024, 1, 1, tzinfo=UTC)


def test_numbers_in_identifiers_are_counted():
    names = ["case-10", "case-9", "case-1a", "case-01a", "10", "9", "b2", ""]
    expected = ["", "9", "10", "b2", "case-01a", "case-1a", "case-9", "case-10"]
    assert sorted(names, key=natural_key) == expected


def test_digits_alone_order_whatever_the_letters():
    assert sorted(["MN16-20", "EI16-3", "AA15-99"], key=digits_key) == [
        "AA15-99",
        "EI16-3",
        "MN16-20",
    ]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.text("a1२²", max_size=4)), unique_by=lambda c: c[1]),
    st.randoms(),
)
def test_the_order_does_not_depend_on_the_order_given(cases, random):
    def ordered(some):
        moments = [START + timedelta(days=day) for day, _ in some]
        names = [name for _, name in some]
        return [names[place] for place in filing_order(moments, names)]

    shuffled = random.sample(cases, len(cases))
    assert ordered(cases) == ordered(shuffled)


def test_time_comes_first():
    later, earlier = START + timedelta(days=1), START
    assert filing_order([later, earlier, later], ["a2", "z", "a1"]).tolist() == [1, 2, 0]
