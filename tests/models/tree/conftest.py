"""Simulated intakes: cases drawn cell by cell and day by day."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.tree import Intake, judge

LAST = date(2026, 3, 1)
WEEKDAYS = np.array([1.1, 1.1, 1.05, 1.0, 1.0, 0.85, 0.8])


class World:
    """Policies, themes, markets and ways of detection, and how much comes of each a day."""

    def __init__(self, policies=4, themes=8, markets=3, a_day=90.0, seed=0, days=84):
        random = np.random.default_rng(seed)
        self.days = days
        self.random = random
        share = random.gamma(1.0, size=themes)
        rows = []
        for theme in range(themes):
            for policy in {theme % policies, (theme * 3 + 1) % policies}:
                for market in range(markets):
                    for detection in ("automated", "human"):
                        weight = share[theme] / (1 + market) * random.gamma(2.0)
                        rows.append((f"p{policy}", f"T{theme}", f"m{market}", detection, weight))
        names = ["policy", "theme", "market", "detection", "mean"]
        self.cells = pd.DataFrame(rows, columns=names)
        self.cells["mean"] *= a_day / self.cells["mean"].sum()
        self.cells["rate"] = 0.1 + 0.3 * random.random(len(self.cells))

    def mean(self):
        """(cells, days); the last day is `LAST`."""
        return self.cells["mean"].to_numpy()[:, None] * np.resize(WEEKDAYS, self.days)

    def draw(self, mean=None, wobble=None):
        """Draw counts, (cells, days), each theme with a gamma factor of its own a day."""
        mean = self.mean() if mean is None else mean
        if wobble:
            names = self.cells["theme"].astype("category").cat.codes.to_numpy()
            shape = (names.max() + 1, mean.shape[1])
            mean = mean * self.random.gamma(wobble, 1 / wobble, shape)[names]
        return self.random.poisson(mean)

    def where(self, **facts):
        """Cells with some facts."""
        return np.logical_and.reduce([self.cells[name] == value for name, value in facts.items()])


def appeals_of(cells, counts, last=LAST):
    """Make an appeal of a subject of its own of each case of counts, (cells, days)."""
    cell, day = (np.repeat(place, counts[np.nonzero(counts)]) for place in np.nonzero(counts))
    frame = cells.iloc[cell].reset_index(drop=True)
    when = pd.Timestamp(last, tz="UTC") - pd.to_timedelta(counts.shape[1] - 1 - day, unit="D")
    frame["submitted_at"] = when + pd.to_timedelta(np.arange(len(frame)) % 86_000, unit="s")
    frame["subject_id"] = [f"s{place}" for place in range(len(frame))]
    frame["appeal_id"] = [f"a{place}" for place in range(len(frame))]
    return frame.sort_values(["submitted_at", "appeal_id"], ignore_index=True)


def intake_of(frame, window=84, last=LAST, decisions=None, campaign=None):
    """Make an intake: what lies before the window is counted by day."""
    since = pd.Timestamp(last - timedelta(days=window - 1), tz="UTC")
    old = frame[frame["submitted_at"] < since]
    new = frame[frame["submitted_at"] >= since].reset_index(drop=True)
    corner = ["day", "policy", "market", "detection"]
    day = old["submitted_at"].dt.date
    told = {"earlier": old.assign(day=day).groupby(corner).size().rename("filed").reset_index()}
    if decisions is not None:
        decided = frame.drop(columns="day", errors="ignore").merge(decisions, on="appeal_id")
        who = decided["subject_id"].fillna("appeal " + decided["appeal_id"])
        voices = decided.assign(who=who).groupby([*corner, "who"])["overturned"].max()
        keyed = voices.groupby(corner).agg(["size", "sum"]).reset_index()
        told["decided"] = keyed.rename(columns={"size": "decided", "sum": "overturned"})
        told["decisions"] = decisions[decisions["appeal_id"].isin(new["appeal_id"])]
    if campaign is None:
        campaign = np.full(len(new), -1, dtype=np.int32)
    return Intake(last, window, new.drop(columns="theme"), new["theme"].tolist(), campaign, **told)


def decisions_of(frame, rate, random):
    """Decide each appeal some days after it was filed, up to the last day."""
    lag = random.exponential(3, len(frame)).astype(int)
    day = frame["submitted_at"].dt.floor("D").dt.tz_localize(None) + pd.to_timedelta(lag, unit="D")
    table = {"appeal_id": frame["appeal_id"], "day": day.dt.date}
    table["overturned"] = random.random(len(frame)) < rate
    return pd.DataFrame(table)[day <= pd.Timestamp(LAST)]


@pytest.fixture(scope="session")
def simulated():
    """The ways to make an intake."""
    return SimpleNamespace(
        World=World,
        appeals=appeals_of,
        intake=intake_of,
        decisions=decisions_of,
        judge=lambda cells, counts, **how: judge(intake_of(appeals_of(cells, counts), **how)),
    )
