import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from features.errors import (
    DamagedDatabase,
    DamagedModel,
    NoChampion,
    NoSuchVersion,
    UnreachableDatabase,
)
from features.frame import appeal_frame
from features.schema import Appeal
from features.settings import Settings
from models.registry import CHALLENGER, CHAMPION, Registry, folder_digest, quiet
from models.scores import Reason, Risk, Score

pytestmark = pytest.mark.slow


class Scorer:
    """The least that a registry keeps: something that scores, saves and loads."""

    def __init__(self, slope):
        self.slope = slope

    def score(self, frame):
        logits = self.slope * frame["attributes.age"].astype(float).to_numpy()
        return [
            Score(
                appeal_id=str(appeal_id),
                probability=float(1 / (1 + np.exp(-logit))),
                logit=float(logit),
                uncertain=False,
                risk=Risk(0.1, "none", "low", "prototypes"),
                priority=1.0,
                due_at=filed.to_pydatetime() + timedelta(days=1),
                reasons=(Reason("base", "base", None, float(logit)),),
            )
            for appeal_id, filed, logit in zip(
                frame["appeal_id"], frame["submitted_at"], logits, strict=True
            )
        ]

    def save(self, folder):
        folder.mkdir(parents=True)
        (folder / "slope.json").write_text(json.dumps(self.slope))

    @classmethod
    def load(cls, folder):
        return cls(json.loads((folder / "slope.json").read_text()))


@pytest.fixture(autouse=True)
def scorer_module(monkeypatch):
    module = ModuleType("models.scorer")
    module.Scorer = Scorer
    monkeypatch.setitem(sys.modules, "models.scorer", module)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """An empty store; making one takes seconds."""
    settings = Settings(home=tmp_path_factory.mktemp("store"))
    assert Registry(settings).client
    return settings.home / "mlflow.db"


@pytest.fixture
def registry(tmp_path, store):
    shutil.copy(store, tmp_path / "mlflow.db")
    return Registry(Settings(home=tmp_path))


def example():
    appeal = Appeal(
        appeal_id="example",
        submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
        text="made up",
        evidence=("photo",),
        attributes={"age": 2.0, "kind": "shop", "vip": True},
    )
    return appeal_frame([appeal])


def register(registry, slope):
    client = registry.client
    found = client.get_experiment_by_name("tests")
    place = registry.settings.artifacts.resolve().as_uri()
    experiment = found.experiment_id if found else client.create_experiment("tests", place)
    run_id = client.create_run(experiment).info.run_id
    registry.package(run_id, Scorer(slope), example())
    return registry.register(run_id, {"data_rows": "200"})


def test_before_the_first_training_there_is_nothing_and_looking_makes_nothing(tmp_path):
    registry = Registry(Settings(home=tmp_path / "home"))

    assert registry.alias_version(CHAMPION) is None
    assert registry.versions() == []
    with pytest.raises(NoChampion, match="redress train"):
        registry.champion()
    with pytest.raises(NoSuchVersion, match="none yet"):
        registry.by_version("1")
    assert not (tmp_path / "home").exists()


def test_a_model_comes_back_as_it_was_registered(registry):
    version = register(registry, 0.5)

    served = registry.by_version(version)

    assert served.scorer.slope == 0.5
    assert served.version == version == "1"
    known = registry.describe(version)
    assert known.tags["data_rows"] == "200"
    assert known.aliases == (CHALLENGER,)
    assert known.digest == served.digest
    assert len(known.digest) == 64
    assert datetime.now(UTC) - known.registered_at < timedelta(minutes=5)


def test_registering_makes_a_challenger_and_leaves_the_champion_in_service(registry):
    first = register(registry, 0.5)
    registry.set_alias(CHAMPION, first)

    second = register(registry, 0.7)

    assert registry.alias_version(CHALLENGER) == second
    assert registry.champion().scorer.slope == 0.5
    assert [known.version for known in registry.versions()] == [second, first]


def test_the_champion_alias_moves_to_any_version_and_back(registry):
    first, second = register(registry, 0.5), register(registry, 0.7)

    for version in (first, second, first):
        registry.set_alias(CHAMPION, version)
        assert registry.alias_version(CHAMPION) == version
        assert registry.champion().version == version


def test_another_process_sees_the_champion(registry):
    registry.set_alias(CHAMPION, register(registry, 0.5))

    other = Registry(registry.settings)

    assert other.champion().scorer.slope == 0.5


@pytest.mark.parametrize("version", ["2", "0", "-1", "one", "", "1 or 1=1"])
def test_a_version_that_is_not_there_is_refused_with_those_that_are(registry, version):
    register(registry, 0.5)

    with pytest.raises(NoSuchVersion, match="expected one of: 1"):
        registry.by_version(version)
    with pytest.raises(NoSuchVersion):
        registry.set_alias(CHAMPION, version)


def spoil(folder):
    return {
        "changed": lambda: (folder / "slope.json").write_text("9.9"),
        "removed": lambda: (folder / "slope.json").unlink(),
        "added": lambda: (folder / "more.json").write_text("{}"),
        "renamed": lambda: (folder / "slope.json").rename(folder / "slop.json"),
        "gone": lambda: shutil.rmtree(folder),
    }


@pytest.mark.parametrize("damage", ["changed", "removed", "added", "renamed", "gone"])
def test_files_that_are_not_those_registered_are_refused(registry, damage):
    version = register(registry, 0.5)
    folder = registry.artifact(registry.describe(version).run_id, "model/artifacts/scorer")
    assert folder.is_dir()

    spoil(folder)[damage]()

    with pytest.raises(DamagedModel, match=f"model version {version} have the digest"):
        registry.by_version(version)


def test_no_file_of_a_model_is_a_pickle(registry):
    version = register(registry, 0.5)
    package = registry.artifact(registry.describe(version).run_id, "model")

    files = [path for path in package.rglob("*") if path.is_file()]

    assert files
    assert not [path for path in files if path.suffix in (".pkl", ".pickle", ".joblib")]
    assert not [path for path in files if path.read_bytes()[:1] == b"\x80"]


def test_mlflow_itself_loads_the_model_and_scores_with_it(registry):
    from models.packaging import to_mlflow

    version = register(registry, 0.5)
    package = registry.artifact(registry.describe(version).run_id, "model")
    with quiet():
        import mlflow.pyfunc

        model = mlflow.pyfunc.load_model(str(package))
        answer = model.predict(to_mlflow(example()))
        bare = model.predict(
            pd.DataFrame(
                {
                    "appeal_id": ["b"],
                    "submitted_at": [datetime(2026, 1, 1)],
                    "text": ["short"],
                    "attributes.age": [4.0],
                }
            )
        )

    assert answer["probability"].tolist() == [pytest.approx(1 / (1 + np.exp(-1.0)))]
    assert bare["logit"].tolist() == [2.0]
    assert [column.name for column in model.metadata.signature.outputs] == list(answer.columns)
    asked = {column.name: column for column in model.metadata.signature.inputs}
    assert asked["text"].required
    assert not asked["attributes.kind"].required
    assert "made up" in (package / "input_example.json").read_text()


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in files}


@pytest.fixture
def first_home(tmp_path, store):
    home = tmp_path / "first"
    home.mkdir()
    shutil.copy(store, home / "mlflow.db")
    registry = Registry(Settings(home=home))
    registry.set_alias(CHAMPION, register(registry, 0.5))
    return registry


def test_a_copied_home_reads_and_writes_inside_itself(first_home, tmp_path):
    home = first_home.settings.home
    run_id = first_home.describe("1").run_id
    first_home.client.log_text(run_id, "of the first", "note.txt")
    shutil.copytree(home, tmp_path / "second")
    before = contents(home)
    copy = Registry(Settings(home=tmp_path / "second"))

    copy.client.log_text(run_id, "of the copy", "note.txt")
    copy.client.log_dict(run_id, {"of": "the copy"}, "deep/note.json")
    copy.client.log_artifacts(run_id, str(copy.artifact(run_id, "model/artifacts")), "again")
    copy.client.log_artifact(run_id, str(copy.artifact(run_id, "deep")), "under")
    assert register(copy, 0.7) == "2"

    assert contents(home) == before
    assert first_home.artifact(run_id, "note.txt").read_text() == "of the first"
    shutil.rmtree(home)
    assert copy.champion().scorer.slope == 0.5
    assert copy.by_version("2").scorer.slope == 0.7
    assert copy.artifact(run_id, "note.txt").read_text() == "of the copy"
    assert copy.artifact(run_id, "again/scorer/slope.json").read_text() == "0.5"
    listed = {file.path for file in copy.client.list_artifacts(run_id)}
    assert listed == {"again", "deep", "model", "note.txt", "under"}
    fetched = copy.client.download_artifacts(run_id, "under/deep/note.json")
    assert json.loads(Path(fetched).read_text()) == {"of": "the copy"}
    assert not home.exists()


def test_a_moved_home_and_a_copy_of_a_copy_work_by_themselves(first_home, tmp_path):
    home = first_home.settings.home.rename(tmp_path / "moved")
    moved = Registry(Settings(home=home))
    register(moved, 0.7)
    third = Registry(Settings(home=Path(shutil.copytree(home, tmp_path / "third"))))
    shutil.rmtree(home)

    register(third, 0.9)

    assert [third.by_version(one).scorer.slope for one in "123"] == [0.5, 0.7, 0.9]
    assert {path.name for path in tmp_path.iterdir()} == {"third"}


DOORS = {
    "alias": lambda registry: registry.alias_version(CHAMPION),
    "versions": lambda registry: registry.versions(),
    "champion": lambda registry: registry.champion(),
    "version": lambda registry: registry.by_version("1"),
    "client": lambda registry: registry.client,
    "figures": lambda registry: registry.figures("0" * 32),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_store_that_is_no_database_is_refused_at_every_door(tmp_path, door):
    (tmp_path / "mlflow.db").write_bytes(b"no database" * 1_000)

    with pytest.raises(DamagedDatabase, match=r"mlflow\.db: file is not a database.*backup"):
        DOORS[door](Registry(Settings(home=tmp_path)))
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]


@pytest.mark.parametrize("door", ["alias", "client"])
def test_a_store_that_was_cut_short_is_refused(registry, door):
    file = registry.settings.home / "mlflow.db"
    file.write_bytes(file.read_bytes()[:5_000])

    with pytest.raises(DamagedDatabase, match="malformed"):
        DOORS[door](registry)


@pytest.mark.parametrize("door", ["alias", "client"])
def test_a_store_that_cannot_be_opened_is_not_taken_for_an_empty_one(tmp_path, door):
    (tmp_path / "mlflow.db").mkdir()

    with pytest.raises(UnreachableDatabase, match="unable to open"):
        DOORS[door](Registry(Settings(home=tmp_path)))


HALF_WRITTEN = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA cache_size = 1")
connection.execute("CREATE TABLE more (text)")
for _ in range(2_000):
    connection.execute("INSERT INTO more VALUES (?)", ("x" * 999,))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_half_written_is_undone(registry):
    file = registry.settings.home / "mlflow.db"
    version = register(registry, 0.5)
    subprocess.run([sys.executable, "-c", HALF_WRITTEN, str(file)], check=False)
    assert file.with_name("mlflow.db-journal").stat().st_size

    assert Registry(registry.settings).alias_version(CHALLENGER) == version


def test_a_digest_tells_names_and_contents_apart(tmp_path):
    def digest(**files):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
        return folder_digest(folder)

    assert digest(a="1", b="2") == digest(b="2", a="1")
    assert len({digest(a="1", b="2"), digest(a="2", b="1"), digest(a="12"), digest(ab="12")}) == 4
