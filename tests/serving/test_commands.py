"""`redress key` and `redress serve`, as they are called."""

import json
import socket
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner

from features.database import open_database
from features.settings import Settings
from serving.commands import key, serve
from serving.keys import Keys, split


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "home"))
    return lambda *words: CliRunner().invoke(key, list(words))


def made(run, *words):
    return run("create", "--name", "intake", "--scope", "score", *words).stdout.strip()


def test_a_key_is_shown_once_and_opens(run, tmp_path):
    result = run("create", "--name", "intake", "--scope", "score", "--scope", "review")
    assert result.exit_code == 0
    key_id, secret = split(result.stdout.strip())
    engine = open_database(Settings(home=tmp_path / "home"))
    stored = Keys(engine).find(key_id)
    engine.dispose()
    assert stored.opens_with(secret)
    assert sorted(stored.key.scopes) == ["review", "score"]
    assert secret not in run("list").stdout


def test_the_json_holds_the_key_and_only_its_owner_reads_it(run, tmp_path):
    file = tmp_path / "deep" / "key.json"
    bearer = made(run, "--expires-days", "3", "--json", str(file))
    answer = json.loads(file.read_text())
    assert answer["key"] == bearer
    assert answer["scopes"] == ["score"]
    assert answer["expires_at"] > answer["created_at"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_keys_are_listed_and_revoked(run, tmp_path):
    key_id, _ = split(made(run))
    assert run("revoke", key_id).exit_code == 0
    file = tmp_path / "keys.json"
    listed = run("list", "--json", str(file))
    assert f"key_id={key_id}" in listed.stdout
    (known,) = json.loads(file.read_text())["keys"]
    assert known["revoked_at"] is not None
    assert known["used_at"] is None


@pytest.mark.parametrize(
    "words",
    [
        ("create", "--name", "intake"),
        ("create", "--scope", "score"),
        ("create", "--scope", "score", "--name", ""),
        ("create", "--scope", "score", "--name", "two\nlines"),
        ("create", "--scope", "score", "--name", "x" * 201),
        ("create", "--name", "intake", "--scope", "all"),
        ("create", "--name", "intake", "--scope", "score", "--expires-days", "0"),
        ("revoke",),
    ],
)
def test_a_wrong_call_is_exit_2(run, words):
    assert run(*words).exit_code == 2


@pytest.mark.slow
def test_an_unknown_key_is_one_line_and_exit_2(run, tmp_path):
    done = redress("key", "revoke", "no-such", home=tmp_path)
    assert done.returncode == 2
    assert (
        done.stderr
        == "redress: no key no-such; expected the id of a key. See `redress key list`.\n"
    )


@pytest.mark.slow
def test_a_port_in_use_is_one_line_and_exit_1(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = redress("serve", "--port", str(taken.getsockname()[1]), home=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("redress: cannot listen on http://127.0.0.1:")
    assert done.stderr.count("\n") == 1


def test_a_wrong_port_is_exit_2():
    assert CliRunner().invoke(serve, ["--port", "0"]).exit_code == 2


def redress(*words, home):
    return subprocess.run(
        [sys.executable, "-c", "from features.command import main; main()", *words],
        env={"REDRESS_HOME": str(home), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
