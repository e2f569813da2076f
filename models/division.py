"""Themes divided by facts: text proposes, facts decide.

Appeals that read alike may have different causes: a seller whose payout waits for a bank account
and one whose release date moves every night both write about a held payout. What tells them apart
is not their words but the facts of their cases: policy, detection, market, week of filing.

Each theme is cut fine by text, along links that weigh less where facts differ. The parts are then
joined again, the most strongly linked first, wherever their facts could be the same. What stays
apart differs in at least one fact, by a test and by more than a trifle; or nothing links it to the
rest. Without facts nothing stays apart, and themes are those of the text alone.

The cut sees the facts that the test then looks at, so the test is a bar and not a proof: of one
wording with one idle fact the cut would make two parts. Facts that go with the causes outweigh such
idle ones. Unweighted links would be cleaner, and were worse: what an incident's letters share with
ordinary ones then hides it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import chdtrc

from models.communities import leiden

__all__ = ["divide", "fact_codes"]

FINER: Final = 8.0
"""Resolution, on the scale of the whole graph, at which themes are cut."""
SIGNIFICANCE: Final = 1e-3
"""Chance at which two parts with the same facts are taken to differ, over all fields together."""
LEAST_EFFECT: Final = 0.3
"""Cramer's V that is more than a trifle: "moderate" by Cohen (1988)."""
INERTIA: Final = 0.1
"""What the least effect rises by to part what was together, and falls by to join what was not."""
KIN: Final = 1e60
"""How much stronger a link counts between parts of one theme of the last run."""
LEAST_MEMBERS: Final = 20
"""Members below which a theme is not cut."""
MOST_PARTS: Final = 250
"""Parts beyond which a theme has no parts but is dust, such as one short text sent by very many."""
LEAST_CHANCE: Final = 1e-100
"""The least chance that parts are given of being alike: of very many appeals it would round to 0,
however slight the effect, and 0 says that they differ."""
WORKERS: Final = 2
"""Themes that are cut at once; the answer does not depend on it."""
LOOKS: Final = 5
"""Looks that a first run takes."""
MOST_VALUES: Final = 20
"""Values of a field that are told apart; the rarer ones count as one."""

Counts = NDArray[np.float64]
Codes = NDArray[np.int32]


def fact_codes(facts: pd.DataFrame) -> Codes:
    """Give the values of each field numbers by falling frequency.

    Parameters
    ----------
    facts
        A column a field; missing where it is not told.

    Returns
    -------
    numpy.ndarray
        (n, fields) int32; -1 where not told, `MOST_VALUES` for the rarer values.
    """
    codes = np.full(facts.shape, -1, dtype=np.int32)
    for place, name in enumerate(facts.columns):
        found, values = pd.factorize(facts[name])
        rank = np.empty(len(values) + 1, dtype=np.int32)
        counts = np.bincount(found[found >= 0], minlength=len(values))
        rank[np.argsort(-counts, kind="stable")] = np.minimum(np.arange(len(values)), MOST_VALUES)
        rank[-1] = -1
        codes[:, place] = rank[found]
    return codes


def divide(
    affinity: sp.csr_array,
    labels: Codes,
    codes: Codes,
    seed: int = 0,
    start: Codes | None = None,
) -> Codes:
    """Divide themes whose parts differ in their facts.

    Parameters
    ----------
    affinity
        (n, n) symmetric weights, as of `models.communities.affinity`.
    labels
        (n,) themes from 0.
    codes
        (n, fields), as of `fact_codes`.
    seed
        Fixes the cuts.
    start
        (n,) themes of the last run, -1 for new appeals: what was together is joined first, and it
        takes a clearer difference to part it, and a clearer likeness to join what was apart.

    Returns
    -------
    numpy.ndarray
        (n,) int32; each theme as it was, or in parts.
    """
    if codes.shape[1] == 0 or affinity.nnz == 0:
        return labels
    weighted = _weighted(affinity, codes)
    if start is not None:
        return _divide(affinity, weighted, labels, codes, start, seed)
    # A first run is settled by further looks, each with a cut of its own: else the next runs would
    # find what this one's cut has missed, and change ids.
    divided = np.full_like(labels, -1)
    for look in reversed(range(LOOKS)):  # the last one is the next run's own
        divided = _divide(affinity, weighted, labels, codes, divided, seed + look)
    return divided


def _divide(
    affinity: sp.csr_array,
    weighted: sp.csr_array,
    labels: Codes,
    codes: Codes,
    start: Codes,
    seed: int,
) -> Codes:
    scale = FINER / weighted.sum()
    divided, themes = np.empty_like(labels), 0
    groups = _members(_undivided(labels, start))
    with ThreadPoolExecutor(WORKERS) as threads:
        cuts = threads.map(lambda own: _cut(weighted[own][:, own], scale, seed), groups)
    for members, cut in zip(groups, cuts, strict=True):
        parts, origins = _pure(cut, start[members])
        if parts.any():
            link = affinity[members][:, members]
            parts = _Parts(link, parts, codes[members], origins).joined()
        divided[members] = themes + parts
        themes += int(parts.max()) + 1
    return divided


def _members(labels: Codes) -> list[NDArray[np.int64]]:
    """List the positions of each theme's appeals."""
    order = np.argsort(labels, kind="stable")
    return [part for part in np.split(order, np.cumsum(np.bincount(labels))[:-1]) if len(part)]


def _weighted(affinity: sp.csr_array, codes: Codes) -> sp.csr_array:
    """Weigh each link by the share of facts, of those told of both appeals, that are the same."""
    links = affinity.tocoo()
    same, told = np.zeros(links.nnz, np.float32), np.zeros(links.nnz, np.float32)
    for field in codes.T:
        left, right = field[links.row], field[links.col]
        both = (left >= 0) & (right >= 0)
        told += both
        same += both & (left == right)
    share = np.divide(same, told, out=np.ones_like(same), where=told > 0)
    # A link of weight zero would no longer be one.
    weights = links.data * np.maximum(share, np.finfo(np.float32).eps)
    return sp.csr_array((weights, (links.row, links.col)), shape=affinity.shape)


def _cut(weighted: sp.csr_array, scale: float, seed: int) -> Codes:
    """Cut one theme at the resolution that is `FINER` on the scale of the whole graph.

    A theme that is small, or that would fall to dust, stays whole.
    """
    n = weighted.shape[0]
    whole = np.zeros(n, dtype=np.int32)
    if n < LEAST_MEMBERS or weighted.nnz == 0:
        return whole
    parts = leiden(weighted, scale * weighted.sum(), seed)
    return parts if parts.max() < MOST_PARTS else whole


def _undivided(labels: Codes, start: Codes) -> Codes:
    """Put each theme of the last run where most of it is: it may be cut by its facts only."""
    old = np.flatnonzero(start >= 0)
    if not len(old):
        return labels
    table = np.zeros((int(start.max()) + 1, int(labels.max()) + 1), dtype=np.int64)
    np.add.at(table, (start[old], labels[old]), 1)
    whole = labels.copy()
    whole[old] = table.argmax(axis=1)[start[old]]
    return whole


def _pure(parts: Codes, start: Codes) -> tuple[Codes, Codes]:
    """Cut parts by the themes of the last run; new appeals go with the most in their part.

    Returns
    -------
    tuple of numpy.ndarray
        (n,) the parts; (parts,) the theme of the last run that each comes from, or -1.
    """
    table = np.zeros((int(parts.max()) + 1, int(start.max()) + 3), dtype=np.int64)
    np.add.at(table, (parts, start), 1)
    most = np.where(table[:, :-1].any(axis=1), table[:, :-1].argmax(axis=1), -1)
    origin = np.where(start >= 0, start, most[parts])
    pairs, pure = np.unique(np.stack([parts, origin]), axis=1, return_inverse=True)
    return pure.astype(np.int32).ravel(), pairs[1].astype(np.int32)


class _Parts:
    """The parts of one theme: how strongly they are linked, and whether their facts differ."""

    def __init__(self, affinity: sp.csr_array, parts: Codes, codes: Codes, origins: Codes) -> None:
        n, p = len(parts), int(parts.max()) + 1
        member = sp.csr_array((np.ones(n), (np.arange(n), parts)), shape=(n, p))
        self.parts = parts
        self.links = (member.T @ affinity @ member).toarray()
        volumes = self.links.sum(axis=1)
        self.volumes = np.where(volumes > 0, volumes, 1.0)
        np.fill_diagonal(self.links, 0)
        old = (origins >= 0) & (origins[:, None] >= 0)
        same = origins == origins[:, None]
        # Parts of one theme of the last run need no link to be joined again.
        self.links += np.where(old & same, np.finfo(np.float32).tiny, 0)
        np.fill_diagonal(self.links, 0)
        self.favour = np.where(old & same, KIN, 1.0)
        self.bar = LEAST_EFFECT + np.where(old, np.where(same, INERTIA, -INERTIA), 0)
        self.counts = [_count(parts, p, field) for field in codes.T]
        self.alike = np.stack([self._alike(part) for part in range(p)])

    def joined(self) -> Codes:
        """Join the parts that may be one: (n,) int32, numbered from 0 by first part."""
        owner = np.arange(len(self.links))
        while True:
            strength = self.links / np.outer(self.volumes, self.volumes) * self.alike * self.favour
            kept, taken = np.unravel_index(strength.argmax(), strength.shape)
            if strength[kept, taken] <= 0:
                return np.unique(owner[self.parts], return_inverse=True)[1].astype(np.int32)
            owner[owner == taken] = kept
            self._join(int(kept), int(taken))

    def _join(self, kept: int, taken: int) -> None:
        self.links[kept] += self.links[taken]
        self.links[:, kept] += self.links[:, taken]
        self.links[taken] = self.links[:, taken] = self.links[kept, kept] = 0
        self.volumes[kept] += self.volumes[taken]
        for counts in self.counts:
            counts[kept] += counts[taken]
            counts[taken] = 0
        self.alike[kept] = self.alike[:, kept] = self._alike(kept)

    def _alike(self, part: int) -> Counts:
        """Chance of the differences between a part and each other; 0 where they truly differ."""
        chances, effects = zip(*(_difference(counts, part) for counts in self.counts), strict=True)
        chance = np.minimum(1, np.stack(chances) * len(self.counts))
        differs = (chance < SIGNIFICANCE) & (np.stack(effects) >= self.bar[part])
        alike = np.where(differs.any(axis=0), 0.0, np.maximum(chance.min(axis=0), LEAST_CHANCE))
        alike[part] = 0
        return alike


def _count(parts: Codes, p: int, field: Codes) -> Counts:
    """Count the values of one field in each part: (p, values)."""
    counts = np.zeros((p, int(field.max(initial=-1)) + 1))
    told = field >= 0
    np.add.at(counts, (parts[told], field[told]), 1)
    return counts


def _difference(counts: Counts, part: int) -> tuple[Counts, Counts]:
    """Compare one part with every other: the chance of Pearson's chi-squared, and Cramer's V.

    V is corrected for its bias (Bergsma 2013). Both are (p,); 1 and 0 where a part tells nothing.
    """
    own, sizes = counts[part], counts.sum(axis=1)
    both, n = own + counts, sizes[part] + sizes
    gaps = (own * sizes[:, None] - counts * sizes[part]) ** 2
    scale = sizes[part] * sizes
    freedom = (both > 0).sum(axis=1) - 1
    told = (scale > 0) & (freedom > 0)
    squares = np.divide(gaps, both, out=np.zeros_like(gaps), where=both > 0).sum(axis=1)
    chi = np.divide(squares, scale, out=np.zeros_like(squares), where=told)
    chance = np.where(told, chdtrc(np.maximum(freedom, 1), chi), 1.0)
    effect = np.sqrt(np.maximum(0, chi / np.maximum(n, 1) - freedom / np.maximum(n - 1, 1)))
    return chance, np.where(told, effect, 0.0)
