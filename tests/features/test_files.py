import gzip
import json
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import UnreadableFile
from features.files import broken_rows, file_digest, lines_of, read_table

CELL = st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), max_size=8)


@pytest.fixture
def written(tmp_path):
    def write(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows(table):
    return table.to_numpy().tolist()


def test_cells_of_a_csv_stay_strings(written):
    table = read_table(written("id,age,when\n007,3.0,\nNA,,2024-01-01\n"))
    assert list(table.columns) == ["id", "age", "when"]
    assert rows(table) == [["007", "3.0", ""], ["NA", "", "2024-01-01"]]
    assert lines_of(table) == [2, 3]


def test_lines_count_newlines_inside_quoted_cells_and_blank_lines(written):
    table = read_table(written('id,text\n1,"two\nlines"\n\n2,"a ""quoted"" word"\n3,plain'))
    assert rows(table) == [["1", "two\nlines"], ["2", 'a "quoted" word'], ["3", "plain"]]
    assert lines_of(table) == [2, 5, 6]


@given(table=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6))
def test_what_pandas_writes_is_read_back(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("files") / "table.csv.gz"
    pd.DataFrame(table, columns=["a", "b"], dtype=object).to_csv(path, index=False, quoting=1)
    read = read_table(path)
    assert rows(read) == [list(row) for row in table]
    breaks = [sum(cell.count("\n") for cell in row) for row in table]
    assert lines_of(read) == [2 + i + sum(breaks[:i]) for i in range(len(table))]


def test_ragged_rows_are_kept_and_told(written):
    table = read_table(written("a,b\n1,2\n3\n4,5,6\n7,8\n"))
    assert rows(table) == [["1", "2"], ["3", ""], ["4", "5"], ["7", "8"]]
    assert broken_rows(table) == {
        3: "the row has 1 cells; expected 2, as in the header",
        4: "the row has 3 cells; expected 2, as in the header",
    }


def test_what_is_wrong_with_rows_survives_a_selection(written):
    table = read_table(written("a,b\n1,2\n3\n"))
    assert broken_rows(table.iloc[1:]) == broken_rows(table)
    assert lines_of(table.iloc[1:]) == [3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_kinds_of_line_ends_are_read(written, end):
    table = read_table(written(end.join(["a,b", "1,2", "3,4", ""])))
    assert rows(table) == [["1", "2"], ["3", "4"]]
    assert lines_of(table) == [2, 3]


def test_a_bare_return_inside_a_cell_does_not_end_the_row(written):
    table = read_table(written("a,b\n1,one\rtwo\n3,4\n"))
    assert rows(table) == [["1", "one\u2028two"], ["3", "4"]]
    assert table["b"].iloc[0].split() == ["one", "two"]
    assert broken_rows(table) == {}


def test_a_byte_order_mark_is_no_part_of_the_first_name(written):
    assert list(read_table(written("\ufeffa,b\n1,2\n")).columns) == ["a", "b"]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_are_seen_in_the_header(written, mark):
    table = read_table(written(f"a{mark}b\n1{mark}2,5\n"))
    assert rows(table) == [["1", "2,5"]]


def test_a_header_alone_is_a_table_without_rows(written):
    table = read_table(written("a,b\n"))
    assert list(table.columns) == ["a", "b"]
    assert len(table) == 0


def test_a_text_of_a_megabyte_and_nul_bytes_are_read_as_they_are(written):
    table = read_table(written("a,b\n1," + "x" * 2**20 + "\n2,a\x00b\n"))
    assert table["b"].str.len().tolist() == [2**20, 3]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"\n \n", "is empty"),
        ("t.csv", "name\ncaf\u00e9\n".encode("latin-1"), "is not UTF-8 at line 2.*iconv"),
        ("t.csv", "a,b\n1,2\n".encode("utf-16"), "is not UTF-8 at line 1"),
        ("t.csv", b"a,a,b,b\n1,2,3,4\n", "more than one column named 'a', 'b'"),
        ("t.csv", b'a,b\n1,2\n3,"open\n5,6\n', "opens a quoted cell at line 3"),
        ("t.csv.gz", b"a,b\n1,2\n", "is not a whole gzip file"),
        (
            "t.csv.gz",
            gzip.compress(b"a,b\n" + b"1,2\n" * 999, mtime=0)[:-9],
            "is not a whole gzip file",
        ),
        ("t.csv.gz", b"", "is empty"),
        ("t.parquet", b"PAR1 no more", "is not a whole Parquet file"),
        ("t.jsonl", b"[1]\n[2]\n", "holds no JSON object .line 1: a list of 1 item"),
        ("t.jsonl", b"{}{}\n", "holds no JSON object .line 1: not JSON at column 3"),
        ("t.xlsx", b"PK", "of an unknown kind; expected one of .csv"),
        ("t", b"a,b\n", "of an unknown kind"),
    ],
)
def test_unreadable_files_say_why(written, name, content, message):
    with pytest.raises(UnreadableFile, match=message):
        read_table(written(content, name))


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path):
    with pytest.raises(UnreadableFile, match="does not exist"):
        read_table(tmp_path / "none.csv")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(UnreadableFile, match="Is a directory"):
        read_table(folder)


def test_an_unreadable_file_tells_no_content(written):
    with pytest.raises(UnreadableFile) as error:
        read_table(written("name\nTan Ah Kow \xe9".encode("latin-1")))
    assert "Tan" not in str(error.value)


def test_json_keeps_its_types_and_absent_keys_are_null(written):
    lines = [{"a": 1, "b": [1, "x"]}, {"b": None, "c": True}]
    content = json.dumps(lines[0]) + "\n\n" + json.dumps(lines[1])
    table = read_table(written(gzip.compress(content.encode()), "t.jsonl.gz"))
    assert rows(table) == [[1, [1, "x"], None], [None, None, True]]
    assert lines_of(table) == [1, 3]


def test_broken_json_lines_are_told(written):
    deep = "[" * 100_000
    table = read_table(written('{"a": 1}\n{"a": \n7\n' + deep, "t.jsonl"))
    assert set(broken_rows(table)) == {2, 3, 4}
    assert broken_rows(table)[3] == "a number; expected a JSON object"
    assert lines_of(table) == [1, 2, 3, 4]


def test_parquet_keeps_its_types_and_counts_rows(tmp_path):
    path = tmp_path / "t.parquet"
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    frame = pd.DataFrame(
        {"when": [moment, None], "n": [1.5, 2], "kinds": [["a"], []]}, index=[5, 9]
    )
    frame.to_parquet(path)
    table = read_table(path)
    assert [column for column in table.columns if not column.startswith("__")] == list(
        frame.columns
    )
    assert table["when"].iloc[0] == moment
    assert lines_of(table) == [1, 2]


def test_a_table_that_was_made_counts_from_the_line_after_the_header():
    table = pd.DataFrame({"a": [1, 2]})
    assert lines_of(table) == [2, 3]
    assert broken_rows(table) == {}
    assert file_digest(table) == ""


def test_the_digest_is_that_of_the_content(written):
    plain = written("a\n1\n")
    packed = written(gzip.compress(b"a\n1\n"), "t.csv.gz")
    assert file_digest(read_table(plain)) == file_digest(read_table(packed)) != ""
    assert file_digest(read_table(written("a\n2\n", "u.csv"))) != file_digest(read_table(plain))
