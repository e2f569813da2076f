"""`redress user`: adding, listing, disabling; no password is ever shown or taken as an argument."""

import json
import stat

import pytest
from click.testing import CliRunner

from features.command import redress
from features.database import open_database
from features.errors import InvalidUser, NoSuchUser
from features.settings import Settings
from serving.dashboard.commands import user
from serving.dashboard.roles import Role
from serving.dashboard.users import Users

PASSWORD = "four words make it"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path))

    def run(*words, given=None, fails=None):
        answer = CliRunner().invoke(user, words, input=given)
        assert (type(answer.exception) if answer.exception else None) is fails, answer.output
        return answer

    return run


@pytest.fixture
def people(tmp_path, run):
    engine = open_database(Settings(home=tmp_path))
    yield Users(engine)
    engine.dispose()


def test_a_password_is_asked_for_twice_and_not_shown(run, people):
    answer = run("add", "Mia", "--role", "manager", given=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in answer.output
    assert "Added Mia, manager." in answer.output
    assert people.verified("mia", PASSWORD).role is Role.MANAGER


def test_a_password_may_come_from_standard_input(run, people, tmp_path):
    file = tmp_path / "answer" / "user.json"
    run("add", "Bot", "--password-stdin", "--json", str(file), given=f"{PASSWORD}\r\nrest")
    assert people.verified("bot", PASSWORD).role is Role.VIEWER
    told = json.loads(file.read_text())
    assert (told["name"], told["role"], told["password"], told["disabled_at"]) == (
        "Bot",
        "viewer",
        True,
        None,
    )


def test_people_are_listed_without_what_opens(run, people, tmp_path):
    people.add("Mia", Role.ADMIN, PASSWORD)
    people.add("proxied", Role.VIEWER, None)
    run("disable", "mia")
    file = tmp_path / "users.json"
    answer = run("list", "--json", str(file))
    assert "argon2" not in answer.output + file.read_text()
    told = {one["name"]: one for one in json.loads(file.read_text())["users"]}
    assert told["Mia"]["disabled_at"] is not None
    assert told["proxied"]["password"] is False
    assert stat.S_ISREG(file.stat().st_mode)


def test_a_password_is_changed(run, people):
    people.add("Mia", Role.ADMIN, PASSWORD)
    run("password", "MIA", "--password-stdin", given="another one, longer")
    assert people.verified("mia", PASSWORD) is None
    assert people.verified("mia", "another one, longer") is not None


def test_a_person_of_a_proxy_needs_no_password(run, people):
    run("add", "Mia", "--role", "reviewer", "--no-password")
    assert people.find("mia").has_password is False


@pytest.mark.parametrize(
    ("words", "given", "fails"),
    [
        (["add", "Mia", "--password-stdin"], "short", InvalidUser),
        (["add", "Mia", "--password-stdin"], "", InvalidUser),
        (["add", " ", "--password-stdin"], PASSWORD, InvalidUser),
        (["add", "Mia", "--role", "boss"], None, SystemExit),
        (["add", "Mia", "--no-password", "--password-stdin"], PASSWORD, SystemExit),
        (["add", "Mia"], f"{PASSWORD}\nother\n", SystemExit),
        (["disable", "Mia"], None, NoSuchUser),
        (["password", "Mia", "--password-stdin"], PASSWORD, NoSuchUser),
    ],
)
def test_what_cannot_be_done_is_refused(run, people, words, given, fails):
    answer = run(*words, given=given, fails=fails)
    assert PASSWORD not in answer.output
    assert people.all() == []


def test_the_command_is_there():
    assert CliRunner().invoke(redress, ["user", "--help"]).exit_code == 0
