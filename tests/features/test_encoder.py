import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from features.encoder import TABLE, StudentEncoder, silent
from features.errors import DamagedModel
from features.vectors import unit

TEXT = st.text(st.sampled_from("shop item zq é店 \U0001f389!"), max_size=30)


@pytest.fixture(scope="module")
def encoder(wordpiece):
    tokenizer = wordpiece(["shop", "item", "removed"])
    table = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), 8))
    return StudentEncoder(tokenizer, table.astype(np.float32))


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b"])
def test_a_text_without_tokens_is_the_zero_vector(encoder, text):
    vectors = encoder.encode([text, "shop"])
    assert not vectors[0].any()
    assert np.linalg.norm(vectors[1]) == pytest.approx(1)


def test_no_texts_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, 8)


@given(st.lists(TEXT, min_size=1, max_size=5))
@settings(deadline=None)
def test_a_vector_is_the_sum_of_its_tokens_at_unit_length(encoder, texts):
    vectors = encoder.encode(texts)
    assert vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        ids = encoder.tokenizer.encode(text, add_special_tokens=False).ids
        total = encoder.table[ids].astype(np.float64).sum(axis=0)
        length = np.linalg.norm(total)
        assert vector == pytest.approx(total / length if length else total, abs=1e-5)


@given(TEXT, TEXT)
@settings(deadline=None)
def test_sums_are_linear_in_the_tokens(encoder, left, right):
    both = encoder.tokens([f"{left} {right}", left, right]).counts() @ encoder.table
    assert both[0] == pytest.approx(both[1] + both[2], abs=1e-4)


@given(st.lists(TEXT, min_size=2, max_size=5))
@settings(deadline=None)
def test_a_texts_vector_does_not_depend_on_its_neighbours(encoder, texts):
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert np.array_equal(encoder.encode(texts), alone)


def test_unit_keeps_directions_and_zeros():
    rows = unit(np.array([[3, 4], [0, 0], [1e-3, 0]], dtype=np.float32))
    assert rows == pytest.approx(np.array([[0.6, 0.8], [0, 0], [1, 0]]), abs=1e-6)


def test_what_was_saved_is_loaded_to_the_bit(encoder, tmp_path):
    encoder.save(tmp_path / "deep" / "encoder")
    loaded = StudentEncoder.load(tmp_path / "deep" / "encoder")
    texts = ["the shop was removed", "", "店 zq"]
    assert np.array_equal(loaded.table, encoder.table)
    assert np.array_equal(loaded.encode(texts), encoder.encode(texts))
    assert loaded.vocabulary == encoder.vocabulary


def test_a_table_of_columns_is_saved_in_its_own_order(encoder, tmp_path):
    turned = StudentEncoder(encoder.tokenizer, np.asfortranarray(encoder.table))
    turned.save(tmp_path)
    assert np.array_equal(StudentEncoder.load(tmp_path).table, encoder.table)


def test_the_silent_encoder_says_nothing_of_any_text(tmp_path):
    silent().save(tmp_path)
    encoder = StudentEncoder.load(tmp_path)
    assert not encoder.encode(["", "my shop", "店" * 200]).any()
    assert encoder.nameless.all()


def broken_table(table):
    return lambda folder: save_file(table, folder / "model.safetensors")


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "tokenizer.json").unlink(),
        lambda folder: (folder / "tokenizer.json").write_text("{"),
        lambda folder: (folder / "tokenizer.json").write_bytes(b"\xff\xfe"),
        lambda folder: (folder / "model.safetensors").unlink(),
        lambda folder: (folder / "model.safetensors").write_bytes(b"not a table"),
        lambda folder: (folder / "model.safetensors").write_bytes(b""),
        broken_table({"another": np.zeros((3, 2), np.float32)}),
        broken_table({TABLE: np.zeros((3, 2), np.float32)}),
        broken_table({TABLE: np.zeros(3, np.float32)}),
    ],
)
def test_damaged_files_are_named(encoder, tmp_path, damage):
    encoder.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(DamagedModel, match=r"tokenizer\.json|model\.safetensors"):
        StudentEncoder.load(tmp_path)


def test_a_cut_table_is_damage(encoder, tmp_path):
    encoder.save(tmp_path)
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedModel):
        StudentEncoder.load(tmp_path)


@pytest.mark.slow
def test_sentence_transformers_reads_the_folder_and_gives_the_same_vectors(encoder, tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    encoder.save(tmp_path)
    model = SentenceTransformer(modules=[StaticEmbedding.load(str(tmp_path))], device="cpu")
    texts = ["my shop was removed", "zq zq!", "店 item"]
    theirs = model.encode(texts, normalize_embeddings=True)
    assert theirs == pytest.approx(encoder.encode(texts), abs=1e-6)
    assert list(load_file(tmp_path / "model.safetensors")) == [TABLE]
    assert Tokenizer.from_file(str(tmp_path / "tokenizer.json")).get_vocab_size() == len(
        encoder.table
    )


def test_coverage_is_the_share_of_words_that_are_entries(encoder):
    assert encoder.coverage(["shop item zq", "removed"]) == pytest.approx(3 / 4)
    assert encoder.coverage(["shop shop"]) == 1.0
    assert encoder.coverage(["店"]) == 0.0
    assert np.isnan(encoder.coverage(["", " "]))
