"""What every room's tests may use. No model is looked for on the network."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from string import ascii_lowercase, digits

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import settings
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from features.encoder import StudentEncoder
from features.tables import THEME_MEMBERS
from models.alarms import Account, Against, Kind, Part, Place, Sighting
from models.catalog import Catalog
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

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read once, when the hub's client is imported

# Machines are noisy: no test fails for being slow.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests: no worker is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, "notebooks" not in item.path.parts))


@pytest.fixture(scope="session")
def wordpiece() -> Callable[[Sequence[str]], Tokenizer]:
    """Make a small tokeniser of BERT's kind that knows some words, and all letters and digits."""

    def make(words: Sequence[str]) -> Tokenizer:
        pieces = [prefix + sign for prefix in ("", "##") for sign in ascii_lowercase + digits]
        entries = ["[PAD]", "[UNK]", *".,!?", *pieces, *words]
        vocabulary = {entry: place for place, entry in enumerate(entries)}
        tokenizer = Tokenizer(WordPiece(vocab=vocabulary, unk_token="[UNK]"))
        tokenizer.normalizer = BertNormalizer()
        tokenizer.pre_tokenizer = BertPreTokenizer()
        tokenizer.add_special_tokens(["[PAD]", "[UNK]"])
        return tokenizer

    return make


@pytest.fixture(scope="session")
def small_teacher(
    tmp_path_factory: pytest.TempPathFactory, wordpiece: Callable[[Sequence[str]], Tokenizer]
) -> Path:
    """A transformer of one layer that has learnt nothing: for where any teacher will do."""
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("teacher")
    tokenizer = wordpiece(
        ["payout", "hold", "courier", "parcel", "lost", "brand", "detector", "wrong"]
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    BertModel(config).save_pretrained(folder)
    made = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]")
    made.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def members_of() -> Callable[[Catalog, str], set[str]]:
    """Read which appeals count to a theme at the newest discovery."""
    return _members_of


def _members_of(catalog: Catalog, theme_id: str) -> set[str]:
    members, latest = THEME_MEMBERS.c, catalog.latest()
    query = sa.select(members.appeal_id).where(
        members.theme_id == theme_id, members.as_of == (latest and latest.as_of)
    )
    with catalog.engine.connect() as connection:
        return set(connection.execute(query).scalars())


FOUND_ON = date(2025, 3, 31)


@pytest.fixture(scope="session")
def found_of() -> Callable[..., Found]:
    """Make what a discovery found from words: {theme: (the text at its centre, its subjects)}.

    The centres lie in the space of the encoder given, each with the floor `floor`; themes are
    born in it, but for those that are `known`.
    """
    return _found_of


def _found_of(
    encoder: StudentEncoder,
    digest: str,
    plan: Mapping[str, tuple[str, int]],
    as_of: date = FOUND_ON,
    floor: float = 0.9,
    known: Collection[str] = (),
) -> Found:
    return Found(
        discovery=Discovery(
            as_of=as_of,
            window_days=90,
            made_at=datetime(2025, 6, 1, 12, tzinfo=UTC),
            seconds=3.5,
            encoder=digest,
            appeals=40,
            unassigned=4,
            campaigns=1,
            copies=2,
            resolution=0.5,
            agreement=0.9,
            recall=0.99,
            persistence=None,
        ),
        portraits={
            theme: _portrait(theme, text, subjects, as_of)
            for theme, (text, subjects) in plan.items()
        },
        members=tuple(
            Member(f"{theme}-{place}", theme, theme, 0.9)
            for theme, (_, subjects) in plan.items()
            for place in range(subjects)
        ),
        descents=tuple(
            Descent(theme, as_of, Event.CONTINUED if theme in known else Event.BORN)
            for theme in plan
        ),
        centres={theme: (encoder.encode([text])[0], floor) for theme, (text, _) in plan.items()},
    )


def _portrait(theme: str, text: str, subjects: int, as_of: date) -> Portrait:
    last = datetime(as_of.year, as_of.month, as_of.day, 9, tzinfo=UTC)
    return Portrait(
        title=f"found {theme}",
        phrases=("payment hold", "ร้านค้า"),
        exemplars=(Exemplar(f"{theme}-0", text),),
        drivers=(Driver("policy", "payment_hold", subjects, subjects, subjects / 2, 0.9, 0.4),),
        outcomes=Outcomes(subjects, subjects // 2, subjects / 4, 0.8, 0.1),
        days=(Day(as_of.replace(day=1), 1, 0, 1), Day(as_of, subjects - 1, 1, subjects - 1)),
        size=subjects,
        cases=subjects,
        subjects=subjects,
        campaigns=0,
        first_seen=last.replace(day=1),
        last_seen=last,
    )


@pytest.fixture(scope="session")
def sighting_of() -> Callable[..., Sighting]:
    """Make a sighting of some appeals: a cause, where no part is named.

    Chance alone raises it once in `days`; of `place` its floor is .9.
    """
    return _sighting_of


def _sighting_of(
    appeals: Collection[str],
    days: float = 100.0,
    *,
    kind: Kind | None = None,
    part: Part | None = None,
    place: NDArray[np.float32] | None = None,
    **facts: object,
) -> Sighting:
    told: dict[str, object] = {
        "kind": kind or (Kind.CAUSE if part is None else Kind.RISE),
        "part": part or Part(),
        "title": "payout, bank change",
        "phrases": ("payout", "ร้านค้า"),
        "since": FOUND_ON,
        "window_days": 7,
        "observed": len(appeals),
        "expected": 2.5,
        "decided": None,
        "p": 1 / days,
        "recurrence_days": days,
        "subjects": max(len(appeals), 7),
        "theme": None,
        "emerging": False,
        "drivers": (Driver("policy", "payment_hold", 9, 9, 3.5, 0.9, 0.4),),
        "exemplars": (Exemplar("a0", "my funds [number] are held"),),
        "days": (Against(FOUND_ON, 9, 2.5), Against(FOUND_ON.replace(day=30), 0, None)),
    }
    account = Account(**(told | facts))
    return Sighting(account, tuple(appeals), None if place is None else Place(place, 0.9))
