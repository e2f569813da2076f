from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.columns import UNTIMED, ColumnMap
from features.errors import UnknownColumn
from features.files import read_table
from features.mapping import parse_mapping

MAPPING = {
    "appeal_id": "id",
    "submitted_at": "filed",
    "text": ["title", "body"],
    "policy": "rule",
    "detection": {"column": "source", "values": {"bot": "automated"}},
    "evidence": "files",
    "attempt": "nth",
    "stake": "amount",
    "decision": {
        "column": "result",
        "overturned": ["true", "granted"],
        "upheld": ["false"],
        "decided_at": "closed",
        "reviewer_id": "who",
        "escalated_to": {"column": "team", "values": {"l": "legal"}},
    },
    "attributes": {"numeric": ["age"], "categorical": ["city"], "boolean": ["vip"]},
}
ROW = {
    "id": "a1",
    "filed": "2024-05-31T08:00:00+08:00",
    "title": "Please",
    "body": "look again",
    "rule": "spam",
    "source": "BOT",
    "files": "photo|invoice",
    "nth": "2",
    "amount": "12.50",
    "result": "True",
    "closed": "2024-06-02",
    "who": "r7",
    "team": "L",
    "age": "3",
    "city": "Ipoh",
    "vip": "no",
    "unused": "x",
}


def read(*changes, mapping=MAPPING):
    rows = [ROW | {"id": f"a{i}"} | change for i, change in enumerate(changes, start=1)]
    return ColumnMap(parse_mapping(mapping)).read(pd.DataFrame(rows, dtype=object))


def only_reason(change):
    records = read(change)
    assert records.appeals == []
    assert records.decisions == []
    (rejection,) = records.rejected
    assert rejection.line == 2
    return rejection.reason


def test_a_row_becomes_an_appeal_and_a_decision():
    records = read({})
    (appeal,), (decision,) = records.appeals, records.decisions
    assert records.rejected == []
    assert records.timed
    assert records.lines == [2]
    assert appeal.model_dump() == {
        "appeal_id": "a1",
        "submitted_at": datetime(2024, 5, 31, tzinfo=UTC),
        "text": "Please\nlook again",
        "subject_id": None,
        "policy": "spam",
        "action": None,
        "market": None,
        "language": None,
        "detection": "automated",
        "evidence": ("photo", "invoice"),
        "attempt": 2,
        "stake": 12.5,
        "attributes": {"age": 3.0, "city": "Ipoh", "vip": False},
    }
    assert decision.model_dump() == {
        "appeal_id": "a1",
        "outcome": "overturned",
        "decided_at": datetime(2024, 6, 2, tzinfo=UTC),
        "reviewer_id": "r7",
        "escalated_to": "legal",
    }


def test_empty_cells_are_missing():
    blank = dict.fromkeys(set(ROW) - {"id", "filed", "result"}, "")
    (appeal,) = read(blank).appeals
    assert appeal.text == ""
    assert appeal.policy is None
    assert appeal.evidence == ()
    assert appeal.attributes == {"age": None, "city": None, "vip": None}


@pytest.mark.parametrize("result", ["", "pending", "truely", None])
def test_other_outcomes_leave_the_appeal_undecided(result):
    records = read({"result": result})
    assert len(records.appeals) == 1
    assert records.decisions == []


@pytest.mark.parametrize("result", [True, "TRUE", " true", "Granted"])
def test_outcomes_are_compared_by_their_spelling(result):
    assert read({"result": result}).decisions[0].outcome == "overturned"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"age": "abc"}, "column 'age': a text of 3 characters; expected a number"),
        ({"age": "1,234"}, "column 'age': a number with thousands separators"),
        ({"vip": "perhaps"}, "column 'vip': a text of 7 characters; expected true or false"),
        ({"city": "x" * 1001}, "column 'city': a text of 1,001 characters; expected at most 1,000"),
        ({"city": "a\x00"}, "column 'city': contains a NUL byte"),
        ({"filed": ""}, "column 'filed': missing"),
        ({"filed": "2024-02-30"}, "column 'filed': a text of 10 characters; expected a date"),
        ({"filed": "1970-01-01"}, "column 'filed': 1970-01-01T00:00:00.* is not between 1990 and"),
        ({"closed": "never"}, "column 'closed': a text of 5 characters; expected a date"),
        ({"closed": "2024-05-29"}, "column 'closed': decided a day or more before it was filed"),
        ({"closed": "2099-05-29"}, "column 'closed': decided a day or more from now"),
        ({"id": ""}, "column 'id': missing"),
        ({"id": "x" * 201}, "column 'id': a text of 201 characters; expected at most 200"),
        ({"body": "x" * 2**20}, "column 'title . body': a text of 1,048,583 characters"),
        ({"body": "a\x00b"}, "column 'title . body': contains a NUL byte"),
        ({"body": ["a"]}, "column 'title . body': a list of 1 item; expected a text"),
        ({"nth": "0"}, "column 'nth': a number; expected"),
        ({"nth": "1.5"}, "column 'nth': a number; expected"),
        ({"amount": "-1"}, "column 'amount': a number; expected"),
        ({"source": "robot"}, "column 'source': a text of 5 characters; expected one of automated"),
        ({"team": "mum"}, "column 'team': a text of 3 characters; expected one of communications"),
    ],
)
def test_a_row_that_cannot_be_read_says_which_column_and_why(change, reason):
    assert pd.Series([only_reason(change)]).str.match(reason).all(), only_reason(change)


def test_all_wrong_cells_of_a_row_are_told_and_no_content():
    reason = only_reason({"age": "Tan Ah Kow", "vip": "Tan Ah Kow"})
    assert "'age'" in reason
    assert "'vip'" in reason
    assert "Tan" not in reason


def test_wrong_rows_do_not_take_others_with_them():
    records = read({}, {"age": "abc"}, {})
    assert [appeal.appeal_id for appeal in records.appeals] == ["a1", "a3"]
    assert [rejection.line for rejection in records.rejected] == [3]


def test_of_two_rows_with_one_identifier_the_first_counts():
    records = read({"age": "1"}, {"id": "a1", "age": "2"}, {"id": "a1", "age": "3"})
    assert records.appeals[0].attributes["age"] == 1
    assert [(r.line, r.reason) for r in records.rejected] == [
        (3, "its appeal_id stands on line 2"),
        (4, "its appeal_id stands on line 2"),
    ]


def test_a_wrong_row_does_not_shadow_a_sound_one():
    records = read({"age": "abc"}, {"id": "a1"})
    assert len(records.appeals) == 1
    assert [rejection.line for rejection in records.rejected] == [2]


def test_a_decision_without_a_date_was_made_at_filing():
    records = read({"closed": ""})
    assert records.decisions[0].decided_at == records.appeals[0].submitted_at


def test_a_date_without_hours_does_not_put_the_decision_before_the_appeal():
    records = read({"filed": "2024-05-31T23:00:00Z", "closed": "2024-05-31"})
    assert records.decisions[0].decided_at == records.appeals[0].submitted_at


def test_without_times_all_appeals_share_one_moment():
    untimed = {name: MAPPING[name] for name in ("appeal_id", "text", "decision")}
    records = read({"filed": "nonsense"}, mapping=untimed)
    assert not records.timed
    assert records.appeals[0].submitted_at == UNTIMED


def test_without_decisions_a_table_can_still_be_scored():
    records = read({"result": "nonsense"}, mapping={"appeal_id": "id", "text": "body"})
    assert len(records.appeals) == 1
    assert records.decisions == []


def test_at_filing_there_was_no_decision_and_its_columns_need_not_be_there():
    rows = pd.DataFrame([ROW | {"result": "True", "closed": "nonsense"}], dtype=object)
    mapping = ColumnMap(parse_mapping(MAPPING))
    assert mapping.read(rows).appeals == []
    for table in (rows, rows.drop(columns=["result", "closed", "who", "team"])):
        records = mapping.at_filing().read(table)
        assert [appeal.appeal_id for appeal in records.appeals] == ["a1"]
        assert records.decisions == []


def test_rows_without_identifiers_are_told_apart_across_files(tmp_path):
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path, text in zip(paths, ["hello", "goodbye"], strict=True):
        path.write_text(f"body\n{text}\n{text}\n")
    mapped = ColumnMap(parse_mapping({"text": "body"}))
    names = [[a.appeal_id for a in mapped.read(read_table(path)).appeals] for path in paths]
    assert len({name for some in names for name in some}) == 4
    assert [name.rsplit("-", 1)[1] for name in names[0]] == ["2", "3"]
    assert names[0] == [a.appeal_id for a in mapped.read(read_table(paths[0])).appeals]


@given(st.permutations(range(1, 13)), st.lists(st.integers(1, 3), min_size=12, max_size=12))
def test_the_order_of_appeals_does_not_depend_on_the_order_of_rows(places, days):
    rows = [{"id": f"a{place}", "filed": f"2024-05-0{days[place - 1]}"} for place in places]
    expected = sorted(range(1, 13), key=lambda place: (days[place - 1], place))
    appeals = read(*rows, mapping={"appeal_id": "id", "submitted_at": "filed"}).appeals
    assert [appeal.appeal_id for appeal in appeals] == [f"a{place}" for place in expected]


def test_lines_follow_the_appeals():
    records = read({"id": "a2"}, {"id": "bad", "age": "x"}, {"id": "a1"})
    assert [appeal.appeal_id for appeal in records.appeals] == ["a1", "a2"]
    assert records.lines == [4, 2]


def test_unknown_columns_are_named_with_the_closest():
    mapping = MAPPING | {"policy": "ruel"}
    with pytest.raises(UnknownColumn, match=r"names 'ruel', which .* Did you mean 'rule'?"):
        read({}, mapping=mapping)
    with pytest.raises(UnknownColumn, match=r"'zzz'.* It has 'id', 'filed', .* and 5 more\."):
        read({}, mapping=MAPPING | {"policy": "zzz"})


def test_typed_tables_are_read_as_well():
    table = pd.DataFrame(
        {
            "id": [7.0, 8.0],
            "filed": pd.to_datetime(["2024-05-31", "2024-05-30"], utc=True),
            "age": [1.5, None],
            "vip": [True, False],
            "result": [True, False],
            "files": [["photo"], []],
        }
    )
    mapping = {
        "appeal_id": "id",
        "submitted_at": "filed",
        "evidence": "files",
        "decision": {"column": "result", "overturned": ["true"], "upheld": ["false"]},
        "attributes": {"numeric": ["age"], "boolean": ["vip"]},
    }
    records = ColumnMap(parse_mapping(mapping)).read(table)
    assert [appeal.appeal_id for appeal in records.appeals] == ["8", "7"]
    assert records.appeals[1].attributes == {"age": 1.5, "vip": True}
    assert records.appeals[1].evidence == ("photo",)
    assert [decision.outcome for decision in records.decisions] == ["upheld", "overturned"]


def test_an_ordering_column_may_have_gaps():
    mapping = {"submitted_at": {"column": "year", "unit": "year", "order": "id"}}
    records = read({"year": 2016, "id": None}, {"year": 2016, "id": "x3"}, mapping=mapping)
    assert len(records.appeals) == 2


def test_a_table_without_rows_holds_nothing():
    table = pd.DataFrame(columns=list(ROW), dtype=object)
    records = ColumnMap(parse_mapping(MAPPING)).read(table)
    assert (records.appeals, records.decisions, records.rejected) == ([], [], [])


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "name", "decided", "overturned"),
    [
        ("raop/requests.csv.gz", "raop", 4040, 994),
        ("imr/determinations.csv.gz", "imr", 19228, 8452),
        ("airline/tweets.csv.gz", "airline", 0, 0),
        ("clinc150/utterances.csv.gz", "clinc150", 0, 0),
        ("stackoverflow/titles.csv.gz", "stackoverflow", 0, 0),
    ],
)
def test_the_example_mappings_read_the_real_files_whole(
    examples, data, file, name, decided, overturned
):
    table = read_table(data / file)
    records = ColumnMap.load(examples / f"{name}.yaml").read(table)
    assert records.rejected == []
    assert len(records.appeals) == len(table)
    assert len(records.decisions) == decided
    assert sum(d.outcome == "overturned" for d in records.decisions) == overturned
