import sqlite3

import pytest

from features.errors import DamagedDatabase, InvalidConfig
from features.settings import Settings
from training.config import DEFAULT, TrainConfig
from training.search_study import FILE, basis_of, open_study, study_name

BASIS = {"data": "a", "configuration": "b", "teacher": ""}


def test_a_study_is_found_again_by_its_name(tmp_path):
    settings = Settings(home=tmp_path)
    study = open_study(settings, "march", BASIS)
    study.set_user_attr("note", 1)
    assert open_study(settings, "march", BASIS).user_attrs["note"] == 1
    assert "note" not in open_study(settings, "april", BASIS).user_attrs


@pytest.mark.parametrize("part", BASIS)
def test_a_study_of_something_else_is_refused_by_what_differs(tmp_path, part):
    settings = Settings(home=tmp_path)
    open_study(settings, "march", BASIS)
    with pytest.raises(InvalidConfig, match=f"another {part};") as refused:
        open_study(settings, "march", {**BASIS, part: "z"})
    assert "--study" in refused.value.remedy


def test_the_name_follows_from_data_configuration_and_teacher():
    once = basis_of("digest", DEFAULT, "")
    assert study_name(once) == study_name(basis_of("digest", TrainConfig(), ""))
    others = [
        basis_of("other", DEFAULT, ""),
        basis_of("digest", TrainConfig(seed=1), ""),
        basis_of("digest", DEFAULT, "multilingual"),
    ]
    assert len({study_name(one) for one in (once, *others)}) == 4


def overwritten(path):
    path.write_bytes(b"no database at all " * 100)


def of_something_else(path):
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE studies (name TEXT)")
    connection.commit()
    connection.close()


def of_another_version(path):
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = 'v99'")
    connection.execute("UPDATE version_info SET schema_version = 99")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("spoil", [overwritten, of_something_else, of_another_version])
def test_a_damaged_database_is_refused_with_the_way_out(tmp_path, spoil):
    settings = Settings(home=tmp_path)
    open_study(settings, "march", BASIS)
    spoil(tmp_path / FILE)
    with pytest.raises(DamagedDatabase, match=r"search\.db cannot be used") as refused:
        open_study(settings, "march", BASIS)
    assert "Move it away" in refused.value.remedy
