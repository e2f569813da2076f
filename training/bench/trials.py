"""A small search of penalties in a notebook: what was tried, and whether it is worth taking.

It is the search of `redress train --search`, kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from training.bench.comparing import Comparison
from training.search import Bench, Found, Tried, memory_study, search

__all__ = ["Searched", "search_trials", "search_words", "trials_table"]


@dataclass(frozen=True, eq=False)
class Searched:
    """A search from its first trial to its answer.

    Attributes
    ----------
    tried
        Trials, in their order.
    """

    tried: tuple[Tried, ...]
    found: Found


def search_trials(comparison: Comparison, name: str, trials: int = 12) -> Searched:
    """Search penalties for a candidate, on later slices of what taught it.

    Parameters
    ----------
    name
        Of the candidate whose configuration the search starts from.
    trials
        At least 1.

    Raises
    ------
    ValueError
        If `trials` is below 1.
    """
    if trials < 1:
        raise ValueError(f"{trials} trials: a search needs at least 1")
    one, tried = comparison[name], list[Tried]()
    bench = Bench.prepare(
        one.scorer.overturn.encoder, comparison.slices.seen, one.config.scorer.overturn
    )
    found = search(
        bench, memory_study(), trials, one.config.seed, lambda each, _: tried.append(each)
    )
    return Searched(tuple(tried), found)


def trials_table(searched: Searched) -> pd.DataFrame:
    """List the trials, the best first and those that were given up last.

    Returns
    -------
    pandas.DataFrame
        Rows named by trial: `loss`, the mean log loss over the later slices (NaN where the trial
        was given up before the last of them); `slices`, how many it was judged on; and a column a
        penalty, NaN where the block is left out, or cases do not age.
    """
    rows = {
        one.number: {
            "loss": np.nan if one.pruned else one.losses[-1],
            "slices": len(one.losses),
            **one.penalties.model_dump(),
        }
        for one in searched.tried
    }
    table = pd.DataFrame.from_dict(rows, orient="index").astype(float)
    ordered = table.astype({"slices": int}).sort_values("loss", kind="stable")
    return ordered.dropna(axis="columns", how="all").rename_axis("trial")


def search_words(searched: Searched) -> str:
    """Say whether what was found is taken, and why."""
    found = searched.found
    taken = "taken" if found.taken else "not taken, as that may be chance"
    return (
        f"the middle of the best trials saves {found.gain:+.5f} of the loss of "
        f"{found.plain_loss:.5f}, standard error {found.error:.5f}; {taken}"
    )
