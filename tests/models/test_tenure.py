"""Who served when: recorded with the version; of two who change it at once, one does."""

import shutil
import threading
from datetime import UTC, datetime

import pytest

from features.errors import NoSuchVersion, PromotionRefused, UnfitStore
from features.settings import Settings
from models.registry import CHAMPION, MODEL, PREVIOUS, Registry, Version
from models.tenure import (
    TAG,
    Move,
    Tenure,
    put_in_service,
    rollback_of,
    settle,
    tenures_of,
    this_user,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with three versions whose files nobody loads; making one takes seconds."""
    settings = Settings(home=tmp_path_factory.mktemp("store"))
    client = Registry(settings).client
    client.create_registered_model(MODEL)
    experiment = client.create_experiment("tests", settings.artifacts.resolve().as_uri())
    for _ in range(3):
        run_id = client.create_run(experiment).info.run_id
        client.create_model_version(MODEL, f"runs:/{run_id}/model", run_id, tags={"digest": "d"})
    return settings.home / "mlflow.db"


@pytest.fixture
def registry(tmp_path, store):
    shutil.copy(store, tmp_path / "mlflow.db")
    return Registry(Settings(home=tmp_path))


def test_who_serves_and_who_did_is_recorded_and_nothing_is_written_over(registry):
    first = put_in_service(registry, "1", None, Move.PROMOTED)
    second = put_in_service(registry, "2", "1", Move.PROMOTED)
    back = put_in_service(registry, "1", "2", Move.ROLLED_BACK, "ผิดพลาด: too many overturned")

    assert registry.alias_version(CHAMPION) == "1"
    assert registry.alias_version(PREVIOUS) == "2"
    assert tenures_of(registry.versions()) == (back, second, first)
    assert (back.former, back.move, back.by) == ("2", Move.ROLLED_BACK, this_user())
    assert first.former is None


def test_a_version_that_is_not_there_cannot_serve(registry):
    with pytest.raises(NoSuchVersion):
        put_in_service(registry, "9", None, Move.PROMOTED)
    assert registry.alias_version(CHAMPION) is None


def test_who_judged_against_another_champion_is_told(registry):
    put_in_service(registry, "1", None, Move.PROMOTED)
    with pytest.raises(PromotionRefused, match="version 1 came into service while version 2"):
        put_in_service(registry, "2", None, Move.PROMOTED)
    assert registry.alias_version(CHAMPION) == "1"
    assert tenures_of([registry.describe("2")]) == ()


def test_who_was_forestalled_with_the_very_same_version_is_told_by_whom_and_when(registry):
    put_in_service(registry, "1", None, Move.PROMOTED)
    first = put_in_service(registry, "2", "1", Move.PROMOTED)
    by = rf"\(by {first.by}, at {first.since:%Y-%m-%d %H:%M:%S} UTC\): nothing to do$"
    with pytest.raises(PromotionRefused, match=f"^version 2 was put in service while you.*{by}"):
        put_in_service(registry, "2", "1", Move.PROMOTED)
    with pytest.raises(PromotionRefused, match=f"^version 2 was put in service meanwhile {by}"):
        put_in_service(registry, "2", "1", Move.ROLLED_BACK)
    assert tenures_of([registry.describe("2")]) == (first,)


def test_a_version_is_rolled_back_until_it_serves_again():
    def tenure(day, version, former, move):
        return Tenure(version, move, datetime(2026, 3, day, tzinfo=UTC), former, "mia")

    first = tenure(1, "2", "1", Move.PROMOTED)
    back = tenure(2, "1", "2", Move.ROLLED_BACK)
    third = tenure(3, "3", "1", Move.PROMOTED)
    again = tenure(4, "2", "3", Move.PROMOTED)
    assert rollback_of("2", []) is None
    assert rollback_of("2", [first]) is None
    assert rollback_of("2", [back, first]) == rollback_of("2", [third, back, first]) == back
    assert rollback_of("1", [third, back, first]) is None
    assert rollback_of("2", [again, third, back, first]) is None
    assert rollback_of("3", [again, third, back, first]) is None


def test_of_several_who_promote_at_once_exactly_one_does_and_the_others_are_told(registry):
    put_in_service(registry, "1", None, Move.PROMOTED)
    begin, told = threading.Barrier(4), []

    def promote(version):
        mine = Registry(registry.settings)
        assert mine.client
        begin.wait()
        try:
            put_in_service(mine, version, "1", Move.PROMOTED)
            told.append(version)
        except PromotionRefused:
            told.append(None)

    threads = [
        threading.Thread(target=promote, args=(version,)) for version in ("2", "3", "2", "3")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    won = [version for version in told if version is not None]
    assert len(told) == 4
    assert won == [registry.alias_version(CHAMPION)]
    assert registry.alias_version(PREVIOUS) == "1"
    assert len(tenures_of(registry.versions())) == 2


class Killed(BaseException):
    """As a signal ends a process."""


def dying(registry, writes):
    """Give the same store to a process that is killed when it has written so often."""
    mine, left = Registry(registry.settings), [writes]

    def counted(write):
        def wrapped(*arguments):
            if not left[0]:
                raise Killed
            left[0] -= 1
            write(*arguments)

        return wrapped

    mine.tag, mine.set_alias = counted(mine.tag), counted(mine.set_alias)
    return mine


def standing(registry):
    return registry.alias_version(CHAMPION), registry.alias_version(PREVIOUS)


@pytest.mark.parametrize(
    ("writes", "left"),
    [
        (0, ("2", "1", ["2", "1"])),  # before the intent
        (1, ("2", "1", ["2", "1"])),  # before the champion
        (2, ("3", "2", ["3", "2", "1"])),  # before the previous one
        (3, ("3", "2", ["3", "2", "1"])),  # before the tag that lasts
    ],
)
def test_killed_at_any_write_it_has_not_happened_or_is_finished_later(registry, writes, left):
    put_in_service(registry, "1", None, Move.PROMOTED)
    put_in_service(registry, "2", "1", Move.PROMOTED)
    with pytest.raises(Killed):
        put_in_service(dying(registry, writes), "3", "2", Move.PROMOTED)
    told = tenures_of(registry.versions())
    settle(registry)
    assert (*standing(registry), [one.version for one in told]) == left
    assert tenures_of(registry.versions()) == told
    settle(registry)
    assert (*standing(registry), tenures_of(registry.versions())) == (*left[:2], told)


@pytest.mark.parametrize("writes", [2, 3])
def test_what_a_killed_one_left_is_finished_by_the_next_change_too(registry, writes):
    put_in_service(registry, "1", None, Move.PROMOTED)
    with pytest.raises(Killed):
        put_in_service(dying(registry, writes), "2", "1", Move.PROMOTED)
    put_in_service(registry, "3", "2", Move.PROMOTED)
    assert standing(registry) == ("3", "2")
    assert [(one.version, one.former) for one in tenures_of(registry.versions())] == [
        ("3", "2"),
        ("2", "1"),
        ("1", None),
    ]


@pytest.mark.parametrize("value", ["", "[]", "{}", '{"version": "1"}', '{"since": "yesterday"}'])
def test_a_tag_that_cannot_be_read_is_passed_over(value):
    now = datetime.now(UTC)
    version = Version("1", "r", now, "d", {f"{TAG}1": value, "data_rows": "9"}, ())
    assert tenures_of([version]) == ()


def remake(registry, revision):
    import sqlite3

    with sqlite3.connect(registry.settings.home / "mlflow.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        ("ffffffffffff", "a later version of MLflow.*Install the version"),
        ("451aebb31d03", "an earlier version of MLflow.*mlflow db upgrade"),
    ],
)
def test_a_store_of_another_version_of_mlflow_is_refused_with_the_remedy(registry, revision, words):
    remake(registry, revision)
    with pytest.raises(UnfitStore, match=words):
        registry.alias_version(CHAMPION)
    with pytest.raises(UnfitStore, match=revision):
        Registry(registry.settings).versions()
