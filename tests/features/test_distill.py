import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from features.distill import DistillConfig, distill, ridge_solve, unit_rows
from features.teacher import Teacher
from features.tokens import entries, tokenise

REASONS = (
    "my shop was closed by mistake",
    "the invoice proves that the goods are genuine",
    "the courier lost the parcel",
    "the payout has not arrived",
    "the photo belongs to me and not to another seller",
    "your system flagged a toy as a weapon",
    "the identity card is valid",
    "a competitor sent false reports",
    "the brand gave me a letter of authorisation",
)
MOODS = ("please look again", "this is unfair", "thank you for your help", "I am very worried")


def corpus(n, seed=0):
    """Make letters of a few clauses and a number each."""
    rng = np.random.default_rng(seed)
    return [
        f"{rng.choice(MOODS)}, {', '.join(rng.choice(REASONS, 3))}, order {rng.integers(1_000)}"
        for _ in range(n)
    ]


class PlainTeacher:
    """A teacher whose vectors of texts are sums of fixed vectors of words: easy to imitate."""

    window = 8

    def __init__(self, tokenizer, d=12):
        self.tokenizer = tokenizer
        self.read = []
        self.d = d

    def encode(self, texts, progress=False):
        self.read += texts
        tokens = tokenise(self.tokenizer, texts)
        bases = np.random.default_rng(0).normal(size=(tokens.size, self.d))
        sums = tokens.counts() @ bases + 1e-9
        return (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float32)

    @property
    def words(self):
        read = list(self.read)
        vectors = self.encode(entries(self.tokenizer))
        self.read = read
        return vectors


@pytest.fixture
def plain(wordpiece):
    return PlainTeacher(wordpiece([]))


def test_a_student_of_a_plain_teacher_is_near_perfect(plain):
    result = distill(plain, corpus(400))
    assert result.fidelity > 0.97
    assert result.texts == len(set(corpus(400)))
    assert result.ridge in DistillConfig().ridge
    fresh = corpus(50, seed=1)
    cosines = (result.encoder.encode(fresh) * plain.encode(fresh)).sum(axis=1)
    assert cosines.mean() > 0.97


def test_frequent_words_get_entries_and_the_table_fits_the_vocabulary(plain):
    encoder = distill(plain, corpus(100), DistillConfig(least=5, most=7)).encoder
    before = plain.tokenizer.get_vocab_size()
    assert encoder.table.shape == (before + 7, 12)
    assert all(len(word) > 1 for word in encoder.vocabulary[before:])


def test_the_same_texts_give_the_same_student_to_the_bit(wordpiece):
    first, second = (distill(PlainTeacher(wordpiece([])), corpus(250)) for _ in range(2))
    assert np.array_equal(first.encoder.table, second.encoder.table)
    assert first.encoder.vocabulary == second.encoder.vocabulary
    assert (first.fidelity, first.ridge) == (second.fidelity, second.ridge)


def test_duplicates_and_empty_texts_are_not_read(plain):
    texts = ["b one", "", "a two", "b one", " \n", "a two", "b one"]
    result = distill(plain, texts, DistillConfig(most=0))
    assert sorted(plain.read) == ["a two", "b one"]
    assert result.texts == 2


@pytest.mark.parametrize("budget", [1, 50, 333])
def test_the_teacher_reads_no_more_than_its_budget(plain, budget):
    result = distill(plain, corpus(100), DistillConfig(token_budget=budget, most=0))
    tokens = np.diff(tokenise(plain.tokenizer, plain.read).offsets)
    spent = np.minimum(tokens, plain.window)
    assert result.texts == len(plain.read)
    assert spent[:-1].sum() < budget
    assert spent.sum() >= min(budget, 100 * plain.window)


def test_the_sample_is_drawn_from_all_texts_and_by_seed(plain, wordpiece):
    texts, config = corpus(200), DistillConfig(token_budget=200, most=0)
    distill(plain, texts, config)
    other = PlainTeacher(wordpiece([]))
    distill(other, texts, config.model_copy(update={"seed": 1}))
    assert plain.read != other.read
    assert max(map(texts.index, plain.read)) > 100


def test_known_vectors_are_not_asked_for_again(plain, wordpiece):
    texts = ["", *corpus(60)]
    known = np.vstack([np.zeros((1, 12)), plain.encode(corpus(60))]).astype(np.float32)
    fresh = PlainTeacher(wordpiece([]))
    given = distill(fresh, texts, DistillConfig(most=0), vectors=known)
    assert fresh.read == []
    asked = distill(plain, texts, DistillConfig(most=0))
    assert np.array_equal(given.encoder.table, asked.encoder.table)


@pytest.mark.parametrize("texts", [[], [""], ["", " ", "\n\t"] * 50])
def test_without_any_text_the_silent_encoder_comes_out_and_no_teacher_is_loaded(texts):
    teacher = Teacher("no-such-teacher-is-ever-loaded")
    result = distill(teacher, texts)
    assert not result.encoder.encode(["a text", ""]).any()
    assert np.isnan(result.fidelity)
    assert result.texts == 0
    assert vars(teacher).keys() == {"name", "cache", "_source"}


@pytest.mark.parametrize("texts", [["shop"], ["\u200b"], ["\u200b", "shop"], corpus(19)])
def test_few_texts_are_all_fitted_to_and_fidelity_is_unknown(plain, texts):
    result = distill(plain, texts)
    assert np.isnan(result.fidelity)
    assert result.ridge == 1.0
    assert result.texts == len(texts)
    assert np.isfinite(result.encoder.table).all()
    seen = [text for text in texts if text != "\u200b"]
    cosines = (result.encoder.encode(seen) * plain.encode(seen)).sum(axis=1)
    assert (cosines > 0.8).all()


def test_a_word_that_the_texts_do_not_hold_is_embedded_nonetheless(plain):
    encoder = distill(plain, corpus(200)).encoder
    assert np.linalg.norm(encoder.encode(["zzz xxx"])[0]) == pytest.approx(1, abs=1e-5)


@given(
    seed=st.integers(0, 1_000), n=st.integers(1, 30), m=st.integers(1, 20), ridge=st.floats(0.1, 10)
)
@settings(deadline=None)
def test_conjugate_gradients_equal_a_dense_solve(seed, n, m, ridge):
    rng = np.random.default_rng(seed)
    A = unit_rows(sp.random_array((n, m), density=0.3, rng=rng, format="csr").astype(np.float32))
    R = rng.normal(size=(n, 4)).astype(np.float32)
    dense = A.toarray().astype(np.float64)
    wanted = np.linalg.solve(dense.T @ dense + ridge * np.eye(m), dense.T @ R)
    assert ridge_solve(A, R, ridge, tolerance=1e-6) == pytest.approx(wanted, abs=1e-4)
    assert ridge_solve(A, R, ridge) == pytest.approx(wanted, abs=2e-2)


def test_nothing_to_solve_is_solved_by_nothing():
    A = sp.csr_array((5, 3), dtype=np.float32)
    assert not ridge_solve(A, np.ones((5, 2), np.float32), 1.0).any()
    none = sp.csr_array((5, 0), dtype=np.float32)
    assert ridge_solve(none, np.ones((5, 2), np.float32), 1.0).shape == (0, 2)


def test_rows_get_length_one_and_empty_ones_stay_empty():
    rows = unit_rows(sp.csr_array(np.array([[3, 4, 0], [0, 0, 0], [0, 0, 2]], np.float32)))
    assert rows.toarray() == pytest.approx(np.array([[0.6, 0.8, 0], [0, 0, 0], [0, 0, 1]]))


def test_an_unknown_setting_is_refused():
    with pytest.raises(ValidationError, match="epochs"):
        DistillConfig.model_validate({"epochs": 3})


@pytest.mark.slow
def test_a_student_of_the_packaged_teacher_stands_for_it_on_new_texts(wordpiece):
    """The true teacher, but for its vocabulary, which would take a minute to embed."""
    teacher = Teacher()
    teacher.__dict__["tokenizer"] = wordpiece(["shop", "order", "photo"])
    texts, config = corpus(500), DistillConfig()
    first, second = distill(teacher, texts, config), distill(teacher, texts, config)
    assert np.array_equal(first.encoder.table, second.encoder.table)
    assert first.fidelity == second.fidelity > 0.9
    fresh = corpus(100, seed=1)
    cosines = (first.encoder.encode(fresh) * teacher.encode(fresh)).sum(axis=1)
    assert cosines.mean() == pytest.approx(first.fidelity, abs=0.03)


SPOKEN = {
    "en": ("the shop was closed by mistake", "the courier lost the parcel", "pay the funds out"),
    "th": ("ร้านถูกปิดโดยไม่ได้ตั้งใจ", "ขนส่งทำพัสดุหาย", "กรุณาจ่ายเงินที่ถูกระงับ"),
}


class TwoTongues(PlainTeacher):
    """A teacher of the multilingual kind: vectors say the language loudly, and then the cause."""

    def encode(self, texts, progress=False):
        self.read += texts
        rng = np.random.default_rng(0)
        cause, tongue = rng.normal(size=(3, self.d)), 4 * rng.normal(size=(2, self.d))
        rows = [
            tongue[place] + sum(cause[i] for i, clause in enumerate(said) if clause in text)
            for text in texts
            for place, said in enumerate(SPOKEN.values())
            if (place == 1) == any("\u0e00" < letter < "\u0e7f" for letter in text)
        ]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), self.d)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def multilingual():
    return TwoTongues(Tokenizer(Unigram([("<unk>", 0.0), ("▁", -1.0)], 0)))


def test_a_multilingual_teachers_student_groups_by_cause_not_by_language(multilingual):
    texts = [f"{clause} {i}" for said in SPOKEN.values() for clause in said for i in range(40)]
    result = distill(multilingual, texts)
    assert {"▁courier", "พัสดุ"} <= set(result.encoder.vocabulary)
    english, thai = (result.encoder.encode(said) for said in SPOKEN.values())
    assert (english @ thai.T).argmax(axis=1).tolist() == [0, 1, 2]
    assert np.diag(english @ thai.T).min() > 0.8
    assert result.fidelity > 0.9
    again = distill(multilingual, texts)
    assert np.array_equal(result.encoder.table, again.encoder.table)
    assert result.encoder.vocabulary == again.encoder.vocabulary


@given(st.lists(st.text(max_size=20), max_size=5))
@settings(deadline=None, max_examples=30)
def test_any_texts_can_be_distilled_from_a_multilingual_teacher(texts):
    teacher = TwoTongues(Tokenizer(Unigram([("<unk>", 0.0)], 0)))
    assert np.isfinite(distill(teacher, texts).encoder.encode([*texts, "shop"])).all()
