"""The encoders of discoveries: kept whole under their digest, or told as damaged."""

import shutil
from threading import Thread

import numpy as np
import pytest

from features.encoder import StudentEncoder, silent
from features.errors import DamagedModel, UnwritableFolder
from models import theme_encoder
from models.theme_encoder import digest_of, keep, load

TEXTS = ["please the item was removed", "my shop is genuine", ""]


@pytest.fixture
def other(encoder):
    table = encoder.table.copy()
    table[3, 2] += 1e-6
    return StudentEncoder(encoder.tokenizer, table)


def test_what_is_kept_is_loaded(encoder, tmp_path):
    digest = keep(encoder, tmp_path)
    loaded = load(digest, tmp_path)
    np.testing.assert_array_equal(loaded.encode(TEXTS), encoder.encode(TEXTS))
    assert digest == digest_of(encoder) == digest_of(loaded)
    assert [path.name for path in (tmp_path / "encoders").iterdir()] == [digest]


def test_other_tables_and_tokenisers_have_other_digests(encoder, other, wordpiece):
    reordered = StudentEncoder(wordpiece(["removed", "shop"]), encoder.table)
    digests = [digest_of(one) for one in (encoder, other, reordered, silent())]
    assert len(set(digests)) == 4


def test_one_that_is_there_is_not_written_again(encoder, tmp_path):
    folder = tmp_path / "encoders" / keep(encoder, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (folder, *folder.iterdir())}
    keep(encoder, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_the_teachers_vocabulary_lies_beside_it_untouched(encoder, tmp_path):
    words = tmp_path / "encoders" / "words-0123.safetensors"
    words.parent.mkdir()
    words.write_bytes(b"kept")
    keep(encoder, tmp_path)
    assert words.read_bytes() == b"kept"


def test_several_at_once_keep_one(encoder, tmp_path):
    threads = [Thread(target=keep, args=(encoder, tmp_path)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.name for path in (tmp_path / "encoders").iterdir()] == [digest_of(encoder)]
    load(digest_of(encoder), tmp_path)


def swap(folder, _other):
    _other.save(folder)


def cut(folder, _other):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-7])


def lose(folder, _other):
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("damage", "said"),
    [(swap, "files have changed"), (cut, "missing or broken"), (lose, "missing or broken")],
)
def test_damage_is_told_and_mended_by_keeping_it_again(encoder, other, tmp_path, damage, said):
    digest = keep(encoder, tmp_path)
    damage(tmp_path / "encoders" / digest, other)
    with pytest.raises(DamagedModel, match=f"{digest[:12]}.*{said}.*redress discover"):
        load(digest, tmp_path)
    assert keep(encoder, tmp_path) == digest
    assert digest_of(load(digest, tmp_path)) == digest


@pytest.mark.parametrize("digest", ["", "..", "../secrets", "A" * 64, "a" * 63])
def test_what_is_no_digest_is_not_looked_for(tmp_path, digest):
    with pytest.raises(DamagedModel, match="no digest"):
        load(digest, tmp_path)


def test_a_folder_that_cannot_be_written_is_told(encoder, tmp_path):
    (tmp_path / "encoders").write_text("a file")
    with pytest.raises(UnwritableFolder, match="encoders cannot be written into"):
        keep(encoder, tmp_path)


def test_a_write_that_breaks_off_leaves_nothing(encoder, tmp_path, monkeypatch):
    def broken(self, folder):
        folder.mkdir(parents=True)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(theme_encoder.StudentEncoder, "save", broken)
    with pytest.raises(UnwritableFolder, match="No space left"):
        keep(encoder, tmp_path)
    assert list((tmp_path / "encoders").iterdir()) == []
