"""What the tests of jobs share: a quick model, a store that is made once, files of appeals."""

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

from features.columns import Records
from features.command import main
from features.encoder import StudentEncoder, silent
from features.faults import Fault
from features.schema import Appeal, Decision
from features.settings import Settings
from models.registry import Registry
from models.scores import Reason, Risk, Score

MAP = """
appeal_id: id
submitted_at: filed
text: words
policy: policy
market: market
attributes: {numeric: [age]}
decision: {column: outcome, overturned: [won], upheld: [lost]}
"""


class QuickScorer:
    """A logistic regression on one attribute: fitted in a moment, with all that a scorer has."""

    fidelity = 0.9
    encoder = silent()

    def __init__(self, slope: float, intercept: float) -> None:
        self.slope = slope
        self.intercept = intercept

    @classmethod
    def fit(cls, frame: pd.DataFrame, config: object, teacher: object) -> "QuickScorer":
        model = LogisticRegression().fit(_ages(frame)[:, None], frame["outcome"] == "overturned")
        return cls(float(model.coef_[0, 0]), float(model.intercept_[0]))

    def faults(self, frame: pd.DataFrame) -> dict[int, list[Fault]]:
        wrong = [place for place, age in enumerate(_ages(frame)) if age > 1_000]
        return {
            place: [Fault("/attributes/age", "a number; expected 1000 or less")] for place in wrong
        }

    def logits(self, frame: pd.DataFrame) -> np.ndarray:
        return self.intercept + self.slope * _ages(frame)

    def probabilities(self, frame: pd.DataFrame) -> np.ndarray:
        return 1 / (1 + np.exp(-self.logits(frame)))

    def priorities(self, frame: pd.DataFrame) -> np.ndarray:
        return np.array([score.priority for score in self.score(frame)])

    def score(self, frame: pd.DataFrame) -> list[Score]:
        rows = zip(frame["appeal_id"], frame["submitted_at"], self.logits(frame), strict=True)
        return [
            Score(
                appeal_id=str(name),
                probability=float(1 / (1 + np.exp(-logit))),
                logit=float(logit),
                uncertain=abs(logit) < 1,
                risk=Risk(0.1, "none", "low", "prototypes"),
                priority=1.0,
                due_at=filed.to_pydatetime() + timedelta(days=1),
                reasons=(Reason("base", "base", None, float(logit)),),
            )
            for name, filed, logit in rows
        ]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "model.json").write_text(json.dumps([self.slope, self.intercept]))

    @classmethod
    def load(cls, folder: Path) -> "QuickScorer":
        return cls(*json.loads((folder / "model.json").read_text()))


def _ages(frame: pd.DataFrame) -> np.ndarray:
    return frame["attributes.age"].astype(float).fillna(0).to_numpy()


@dataclass(frozen=True)
class Export:
    """A file of appeals and its mapping."""

    file: Path
    columns: Path

    @property
    def arguments(self) -> list[str]:
        return [str(self.file), "--columns", str(self.columns)]

    def table(self) -> pd.DataFrame:
        return pd.read_csv(self.file)


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def quick_scorer(monkeypatch: pytest.MonkeyPatch) -> type[QuickScorer]:
    """Put the quick model where the real one is looked for."""
    monkeypatch.setattr("models.scorer.Scorer", QuickScorer)
    return QuickScorer


@pytest.fixture(scope="session")
def quick_scorer_class() -> type[QuickScorer]:
    """Give the quick model, for those who put it in place for longer than a test."""
    return QuickScorer


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an MLflow store once; it takes seconds."""
    settings = Settings(home=tmp_path_factory.mktemp("store"))
    assert Registry(settings).client
    return settings.home / "mlflow.db"


@pytest.fixture
def home(tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Give a home folder with an empty store, and let commands find it."""
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(empty_store, folder / "mlflow.db")
    monkeypatch.setenv("REDRESS_HOME", str(folder))
    return Settings(home=folder)


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Export]:
    """Write files of decided appeals in which the outcome depends on `age`."""

    def write(rows: int = 1_000, seed: int = 0, signal: float = 1.5, name: str = "a") -> Export:
        rng = np.random.default_rng(seed)
        age = rng.normal(size=rows).round(4)
        won = rng.random(rows) < 1 / (1 + np.exp(1 - signal * age))
        days = pd.date_range("2026-01-01", periods=rows, freq="h", tz="UTC")
        table = pd.DataFrame(
            {
                "id": [f"{name}-{place}" for place in range(rows)],
                "filed": days.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "words": "please look again",
                "policy": rng.choice(["spam", "counterfeit"], rows),
                "market": rng.choice(["SG", "ID"], rows),
                "age": age,
                "outcome": np.where(won, "won", "lost"),
            }
        )
        made = Export(tmp_path / f"{name}.csv", tmp_path / f"{name}.yaml")
        table.to_csv(made.file, index=False)
        made.columns.write_text(MAP)
        return made

    return write


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run a `redress` command as the shell does."""

    def call(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["redress", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return call


TOPICS = {
    "payout": "payout bank account funds release days waiting balance withdraw hold",
    "parcel": "parcel courier lost scan tracking delivery weight label pickup depot",
    "listing": "listing removed photo image duplicate brand logo keyword title catalogue",
}
ANYWHERE = "please my the shop check again seller team thank help"


@pytest.fixture(scope="session")
def reader(wordpiece: Callable[[Sequence[str]], Tokenizer]) -> StudentEncoder:
    """An encoder that knows the words of `TOPICS`, each at random: topics lie far apart."""
    words = [word for said in (*TOPICS.values(), ANYWHERE) for word in said.split()]
    tokenizer = wordpiece(words)
    table = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), 24))
    table[-len(ANYWHERE.split()) :] /= 10  # what is said everywhere hardly weighs
    return StudentEncoder(tokenizer, table.astype(np.float32))


@pytest.fixture(scope="session")
def letters() -> Callable[..., Records]:
    """Write appeals about `topics` in turn, each by a subject of its own, decided two days later.

    They are filed evenly over `days` days from `first` on. Every topic has its policy. `text` and
    `subject`, where given, are those of all of them.
    """
    return _letters


def _letters(
    n: int = 180,
    first: datetime = datetime(2025, 3, 1, tzinfo=UTC),
    days: int = 28,
    topics: Sequence[str] = tuple(TOPICS),
    name: str = "a",
    seed: int = 0,
    text: str | None = None,
    subject: str | None = None,
) -> Records:
    rng = np.random.default_rng(seed)
    appeals, decisions = [], []
    for place in range(n):
        topic = topics[place % len(topics)]
        words = rng.permutation(TOPICS[topic].split())[:7].tolist()
        words += rng.permutation(ANYWHERE.split())[:2].tolist()
        one = Appeal(
            appeal_id=f"{name}{place}",
            submitted_at=first + place * timedelta(days=days) / n,
            text=" ".join(rng.permutation(words).tolist()) if text is None else text,
            subject_id=subject or f"seller {name}{place}",
            policy=f"{topic} policy",
            detection="automated" if topic == "parcel" else "report",
        )
        appeals.append(one)
        decisions.append(
            Decision(
                appeal_id=one.appeal_id,
                outcome="overturned" if rng.random() < 0.3 else "upheld",
                decided_at=one.submitted_at + timedelta(days=2),
            )
        )
    return Records(appeals, decisions, [])
