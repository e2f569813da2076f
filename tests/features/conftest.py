from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st

from features.database import open_database
from features.schema import Appeal, Decision, Detection, Outcome, Team
from features.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples" / "columns"


@pytest.fixture(scope="session")
def data() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data is not at {folder}")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    engine = open_database(settings)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def cases() -> st.SearchStrategy[list[tuple[Appeal, Decision]]]:
    """Lists of decided appeals with distinct identifiers and every field filled or not."""
    return st.lists(
        st.builds(_case, **_PARTS), max_size=8, unique_by=lambda case: case[0].appeal_id
    )


def _case(appeal: dict[str, Any], decision: dict[str, Any]) -> tuple[Appeal, Decision]:
    filed = Appeal(**appeal)
    return filed, Decision(appeal_id=filed.appeal_id, **decision)


_START = datetime(2024, 1, 1, tzinfo=UTC)
_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
_NAME = _TEXT.filter(bool)
_MOMENT = st.integers(0, 3).map(lambda days: _START + timedelta(days=days, microseconds=days))
_ATTRIBUTE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    _TEXT,
    st.floats(allow_nan=False, allow_infinity=False),
)
_PARTS = {
    "appeal": st.fixed_dictionaries(
        {"appeal_id": _NAME, "submitted_at": _MOMENT, "text": _TEXT},
        optional={
            "subject_id": _NAME,
            "policy": _NAME,
            "detection": st.sampled_from(Detection),
            "evidence": st.lists(_NAME, max_size=3).map(tuple),
            "attempt": st.integers(1, 5),
            "stake": st.floats(0, 1e9),
            "attributes": st.dictionaries(_NAME, _ATTRIBUTE, max_size=3),
        },
    ),
    "decision": st.fixed_dictionaries(
        {"outcome": st.sampled_from(Outcome), "decided_at": _MOMENT},
        optional={"reviewer_id": _NAME, "escalated_to": st.sampled_from(Team)},
    ),
}
