"""What the tests of models share: a tiny encoder, decided appeals made from a plan, odd appeals,
discoveries."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from tokenizers import Tokenizer

from features.database import open_database, writing
from features.encoder import StudentEncoder
from features.frame import decided_frame
from features.schema import Appeal, Decision, Detection
from features.settings import Settings
from features.tables import METADATA
from models.overturn import OverturnConfig
from models.scorer import Scorer, ScorerConfig
from models.themes import (
    Day,
    Descent,
    Discovery,
    Driver,
    Event,
    Exemplar,
    Found,
    Member,
    Outcomes,
    Portrait,
)

WORDS = (
    *("please", "the", "a", "my", "shop", "was", "is", "not", "item", "removed"),
    *("genuine", "invoice", "lawyer", "hacked", "fake", "thanks"),
)
SOUNDS_LIKE = {"legal": ["lawyer"], "fraud": ["hacked"], "none": []}
START = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def encoder(wordpiece: Callable[[Sequence[str]], Tokenizer]) -> StudentEncoder:
    """A tokeniser that knows few words, over a random table."""
    tokenizer = wordpiece([word for word in WORDS if len(word) > 1])
    table = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), 6))
    return StudentEncoder(tokenizer, table.astype(np.float32))


@pytest.fixture(scope="session")
def decided() -> Callable[..., pd.DataFrame]:
    """Make decided appeals, an hour apart, whose log odds are a function of their place and facts.

    `logit(place, genuine, age, policy)` may be given; escalations follow two words of the text.
    """
    return _decided


def _decided(
    n: int = 300,
    seed: int = 0,
    logit: Callable[..., float] = lambda place, genuine, age, policy: 3 * genuine + age - 2,
    escalated: float = 0.25,
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    appeals, decisions = [], []
    for place in range(n):
        words = rng.choice(WORDS[:10], rng.integers(1, 12)).tolist()
        genuine, urgent = rng.random() < 0.5, rng.random() < escalated
        team = str(rng.choice(["legal", "fraud"])) if urgent else "none"
        words += ["genuine"] * genuine + SOUNDS_LIKE[team]
        age, policy = float(rng.normal()), str(rng.choice(["spam", "fake goods"]))
        chance = 1 / (1 + np.exp(-logit(place, genuine, age, policy)))
        appeals.append(
            Appeal(
                appeal_id=f"appeal-{place}",
                submitted_at=START + timedelta(hours=place),
                text=" ".join(rng.permutation(words).tolist()),
                policy=policy,
                market=[None, "SG", "ID"][place % 3],
                detection=Detection.AUTOMATED if place % 2 else None,
                evidence=("invoice",) if place % 4 == 0 else (),
                stake=float(rng.lognormal(3)) if place % 5 else None,
                attributes={"age": age, "category": ["phone", "shoes", None][place % 3]},
            )
        )
        decisions.append(
            Decision(
                appeal_id=f"appeal-{place}",
                outcome="overturned" if rng.random() < chance else "upheld",
                decided_at=START + timedelta(hours=place + 1),
                escalated_to=team,
            )
        )
    return decided_frame(appeals, decisions)


QUICK = OverturnConfig(candidates={"vector": (30.0,)}, slices=2)


@pytest.fixture(scope="session")
def scorer(encoder: StudentEncoder, decided: Callable[..., pd.DataFrame]) -> Scorer:
    """A scorer that has learnt from 300 appeals, escalations among them."""
    return Scorer.fit_with(encoder, decided(), ScorerConfig(overturn=QUICK), fidelity=0.9)


@pytest.fixture(scope="session")
def odd_appeals() -> st.SearchStrategy[list[Appeal]]:
    """Lists of appeals with whatever the contract allows."""
    return st.lists(st.builds(_odd, _FIELDS), min_size=1, max_size=5)


def _odd(fields: dict[str, object]) -> Appeal:
    return Appeal(appeal_id="a", **fields)


_LETTERS = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
_LABEL = st.text(_LETTERS, min_size=1, max_size=20)
_NUMBER = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60)
_SNIPPET = st.sampled_from(
    (
        *(*WORDS, "genuine genuine", "[UNK]", "[PAD]", "don't", "x" * 150, "##ab", "1234567"),
        *("ร้านค้า", "สินค้า ถูกลบ", "我的商店", "被封了。", "🎉", "👩\u200d👩\u200d👧", "🇸🇬", "İ", "ﬃ"),
        *("\u200b", "\ufeff", "e\u0301", "\n"),
    )
)
_TEXT = st.one_of(
    st.just(""),
    st.text(_LETTERS, max_size=80),
    st.lists(_SNIPPET, max_size=40).map(" ".join),
    st.lists(_SNIPPET, max_size=10).map("".join),
    st.tuples(_SNIPPET.filter(lambda s: len(s) < 20), st.integers(1, 5_000)).map(
        lambda pair: (f"{pair[0]} " * pair[1])[:50_000]
    ),
)
_FIELDS = st.fixed_dictionaries(
    {
        "submitted_at": st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)),
        "text": _TEXT,
    },
    optional={
        "policy": st.sampled_from(["spam", "fake goods"]) | _LABEL,
        "market": st.sampled_from(["SG", "ID", "(other)", "(missing)"]) | _LABEL,
        "detection": st.sampled_from(Detection),
        "evidence": st.lists(st.just("invoice") | _LABEL, max_size=4).map(tuple),
        "attempt": st.integers(1, 1_000),
        "stake": st.floats(0, 1e15),
        "attributes": st.fixed_dictionaries(
            {}, optional={"age": _NUMBER, "category": st.just("phone") | _LABEL}
        ),
    },
)


@pytest.fixture(scope="session")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], sa.Engine]]:
    """Give one database as often as it is asked for, without a row each time."""
    engine = open_database(Settings(home=tmp_path_factory.mktemp("emptied")))

    def empty() -> sa.Engine:
        with writing(engine) as connection:
            for table in reversed(METADATA.sorted_tables):
                connection.execute(sa.delete(table))
        return engine

    yield empty
    engine.dispose()


@pytest.fixture(scope="session")
def discovered() -> Callable[..., Found]:
    """Make what a discovery found from a plan: {theme: {appeal: similarity}}.

    `events` says what became of themes, `CONTINUED` where it does not, and of whom they are, or of
    merged ones who took them over; `merged` which themes count to which; a theme has as many
    subjects as appeals.
    """
    return _discovered


def _discovered(
    as_of: date,
    plan: Mapping[str, Mapping[str, float]],
    events: Sequence[tuple[str, Event, tuple[str, ...]]] = (),
    merged: Mapping[str, str] | None = None,
    **facts: object,
) -> Found:
    into = merged or {}
    members = tuple(
        Member(appeal, into.get(theme, theme), theme, similarity, None)
        for theme, appeals in plan.items()
        for appeal, similarity in appeals.items()
    )
    themes = dict.fromkeys([*plan, *(one.theme_id for one in members)])
    counted = {theme: [one for one in members if one.theme_id == theme] for theme in themes}
    told = {theme: _descent(theme, as_of, event, others) for theme, event, others in events}
    for theme in plan:
        told.setdefault(theme, Descent(theme, as_of, Event.CONTINUED, (theme,)))
    return Found(
        discovery=_discovery(as_of, facts),
        portraits={
            theme: _portrait(theme, as_of, len(its)) for theme, its in counted.items() if its
        },
        members=members,
        descents=tuple(told.values()),
        centres={theme: (_centre(theme), 0.5) for theme in plan},
    )


def _descent(theme: str, as_of: date, event: Event, others: tuple[str, ...]) -> Descent:
    if event is Event.MERGED:
        return Descent(theme, as_of, event, into=others)
    return Descent(theme, as_of, event, others)


def _discovery(as_of: date, facts: Mapping[str, object]) -> Discovery:
    usual: dict[str, object] = {
        "window_days": 10,
        "made_at": datetime(2025, 6, 1, 12, tzinfo=UTC),
        "seconds": 3.5,
        "encoder": "digest",
        "appeals": 40,
        "unassigned": 4,
        "campaigns": 1,
        "copies": 2,
        "resolution": 0.5,
        "agreement": None,
        "recall": 0.99,
        "persistence": None,
    }
    return Discovery(as_of, **usual | facts)


def _portrait(theme: str, as_of: date, size: int) -> Portrait:
    last = datetime(as_of.year, as_of.month, as_of.day, 9, tzinfo=UTC)
    return Portrait(
        title=f"found {theme} {as_of}",
        phrases=("payment hold", "ร้านค้า"),
        exemplars=(Exemplar("a0", "my funds [number] are held"),),
        drivers=(Driver("policy", "payment_hold", size, size, size / 2, 0.9, 0.4),),
        outcomes=Outcomes(size, size // 2, size / 4, 0.8, 0.1),
        days=(Day(as_of - timedelta(days=1), 1, 0, 0), Day(as_of, size - 1, size // 2, size)),
        size=size,
        cases=size,
        subjects=size,
        campaigns=0,
        first_seen=last - timedelta(days=1),
        last_seen=last,
    )


def _centre(theme: str) -> np.ndarray:
    angle = int(theme[1:])
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)
