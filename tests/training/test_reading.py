"""Which encoder a discovery reads with: the champion's, the last one's, or a new one."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from rich.console import Console

from features.encoder import StudentEncoder
from features.errors import DamagedModel
from features.settings import Settings
from models import theme_encoder
from models.registry import CHAMPION, Registry
from models.themes import Discovery
from training.reading import choose_encoder
from training.stages import Stages

SILENT = Stages(Console(quiet=True))
TEXTS = ["parcel lost at the depot", "payout held by the bank"]


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


def last(digest):
    made_at = datetime(2025, 3, 1, tzinfo=UTC)
    return Discovery(
        date(2025, 3, 1), 90, made_at, 1.0, digest, 40, 4, 0, 0, 1.0, None, 1.0, persistence=None
    )


def chosen(settings, before, texts=TEXTS):
    return choose_encoder(settings, Registry(settings), before, texts, SILENT)


def test_the_last_discoverys_encoder_reads_on(settings, reader):
    digest = theme_encoder.keep(reader, settings.home)
    found = chosen(settings, last(digest))
    assert theme_encoder.digest_of(found) == digest
    np.testing.assert_array_equal(found.encode(TEXTS), reader.encode(TEXTS))


def test_looking_makes_no_store(settings, reader):
    digest = theme_encoder.keep(reader, settings.home)
    chosen(settings, last(digest))
    assert not (settings.home / "mlflow.db").exists()


@pytest.mark.parametrize("before", [None, last("0" * 64), last("no digest")])
def test_where_nobody_wrote_a_word_no_teacher_is_loaded(settings, before):
    found = chosen(settings, before, ["", " "])
    assert isinstance(found, StudentEncoder)
    assert not found.encode(TEXTS).any()


@pytest.fixture
def small_teacher(reader, tmp_path):
    """A transformer of one layer that has learnt nothing, in a folder."""
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    config = BertConfig(
        vocab_size=reader.tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    BertModel(config).save_pretrained(tmp_path / "teacher")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=reader.tokenizer, pad_token="[PAD]", unk_token="[UNK]"
    )
    tokenizer.save_pretrained(tmp_path / "teacher")
    return tmp_path / "teacher"


@pytest.mark.slow
def test_a_lost_encoder_is_made_anew_of_the_texts(settings, small_teacher):
    taught = replace(settings, teacher=str(small_teacher))
    texts = [f"{text} day {place}" for place in range(20) for text in TEXTS]
    found = chosen(taught, last("0" * 64), texts)
    assert found.encode(TEXTS).any(axis=1).all()
    again = chosen(taught, None, texts)
    assert theme_encoder.digest_of(again) == theme_encoder.digest_of(found)


class _Champion:
    """A registered champion's encoder, without the seconds that registering a model takes."""

    def __init__(self, encoder):
        self.encoder = encoder

    def alias_version(self, alias):
        return "1" if alias == CHAMPION else None

    def champion(self):
        if self.encoder is None:
            raise DamagedModel("the files of model version 1 are gone")
        return self

    @property
    def scorer(self):
        return self

    @property
    def overturn(self):
        return self


def test_the_champions_encoder_comes_first(settings, reader):
    kept = theme_encoder.keep(reader, settings.home)
    other = StudentEncoder(reader.tokenizer, reader.table * 2)
    assert choose_encoder(settings, _Champion(other), last(kept), TEXTS, SILENT) is other


def test_a_damaged_champion_is_not_passed_over(settings, reader):
    kept = theme_encoder.keep(reader, settings.home)
    with pytest.raises(DamagedModel, match="version 1"):
        choose_encoder(settings, _Champion(None), last(kept), TEXTS, SILENT)
