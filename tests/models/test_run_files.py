from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.run_files import at_home, local_path

RUN = "0123456789abcdef" * 2
NAME = st.text(st.characters(exclude_categories=["C"], exclude_characters="/"), min_size=1).filter(
    lambda name: name not in (".", "..")
)
FOLDER = st.lists(NAME, max_size=3).map(lambda names: Path("/", *names))


@given(old=FOLDER, inside=st.lists(NAME, max_size=2))
def test_what_was_logged_in_any_home_is_looked_for_in_this_one(old, inside):
    kept = old.joinpath("artifacts", RUN, "artifacts", *inside)
    there = Path("/nowhere/new home/artifacts").joinpath(RUN, "artifacts", *inside)

    for uri in (kept.as_uri(), str(kept) if kept.as_uri() == f"file://{kept}" else kept.as_uri()):
        found = at_home(uri, RUN, Path("/nowhere/new home/artifacts"))
        assert local_path(found) == there
        assert at_home(found, RUN, Path("/nowhere/new home/artifacts")) == found


@pytest.mark.parametrize(
    "uri",
    [
        f"s3://bucket/artifacts/{RUN}/artifacts/model",
        f"mlflow-artifacts:/artifacts/{RUN}/artifacts",
        f"file:///big/disk/{RUN}/artifacts/model",
        f"file:///old/artifacts/{RUN[::-1]}/artifacts",
        f"file:///old/artifacts/{RUN}/artifacts-of-another",
        f"file:///old/artifacts/{RUN}",
        "/work/mlruns/0",
    ],
)
def test_what_lies_in_no_home_is_left_where_it_is(uri):
    assert at_home(uri, RUN, Path("/new/artifacts")) == uri


def test_a_home_is_told_from_the_place_that_one_stands_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    found = at_home(f"file:///old/artifacts/{RUN}/artifacts/a%20b", RUN, Path("var/artifacts"))

    assert local_path(found) == tmp_path / "var/artifacts" / RUN / "artifacts/a b"
