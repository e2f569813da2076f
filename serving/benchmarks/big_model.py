"""A champion and a challenger of a large home: small models, fitted on its own appeals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from features.encoder import StudentEncoder
from features.frame import DECISION_COLUMNS
from features.settings import Settings
from models.overturn import OverturnConfig
from models.registry import CHALLENGER, CHAMPION, Registry
from models.reliability import Bin, bins_table
from models.run_record import CALIBRATION, SLICES
from models.scorer import Scorer, ScorerConfig
from serving.benchmarks.big_appeals import MARKETS, POLICIES, WORDS

DIMENSION: Final = 384
QUICK: Final = ScorerConfig(overturn=OverturnConfig(candidates={}, slices=1))


def encoder_of(seed: int) -> StudentEncoder:
    """Make an encoder that knows the words, over a random table."""
    entries = ["[PAD]", "[UNK]", *WORDS]
    vocabulary = {entry: place for place, entry in enumerate(entries)}
    tokenizer = Tokenizer(WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]"])
    table = np.random.default_rng(seed).normal(size=(len(entries), DIMENSION))
    return StudentEncoder(tokenizer, table.astype(np.float32))


def register_both(
    settings: Settings, encoder: StudentEncoder, decided: pd.DataFrame, seen_until: datetime
) -> None:
    """Fit a model on decided appeals, and register it as champion and once more as challenger.

    Parameters
    ----------
    seen_until
        The moment up to which they say that they have learnt: what came later is judged.
    """
    scorer = Scorer.fit_with(encoder, decided, QUICK, fidelity=0.9)
    registry = Registry(settings)
    for alias in (CHAMPION, CHALLENGER):
        registry.set_alias(alias, _registered(registry, scorer, decided, seen_until))


def _registered(
    registry: Registry, scorer: Scorer, decided: pd.DataFrame, seen_until: datetime
) -> str:
    client = registry.client
    found = client.get_experiment_by_name("benchmark")
    place = registry.settings.artifacts.as_uri()
    number = found.experiment_id if found else client.create_experiment("benchmark", place)
    run_id = client.create_run(number).info.run_id
    example = decided.iloc[:3].drop(columns=list(DECISION_COLUMNS))
    registry.package(run_id, scorer, example)
    for name, value in {"auc": 0.74, "auc_low": 0.71, "brier": 0.15, "ece": 0.02}.items():
        client.log_metric(run_id, name, value)
    client.log_dict(run_id, _slices(), SLICES)
    said = np.linspace(0.05, 0.6, 10).tolist()
    bins = [Bin(one, one + 0.01, max(one - 0.05, 0.0), one + 0.07, 90) for one in said]
    client.log_dict(run_id, {"bins": bins_table(bins)}, CALIBRATION)
    first = decided["submitted_at"].iloc[0]
    tags = {"data_first": first.isoformat(), "seen_until": seen_until.isoformat()}
    return registry.register(run_id, {**tags, "data_rows": str(len(decided))})


def _slices() -> dict[str, Sequence[object]]:
    columns = ("dimension", "value", "rows", "positive_share", "mean_probability", "auc")
    parts = [("overall", "all")]
    parts += [("policy", f"policy_{one}") for one in range(POLICIES)]
    parts += [("market", one) for one in MARKETS]
    return {"columns": columns, "data": [(*part, 900, 0.25, 0.24, 0.7) for part in parts]}
