import re
from collections import Counter
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.encoder import StudentEncoder
from features.frame import appeal_frame
from features.schema import MAX_TEXT, Appeal
from features.vocabulary import learn
from features.words import stop_words
from models.calibration import Calibration
from models.explanation import BASE, REST, SHOWN, reasons
from models.overturn import OverturnConfig, OverturnModel, Penalties
from models.scores import Reason


def explained(model, appeals):
    """Tell the reasons, and beside them the logits that the matrices give."""
    frame = appeal_frame(appeals)
    return reasons(model, model.read(frame)), model.logits(frame)


def totals(told):
    return np.array([sum(reason.contribution for reason in row) for row in told])


def appeal(text="", **fields):
    return Appeal(appeal_id="a", submitted_at="2025-01-05", text=text, **fields)


def phrases(told):
    return {reason.name: reason.contribution for reason in told if reason.kind == "phrase"}


@given(data=st.data())
@settings(deadline=None, max_examples=30)
def test_the_reasons_of_any_appeal_add_up_to_its_logit(scorer, odd_appeals, data):
    told, logits = explained(scorer.overturn, data.draw(odd_appeals))
    assert totals(told) == pytest.approx(logits, abs=1e-6)


@given(data=st.data())
@settings(deadline=None, max_examples=30)
def test_every_appeal_has_one_base_each_fact_once_and_no_phrase_twice(scorer, odd_appeals, data):
    told, _ = explained(scorer.overturn, data.draw(odd_appeals))
    for row in told:
        kinds = Counter(reason.kind for reason in row)
        assert (kinds["base"], kinds["text"]) == (1, 1)
        assert kinds["phrase"] <= SHOWN
        facts = [reason.name for reason in row if reason.kind == "attribute"]
        assert facts == scorer.overturn.design_.names
        named = [reason.name for reason in row if reason.kind == "phrase"]
        assert len(set(named)) == len(named)
        assert all(name.strip() for name in named)
        assert not any("[UNK]" in name or "[PAD]" in name for name in named)


@given(data=st.data())
@settings(deadline=None, max_examples=10)
def test_an_appeals_reasons_do_not_depend_on_its_neighbours(scorer, odd_appeals, data):
    appeals = data.draw(odd_appeals)
    together, _ = explained(scorer.overturn, appeals)
    for filed, row in zip(appeals, together, strict=True):
        ((*alone,),), _ = explained(scorer.overturn, [filed])
        assert [(r.kind, r.name, r.value) for r in alone] == [
            (r.kind, r.name, r.value) for r in row
        ]
        assert [r.contribution for r in alone] == pytest.approx([r.contribution for r in row])


@pytest.mark.parametrize(
    "text",
    [
        "genuine " * (MAX_TEXT // 8),
        "g" * MAX_TEXT,
        "店" * MAX_TEXT,
        "ก" * MAX_TEXT,
        "\U0001f389 " * (MAX_TEXT // 2),
        " ".join(f"w{place}" for place in range(9_000))[:MAX_TEXT],
    ],
)
def test_the_longest_texts_add_up_too(scorer, text):
    told, logits = explained(scorer.overturn, [appeal(text), appeal("shop")])
    assert totals(told) == pytest.approx(logits, abs=1e-6)


@pytest.fixture(scope="module")
def wide(wordpiece, decided):
    """A model on vectors as long as the default teacher's."""
    tokenizer = wordpiece(["shop", "item", "removed", "genuine", "please"])
    table = np.random.default_rng(1).normal(size=(tokenizer.get_vocab_size(), 384))
    config = OverturnConfig(start=Penalties(vector=0.01), candidates={}, slices=1)
    frame = decided(logit=lambda place, genuine, age, policy: 12 * genuine - 6)
    return OverturnModel(StudentEncoder(tokenizer, table.astype(np.float32)), config).fit(frame)


@given(text=st.lists(st.sampled_from(["shop", "item", "genuine", "zq", "1", "é"]), min_size=1))
@settings(deadline=None, max_examples=10)
def test_long_vectors_and_great_certainty_add_up_too(wide, text):
    appeals = [appeal(" ".join(text)), appeal(" ".join(text * 400)[:MAX_TEXT]), appeal("genuine")]
    told, logits = explained(wide, appeals)
    assert abs(logits).max() > 5
    assert totals(told) == pytest.approx(logits, abs=1e-6)


def test_no_appeals_have_no_reasons(scorer):
    assert explained(scorer.overturn, [])[0] == []


def test_an_appeal_without_a_word_is_explained_by_its_facts(scorer):
    ((*told,),), logits = explained(scorer.overturn, [appeal("")])
    assert phrases(told) == {}
    assert told[-1] == Reason("text", REST, None, 0.0)
    assert isinstance(told[-1].contribution, float)
    assert sum(r.contribution for r in told) == pytest.approx(logits[0], abs=1e-9)


def test_a_repeated_word_is_one_reason(scorer):
    told, _ = explained(scorer.overturn, [appeal("genuine shop genuine genuine item zqq zqq")])
    assert sorted(phrases(told[0])) == sorted(
        {"genuine", "shop", "item", "zqq"} | {name for name in phrases(told[0]) if " " in name}
    )
    known = {"genuine shop", "shop genuine", "genuine genuine", "genuine item"}
    assert {name for name in phrases(told[0]) if " " in name} <= known


def test_what_cannot_be_named_goes_to_the_rest_of_the_text(scorer):
    told, logits = explained(
        scorer.overturn, [appeal("\U0001f389 [UNK] [PAD] \U0001f389\U0001f389")]
    )
    assert phrases(told[0]) == {}
    assert told[0][-1].kind == "text"
    assert told[0][-1].contribution != 0
    assert totals(told) == pytest.approx(logits, abs=1e-6)


@pytest.mark.parametrize("text", ["the", "is not the", "/ - ...", "my"])
def test_words_that_tell_a_reader_nothing_alone_go_to_the_rest_of_the_text(scorer, text):
    told, logits = explained(scorer.overturn, [appeal(text)])
    assert phrases(told[0]) == {}
    assert totals(told) == pytest.approx(logits, abs=1e-6)


def test_the_unnamed_do_not_take_a_named_words_place(scorer):
    words = "please the shop was is not item removed fake thanks"
    told, _ = explained(scorer.overturn, [appeal(f"{words} " + "\U0001f389 " * 500)])
    assert len(phrases(told[0])) == SHOWN


def test_shown_are_the_heaviest_and_in_falling_order(scorer):
    words = "please the shop was is not item removed genuine invoice lawyer hacked fake"
    model = scorer.overturn
    told, _ = explained(model, [appeal(words)])
    weights = [abs(share) for share in phrases(told[0]).values()]
    assert weights == sorted(weights, reverse=True)
    assert len(weights) == SHOWN
    shares = by_hand(model, words)
    heaviest = sorted(shares, key=lambda name: -abs(shares[name]))[:SHOWN]
    assert sorted(phrases(told[0])) == sorted(heaviest)


def by_hand(model, text):
    """Work out each word's and each known pair's share from the definition, a word at a time."""
    encoder, slope = model.encoder, model.calibration_.slope
    words = text.split()
    pieces = [encoder.tokenizer.encode(word, add_special_tokens=False).ids for word in words]
    length = np.linalg.norm(sum(encoder.table[i].astype(float) for ids in pieces for i in ids))
    places = {key: place for place, key in enumerate(model.phrases_.keys_.tolist())}
    size = len(encoder.table)
    singles = [[places.get(i) for i in ids] for ids in pieces]
    pairs = [
        places.get((left[0] + 1) * size + right[0]) if len(left) == len(right) == 1 else None
        for left, right in pairwise(pieces)
    ]
    seen = Counter(place for place in chain(*singles, pairs) if place is not None)
    rarity, beta = model.phrases_.rarity_, model.coefficients_.blocks[3]
    norm = np.sqrt(sum((count * rarity[place]) ** 2 for place, count in seen.items())) or 1.0
    worth = {None: 0.0} | {place: rarity[place] * beta[place] / norm for place in seen}
    shares = Counter()
    for word, ids, known in zip(words, pieces, singles, strict=True):
        student = sum(encoder.table[i].astype(float) @ model.coefficients_.blocks[2] for i in ids)
        shares[word] += slope * (student / length + sum(worth[place] for place in known))
    for place, (left, right) in zip(pairs, pairwise(words), strict=True):
        if place is not None:
            shares[f"{left} {right}"] += slope * worth[place]
    stops = stop_words([])
    return {name: share for name, share in shares.items() if not stops.issuperset(name.split())}


@pytest.mark.parametrize(
    "text", ["genuine", "my genuine shop zqq", "the item the item the item removed", "zq 42 lawyer"]
)
def test_a_words_share_is_what_one_works_out_by_hand(scorer, text):
    model = scorer.overturn
    told, _ = explained(model, [appeal(text)])
    expected = by_hand(model, text)
    assert len(expected) <= SHOWN
    assert phrases(told[0]) == pytest.approx(expected, abs=1e-5)


def test_a_facts_share_is_its_effect_against_an_average_appeal(decided, scorer):
    model, frame = scorer.overturn, decided()
    told = reasons(model, model.read(frame))
    shares = np.array([[r.contribution for r in row if r.kind == "attribute"] for row in told])
    assert shares.mean(axis=0) == pytest.approx(np.zeros(shares.shape[1]), abs=1e-9)
    age = model.design_.names.index("age")
    without = frame.assign(**{"attributes.age": 0.0})
    moved = model.logits(frame) - model.logits(without)
    zero = [r.contribution for r in reasons(model, model.read(without))[0] if r.name == "age"]
    assert shares[:, age] - zero[0] == pytest.approx(moved, abs=1e-5)


def test_values_are_told_as_they_were_given(scorer):
    filed = appeal(
        "shop",
        policy="spam",
        evidence=("invoice", "photo"),
        stake=12.34567,
        attributes={"age": None},
    )
    values = {reason.name: reason.value for reason in explained(scorer.overturn, [filed])[0][0]}
    assert values["policy"] == "spam"
    assert values["evidence"] == "invoice, photo"
    assert values["stake"] == 12.346
    assert values["age"] is None
    assert values["market"] is None
    assert values[BASE] is None


def test_calibration_scales_every_reason_and_shifts_the_base(scorer, encoder):
    model = OverturnModel(encoder)
    model.__dict__.update(scorer.overturn.__dict__)
    plain, _ = explained(scorer.overturn, [appeal("genuine shop")])
    before = scorer.overturn.calibration_
    model.calibration_ = Calibration(before.slope * 2, before.shift * 2 + 1)
    doubled, logits = explained(model, [appeal("genuine shop")])
    wanted = [2 * r.contribution + (r.kind == "base") for r in plain[0]]
    assert [r.contribution for r in doubled[0]] == pytest.approx(wanted)
    assert totals(doubled) == pytest.approx(logits, abs=1e-6)


ASIAN = (
    "ร้าน",
    "ถูกปิด",
    "ของฉัน",
    "店铺",
    "被误关了",
    "我的",
    " ",
    "shop",
    "12",
    "，",
    "ж",
    "ำ",
    "😀",
)


@pytest.fixture(scope="module")
def asian(decided):
    """A model that has learnt its vocabulary from Thai and Chinese texts."""
    frame = decided(n=200)
    said = ["ร้านของฉันถูกปิด", "ร้านถูกปิด กรุณาตรวจสอบ", "我的店铺被误关了", "请恢复我的店铺"]
    frame["text"] = [said[place % 4] for place in range(len(frame))]
    tokenizer = learn(frame["text"].tolist(), least=2, most=100)
    table = np.random.default_rng(2).normal(size=(tokenizer.get_vocab_size(), 16))
    config = OverturnConfig(start=Penalties(vector=0.01), candidates={}, slices=1)
    return OverturnModel(StudentEncoder(tokenizer, table.astype(np.float32)), config).fit(frame)


@given(text=st.lists(st.sampled_from(ASIAN), max_size=9).map("".join))
@settings(deadline=None, max_examples=30)
def test_reasons_in_scripts_without_spaces_are_spans_of_the_text_and_add_up(asian, text):
    told, logits = explained(asian, [appeal(text)])
    assert totals(told) == pytest.approx(logits, abs=1e-6)
    plain = asian.encoder.tokenizer.normalizer.normalize_str(text).replace("▁", "")
    spoken, *names = (re.sub("[ ，,]", "", one) for one in (plain, *phrases(told[0])))
    assert all(name in spoken for name in names)


def test_pairs_of_thai_or_chinese_words_are_written_without_a_space(asian):
    told, _ = explained(asian, [appeal("ร้านถูกปิด"), appeal("我的店铺")])
    assert not any(" " in name for row in told for name in phrases(row))
    assert {"ร้าน", "ถูก", "ปิด", "ร้านถูก", "ถูกปิด"} == set(phrases(told[0]))
    assert {"我的", "店铺", "我的店铺"} == set(phrases(told[1]))
