"""Whether texts in other languages are told apart as English ones are, on a folder of them.

The folder holds a table a language, whose texts have a topic and belong to `train`, `dev` or
`test`, such as SIB-200 (Adelani et al. 2024). Students are distilled on the texts of all languages,
those of `test` left out unless they are asked for; no topic is seen. A text of `test` is given the
topic whose centroid, over its own language's `train`, is nearest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features import e5
from features.distill import Distilled, distill
from features.errors import InputError, UnknownColumn
from features.files import read_table
from features.settings import Settings
from features.teacher import Teacher
from features.vectors import unit
from training.metrics import null_if_nan
from training.stages import Stages

__all__ = ["NoLanguages", "Texts", "benchmark_languages", "read_languages"]

COLUMNS: Final = ("text", "category", "split")
TEACHERS: Final = {"multilingual": e5.NAME, "english": ""}
"""Names in the answer, and what the settings call them."""
SEEDS: Final = range(5)
"""Of k-means, over which V-measures are averaged."""
STARTS: Final = 10
KINDS: Final = (".csv", ".csv.gz", ".parquet", ".jsonl")

Vectors = NDArray[np.float32]
Words = NDArray[np.object_]


class NoLanguages(InputError):
    """A folder without a table that can be measured on."""


@dataclass(frozen=True)
class Texts:
    """Texts of one language, their topics, and which split each is of."""

    texts: tuple[str, ...]
    topics: Words
    splits: Words

    def readable(self, test_too: bool) -> NDArray[np.bool_]:
        """Tell which ones a student may be distilled on: (n,)."""
        return np.array([test_too or split != "test" for split in self.splits], dtype=np.bool_)


def read_languages(folder: Path) -> dict[str, Texts]:
    """Read the tables of a folder, by the name of the file.

    Raises
    ------
    UnreadableFile, UnknownColumn
        When a table cannot be used.
    NoLanguages
        When there is none, or one without texts to learn from or to be tested on.
    """
    files = sorted(file for file in folder.glob("*") if file.name.endswith(KINDS))
    if not files:
        raise NoLanguages(f"no table in {folder}", "one a language", f"Any of {', '.join(KINDS)}.")
    return {file.name.partition(".")[0]: _read(file) for file in files}


def _read(file: Path) -> Texts:
    table = read_table(file)
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise UnknownColumn(f"{file.name} has no column {missing[0]!r}", ", ".join(COLUMNS))
    table = table.dropna(subset=list(COLUMNS))
    texts, topics, splits = (table[column].astype(str).to_numpy(object) for column in COLUMNS)
    if not {"train", "test"} <= set(splits):
        raise NoLanguages(f"{file.name} has splits {sorted(set(splits))}", "train and test")
    return Texts(tuple(texts), topics, splits)


def benchmark_languages(
    languages: Mapping[str, Texts],
    mean_of: Sequence[str],
    settings: Settings,
    stages: Stages,
    test_too: bool = False,
) -> dict[str, object]:
    """Measure the multilingual teacher and its student beside the packaged English ones.

    Parameters
    ----------
    languages
        As of `read_languages`.
    mean_of
        Names of the languages over which means are taken; empty for all.
    settings
        Where the teachers' vocabularies are kept.
    stages
        Show the progress.
    test_too
        Whether students are distilled on the texts of `test` as well, without their topics.

    Returns
    -------
    The answer of `redress benchmark languages --json`.

    Raises
    ------
    MissingExtra
        Where the multilingual teacher is not installed.
    NoLanguages
        Where `mean_of` names a language that is not there.
    """
    for name in mean_of:
        if name not in languages:
            raise NoLanguages(f"no table {name!r}", f"any of {', '.join(languages)}")
    return {
        "texts": sum(len(each.texts) for each in languages.values()),
        "mean_of": list(mean_of or languages),
        "distilled_on_test_texts": test_too,
        **{
            name: _measured(languages, mean_of or list(languages), teacher, stages, test_too)
            for name, teacher in _teachers(settings).items()
        },
    }


def _teachers(settings: Settings) -> dict[str, Teacher]:
    e5.installed()
    return {name: Teacher(known, settings.home / "encoders") for name, known in TEACHERS.items()}


def _measured(
    languages: Mapping[str, Texts],
    mean_of: Sequence[str],
    teacher: Teacher,
    stages: Stages,
    test_too: bool,
) -> dict[str, Any]:
    """Measure one teacher and its student."""
    with stages.stage(f"{teacher.name} reads", f"{teacher.name} reads the texts"):
        taught = {
            name: teacher.encode(each.texts, progress=True) for name, each in languages.items()
        }
    with stages.stage(f"{teacher.name} student", "its student is distilled"):
        student = _student(languages, taught, teacher, test_too)
    learnt = {name: student.encoder.encode(each.texts) for name, each in languages.items()}
    with stages.stage(f"{teacher.name} topics", "topics by k-means, and by the nearest centroid"):
        v_measure = {name: _v_measure(languages[name], taught[name]) for name in languages}
        accuracy = {name: _accuracy(languages[name], learnt[name]) for name in languages}
        together = _together(languages, learnt)
    return {
        "teacher_v_measure": v_measure,
        "teacher_mean_v_measure": float(np.mean([v_measure[name] for name in mean_of])),
        "student_accuracy": accuracy,
        "student_mean_accuracy": float(np.mean([accuracy[name] for name in mean_of])),
        "student_fidelity": null_if_nan(student.fidelity),
        "student_together": together,
    }


def _student(
    languages: Mapping[str, Texts],
    taught: Mapping[str, Vectors],
    teacher: Teacher,
    test_too: bool,
) -> Distilled:
    readable = np.concatenate([each.readable(test_too) for each in languages.values()])
    texts = np.array([text for each in languages.values() for text in each.texts], dtype=object)
    vectors = np.concatenate([taught[name] for name in languages])
    return distill(teacher, texts[readable].tolist(), vectors=vectors[readable])


def _v_measure(each: Texts, vectors: Vectors) -> float:
    """V-measure of as many clusters as there are topics, over all splits."""
    from sklearn.metrics import v_measure_score

    scores = [v_measure_score(each.topics, found) for found in _clusters(vectors, each.topics)]
    return float(np.mean(scores))


def _clusters(vectors: Vectors, topics: Words) -> list[NDArray[np.int32]]:
    from sklearn.cluster import KMeans

    count = len(set(topics))
    return [KMeans(count, n_init=STARTS, random_state=seed).fit_predict(vectors) for seed in SEEDS]


def _accuracy(each: Texts, vectors: Vectors) -> float:
    train, test = each.splits == "train", each.splits == "test"
    names = sorted(set(each.topics[train]))
    centres = [vectors[train & (each.topics == name)].mean(axis=0) for name in names]
    nearest = (vectors[test] @ unit(np.array(centres, dtype=np.float32)).T).argmax(axis=1)
    return float((np.array(names, dtype=object)[nearest] == each.topics[test]).mean())


def _together(languages: Mapping[str, Texts], learnt: Mapping[str, Vectors]) -> dict[str, float]:
    """Cluster all languages at once: whether the clusters tell topics, or languages."""
    from sklearn.metrics import v_measure_score

    topics = np.concatenate([each.topics for each in languages.values()])
    spoken = np.repeat(list(languages), [len(each.texts) for each in languages.values()])
    found = _clusters(np.concatenate([learnt[name] for name in languages]), topics)
    return {
        name: float(np.mean([v_measure_score(truth, labels) for labels in found]))
        for name, truth in (("topic_v_measure", topics), ("language_v_measure", spoken))
    }
