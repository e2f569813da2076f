import pytest

from features.columns import ColumnMap
from features.database import open_database
from features.errors import InvalidMapping, UnknownColumn, UnreadableFile
from features.files import read_table
from features.history import History
from features.settings import Settings
from training.source import Source, read_cases, row_prints

MAP = """
appeal_id: id
submitted_at: filed
text: words
decision: {column: outcome, overturned: [won], upheld: [lost]}
"""
ROWS = """id,filed,words,outcome
3,2026-01-03,please,won
1,2026-01-01,look again,lost
2,2026-01-02,no decision yet,
4,no date,words,won
"""


@pytest.fixture
def source(tmp_path):
    (tmp_path / "appeals.csv").write_text(ROWS)
    (tmp_path / "columns.yaml").write_text(MAP)
    return Source(tmp_path / "appeals.csv", tmp_path / "columns.yaml")


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


def test_a_file_gives_its_decided_appeals_in_order_of_filing(source, settings):
    cases = read_cases(source, settings)

    assert cases.frame["appeal_id"].tolist() == ["1", "3"]
    assert cases.frame["outcome"].tolist() == ["upheld", "overturned"]
    assert source.kind == "file"


def test_those_that_wait_for_a_decision_are_given_apart(source, settings):
    records = ColumnMap.load(source.columns).read(read_table(source.file))
    History(open_database(settings)).add(records)
    for one in (source, Source()):
        undecided = read_cases(one, settings).undecided
        assert undecided["appeal_id"].tolist() == ["2"]
        assert undecided["text"].tolist() == ["no decision yet"]
        assert "outcome" not in undecided


def test_rows_that_cannot_be_read_are_counted(source, settings):
    assert read_cases(source, settings).rejected == 1


def test_the_history_gives_what_the_file_gave(source, settings):
    records = ColumnMap.load(source.columns).read(read_table(source.file))
    History(open_database(settings)).add(records)

    cases = read_cases(Source(), settings)

    assert Source().kind == "history"
    assert cases.frame["appeal_id"].tolist() == ["1", "3"]
    assert cases.digest == read_cases(source, settings).digest
    assert (row_prints(cases.frame) == row_prints(read_cases(source, settings).frame)).all()


def test_the_digest_changes_with_an_outcome_and_not_with_the_order(source, settings):
    before = read_cases(source, settings).digest

    header, *rows = ROWS.strip().split("\n")
    source.file.write_text("\n".join([header, *reversed(rows)]) + "\n")
    assert read_cases(source, settings).digest == before

    source.file.write_text(ROWS.replace("look again,lost", "look again,won"))
    assert read_cases(source, settings).digest != before


def test_a_print_tells_appeals_apart_by_identifier_time_and_text(source, settings):
    before = set(row_prints(read_cases(source, settings).frame))

    for old, new in (("please", "pleas"), ("3,2026-01-03", "3,2026-01-04"), ("3,", "5,")):
        source.file.write_text(ROWS.replace(old, new))
        assert len(set(row_prints(read_cases(source, settings).frame)) & before) == 1
    source.file.write_text(ROWS.replace("please,won", "please,lost"))
    assert set(row_prints(read_cases(source, settings).frame)) == before


def test_a_mapping_without_time_is_refused(source, settings):
    source.columns.write_text(MAP.replace("submitted_at: filed\n", ""))

    with pytest.raises(InvalidMapping, match="names no submitted_at"):
        read_cases(source, settings)


def test_what_cannot_be_read_is_refused_by_name(source, settings, tmp_path):
    with pytest.raises(UnreadableFile, match=r"none\.csv"):
        read_cases(Source(tmp_path / "none.csv", source.columns), settings)
    source.columns.write_text(MAP.replace("words", "wrods"))
    with pytest.raises(UnknownColumn, match="wrods"):
        read_cases(source, settings)
