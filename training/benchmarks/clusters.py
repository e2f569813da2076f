"""How well themes are found without being told of them, on a file whose groups are known.

The labels of the file are used for the figures alone: nothing is fitted or chosen with them. The
student is distilled on the file's own texts. Seconds are those of clustering, neighbours and the
choice of the resolution included, encoding left out, for all alike.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.columns import ColumnMap
from features.distill import distill
from features.errors import InputError, UnknownColumn
from features.files import lines_of, read_table
from features.settings import Settings
from features.teacher import Teacher
from models.clustering import ThemeClustering
from training.stages import Stages

__all__ = ["Labelled", "TooFewLabels", "benchmark_clusters", "read_labelled"]

PEER: Final = "bertopic"
"""The package of the peer."""
WARM_UP_ROWS: Final = 500
"""Rows on which BERTopic runs once before the clock: its parts compile themselves at first use."""

Vectors = NDArray[np.float32]
Cluster = Callable[[Vectors], NDArray[np.integer]]
"""From vectors to labels, -1 for unassigned."""


class TooFewLabels(InputError):
    """Fewer than two different labels: there is nothing to find again."""


@dataclass(frozen=True)
class Labelled:
    """Texts and the groups they belong to, in one order."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """How well one way of clustering found the groups.

    Attributes
    ----------
    v_measure
        Rosenberg and Hirschberg's, 0 to 1; unassigned texts count as one group.
    ari
        Adjusted Rand index, 0 by chance, 1 at best; the same.
    clusters
        Number of clusters, the unassigned not counted.
    unassigned_share
        0 to 1.
    seconds
        Of clustering alone.
    """

    v_measure: float
    ari: float
    clusters: int
    unassigned_share: float
    seconds: float


def read_labelled(file: Path, columns: Path, label: str, without: Sequence[str] = ()) -> Labelled:
    """Read the texts that have a label.

    Parameters
    ----------
    file, columns
        A table and its column mapping.
    label
        The table's column that holds the labels; rows without one are left out.
    without
        Labels whose rows are left out as well.

    Raises
    ------
    UnreadableFile, InvalidMapping, UnknownColumn
        When the file or the mapping cannot be used, or there is no such column of labels.
    TooFewLabels
        When fewer than two labels are left.
    """
    table = read_table(file)
    if label not in table.columns:
        raise UnknownColumn(
            f"the table has no column {label!r} of labels",
            f"one of its {len(table.columns)} columns",
            "Name another with --label.",
        )
    records = ColumnMap.load(columns).read(table)
    told = dict(zip(lines_of(table), table[label].tolist(), strict=True))
    left_out = {"", "nan", "None", *without}
    pairs = [
        (appeal.text, str(told[line]))
        for line, appeal in zip(records.lines, records.appeals, strict=True)
        if str(told[line]) not in left_out
    ]
    found = len({name for _, name in pairs})
    if found < 2:
        raise TooFewLabels(
            f"{found} different labels on {len(pairs)} rows", "two or more", "See --label."
        )
    return Labelled(tuple(text for text, _ in pairs), tuple(name for _, name in pairs))


def benchmark_clusters(
    labelled: Labelled, settings: Settings, stages: Stages, seed: int = 0
) -> dict[str, object]:
    """Cluster by the teacher's vectors and by the student's, and by BERTopic where it is installed.

    Parameters
    ----------
    labelled
        Texts and labels.
    settings
        Which teacher; where its vocabulary is kept.
    stages
        Show the progress.
    seed
        Of Redress' own clustering.

    Returns
    -------
    The answer of `redress benchmark clusters --json`.
    """
    texts = list(labelled.texts)
    teacher = Teacher(settings.teacher, settings.home / "encoders")
    with stages.stage("teacher", f"the teacher reads {len(texts):,} texts"):
        taught = teacher.encode(texts, progress=True)
    with stages.stage("student", "the student is distilled on them"):
        learnt = distill(teacher, texts, vectors=taught).encoder.encode(texts)
    themes = ThemeClustering(seed)
    with stages.stage("clusters", "themes of both"):
        figures = {
            name: _figures(labelled, vectors, lambda rows: themes.fit(rows).labels)
            for name, vectors in (("teacher", taught), ("student", learnt))
        }
    with stages.stage("bertopic", "BERTopic, where it is installed"):
        peer = _bertopic(labelled, taught)
    return {
        "rows": len(texts),
        "labels": len(set(labelled.labels)),
        **{name: asdict(found) for name, found in figures.items()},
        "bertopic": asdict(peer) if peer else None,
    }


def _figures(labelled: Labelled, vectors: Vectors, cluster: Cluster) -> Figures:
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    start = time.perf_counter()
    found = np.asarray(cluster(vectors))
    seconds = time.perf_counter() - start
    return Figures(
        v_measure=float(v_measure_score(labelled.labels, found)),
        ari=float(adjusted_rand_score(labelled.labels, found)),
        clusters=len(np.unique(found[found >= 0])),
        unassigned_share=float((found < 0).mean()),
        seconds=seconds,
    )


def _bertopic(labelled: Labelled, vectors: Vectors) -> Figures | None:
    """Run BERTopic with its defaults on the given vectors; None where it is not installed."""
    if importlib.util.find_spec(PEER) is None:
        return None
    peer = importlib.import_module(PEER)
    texts = list(labelled.texts)
    if len(texts) >= 2 * WARM_UP_ROWS:
        peer.BERTopic().fit_transform(texts[:WARM_UP_ROWS], vectors[:WARM_UP_ROWS])
    return _figures(
        labelled, vectors, lambda rows: np.array(peer.BERTopic().fit_transform(texts, rows)[0])
    )
