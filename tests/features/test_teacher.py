"""The packaged teacher, really loaded."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from features.errors import UnreadableFile
from features.teacher import Teacher
from features.tokens import entries

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def teacher():
    return Teacher()


@pytest.fixture
def brief(teacher, wordpiece, tmp_path):
    """The same teacher, with a vocabulary of a few words and a cache."""

    def make():
        fresh = Teacher(cache=tmp_path / "cache")
        fresh.__dict__ |= {"model": teacher.model, "tokenizer": wordpiece(["shop", "court"])}
        return fresh

    return make


def test_vectors_are_unit_rows_and_near_what_means_the_same(teacher):
    vectors = teacher.encode(
        ["My shop was closed by mistake.", "You shut my store in error.", "It rains in Bergen."]
    )
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-3)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_no_texts_give_no_rows(teacher):
    assert teacher.encode([]).shape == (0, 384)


def test_a_vector_hardly_depends_on_its_neighbours(teacher):
    texts = ["My shop was closed.", "Please look again at the invoice that I sent.", "Why?"]
    together = teacher.encode(texts)
    alone = np.vstack([teacher.encode([text]) for text in texts])
    assert (together * alone).sum(axis=1) == pytest.approx(np.ones(3), abs=2e-3)


def test_the_tokeniser_is_a_bare_copy(teacher):
    tokenizer = teacher.tokenizer
    assert tokenizer.truncation is None
    assert tokenizer.padding is None
    long = "shop " * (2 * teacher.window)
    assert len(tokenizer.encode(long, add_special_tokens=False).ids) == 2 * teacher.window
    tokenizer.add_tokens(["quagga"])
    assert "quagga" not in Teacher.tokenizer.func(teacher).get_vocab()


def test_the_words_are_its_vocabulary_and_kept_in_the_cache(brief):
    first = brief()
    (expected,) = first.encode(["court"])
    place = entries(first.tokenizer).index("court")
    assert first.words.shape == (first.tokenizer.get_vocab_size(), 384)
    assert first.words[place] @ expected == pytest.approx(1, abs=2e-3)
    (kept,) = first.cache.iterdir()
    assert np.array_equal(load_file(kept)["vectors"], first.words)
    second = brief()
    second.encode = lambda texts, progress=False: (
        first.encode(texts) if len(texts) == 1 else pytest.fail("encoded again")
    )
    assert np.array_equal(second.words, first.words)


def test_without_a_cache_nothing_is_kept(brief, tmp_path):
    teacher = brief()
    teacher.cache = None
    assert len(teacher.words)
    assert not list(tmp_path.iterdir())


def test_the_digest_tells_teachers_apart(teacher):
    other = Teacher()
    other.__dict__["model"] = teacher.model
    assert other.digest == teacher.digest
    renamed = Teacher()
    renamed.__dict__["model"], renamed.name = teacher.model, "another"
    assert renamed.digest != teacher.digest


@pytest.mark.parametrize("name", ["no/such-model", "nonsense"])
def test_a_teacher_that_is_not_here_is_named(name):
    with pytest.raises(UnreadableFile, match=f"'{name}' cannot be loaded.*REDRESS_TEACHER"):
        _ = Teacher(name).model


def test_a_folder_without_a_model_is_no_teacher(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be loaded"):
        _ = Teacher(str(tmp_path)).model


def test_making_a_teacher_loads_nothing():
    assert "model" not in vars(Teacher("anything"))
