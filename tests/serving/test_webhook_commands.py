"""`redress webhook`, as it is called."""

import json
import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from features.command import redress
from features.database import open_database
from features.errors import DeliveryNotDead, InvalidSetting, NoSuchDelivery, UndeliveredMessage
from features.settings import Settings
from features.webhook import checked_secrets
from serving.webhook.outbox import Outbox, State

NOW = datetime.now(UTC)


@pytest.fixture
def home(tmp_path, monkeypatch, inbox, webhook_secret):
    given = {"HOME": tmp_path, "WEBHOOK_URL": inbox.url, "WEBHOOK_SECRET": webhook_secret}
    for name, value in given.items():
        monkeypatch.setenv(f"REDRESS_{name}", str(value))
    return tmp_path


@pytest.fixture
def outbox(home):
    engine = open_database(Settings(home=home))
    yield Outbox(engine)
    engine.dispose()


def run(*words):
    return CliRunner().invoke(redress, ["webhook", *map(str, words)])


def start(*words):
    """Start a process, in the environment as the test has made it."""
    command = [sys.executable, "-c", "from features.command import main; main()", "webhook"]
    return subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_secret_is_made_and_good_for_the_setting(monkeypatch):
    monkeypatch.setenv("REDRESS_WEBHOOK_URL", "http://127.0.0.1")  # as yet without a secret
    result = run("secret")
    assert result.exit_code == 0
    assert checked_secrets("S", result.stdout.strip()) == result.stdout.strip()


def test_a_test_message_is_sent_signed_and_what_came_back_is_told(home, inbox):
    file = home / "answer.json"
    result = run("test", "--json", file)
    assert result.exit_code == 0
    (received,) = inbox.received
    told = received.verified()
    assert (told["type"], told["data"]) == ("webhook.test", {})
    assert datetime.fromisoformat(told["timestamp"]).tzinfo is not None
    assert json.loads(file.read_text()) == {
        "id": received.message_id,
        "accepted": True,
        "status": 204,
        "error": None,
    }
    assert result.stdout == f"Message {received.message_id} was taken with status 204.\n"


def test_a_test_message_that_is_not_taken_is_a_failure(home, inbox):
    inbox.behaviour = inbox.answering(302, Location=inbox.url)
    file = home / "answer.json"
    result = run("test", "--json", file)
    assert isinstance(result.exception, UndeliveredMessage)
    assert re.match(r"message test_\w+: status 302; expected", str(result.exception))
    assert json.loads(file.read_text())["accepted"] is False
    assert len(inbox.received) == 1


@pytest.mark.parametrize("command", ["test", "send"])
def test_without_a_receiver_nothing_is_sent(home, monkeypatch, command):
    monkeypatch.delenv("REDRESS_WEBHOOK_URL")
    assert isinstance(run(command).exception, InvalidSetting)


def test_what_is_due_is_sent_and_counted(home, outbox, inbox, line_up):
    ids = line_up(outbox.engine, 2, NOW)
    file = home / "answer.json"
    result = run("send", "--json", file)
    assert (result.exit_code, result.stdout) == (0, "2 delivered, 0 failed, 0 dead\n")
    assert json.loads(file.read_text()) == {"delivered": 2, "failed": 0, "dead": 0}
    assert inbox.ids == ids
    assert run("send").stdout == "0 delivered, 0 failed, 0 dead\n"


def test_what_is_not_taken_is_counted_and_a_failure(home, outbox, inbox, line_up):
    line_up(outbox.engine, 2, NOW)
    inbox.behaviour = lambda handler, number: inbox.answering(400 + 10 * number)(handler, number)
    result = run("send")
    assert result.stdout == "0 delivered, 1 failed, 1 dead\n"
    assert isinstance(result.exception, UndeliveredMessage)


def test_messages_are_listed_without_what_they_say(home, outbox, inbox, line_up):
    line_up(outbox.engine, 2, NOW)
    inbox.behaviour = lambda handler, number: inbox.answering(400 + 10 * number)(handler, number)
    run("send")
    file = home / "answer.json"
    result = run("list", "--json", file)
    newest, oldest = json.loads(file.read_text())["messages"]
    assert newest | {"in_line_since": 0, "next_attempt_at": 0} == {
        "id": "msg_001",
        "event": "alarm.opened",
        "alarm": "A2",
        "state": "waiting",
        "in_line_since": 0,
        "attempts": 1,
        "last_status": 420,
        "last_error": None,
        "next_attempt_at": 0,
        "delivered_at": None,
        "dead_at": None,
    }
    assert newest["next_attempt_at"] > newest["in_line_since"]
    assert (oldest["state"], oldest["last_status"]) == ("dead", 410)
    assert "title" not in result.stdout
    (line,) = run("list", "--dead").stdout.splitlines()
    assert line.startswith("id=msg_000  event=alarm.opened  alarm=A1  state=dead  ")
    assert len(run("list", "--limit", 1).stdout.splitlines()) == 1


def test_the_dead_are_put_back_in_line(home, outbox, inbox, line_up):
    line_up(outbox.engine, 2, NOW)
    inbox.behaviour = inbox.answering(410)
    run("send")
    assert run("retry", "msg_001").stdout == "In line again: 1.\n"
    assert isinstance(run("retry", "msg_001").exception, DeliveryNotDead)
    assert isinstance(run("retry", "msg_9").exception, NoSuchDelivery)
    assert run("retry", "--dead").stdout == "In line again: 1.\n"
    assert run("retry", "--dead").stdout == "In line again: 0.\n"
    inbox.behaviour = inbox.answering(204)
    assert run("send").stdout == "2 delivered, 0 failed, 0 dead\n"


@pytest.mark.parametrize(
    "words",
    [("retry",), ("retry", "msg_1", "--dead"), ("list", "--limit", "0"), ("send", "x"), ("no",)],
)
def test_a_wrong_call_is_exit_2(home, words):
    assert run(*words).exit_code == 2


@pytest.mark.slow
def test_a_failure_is_one_line_and_exit_1_and_a_bad_setting_exit_2(home, inbox, monkeypatch):
    inbox.behaviour = inbox.answering(500)
    process = start("test")
    _, said = process.communicate(timeout=120)
    assert (process.returncode, said.count("\n")) == (1, 1)
    assert "status 500" in said
    monkeypatch.setenv("REDRESS_WEBHOOK_SECRET", "whsec_private")
    process = start("list")
    _, said = process.communicate(timeout=120)
    assert (process.returncode, said.count("\n")) == (2, 1)
    assert "private" not in said


@pytest.mark.slow
def test_what_a_killed_process_was_sending_another_one_sends(home, outbox, inbox, line_up, until):
    line_up(outbox.engine, 2, NOW)
    inbox.behaviour = inbox.hanging
    killed = start("send")
    until(lambda: inbox.received)
    killed.kill()
    killed.communicate(timeout=60)
    waiting = {one.delivery_id: one for one in outbox.listed(9)}
    assert {one.state for one in waiting.values()} == {State.WAITING}
    assert waiting["msg_000"].claimed_until > NOW
    assert waiting["msg_001"].claimed_until is None

    with outbox.engine.begin() as connection:  # a minute passes
        connection.execute(
            sa.text("UPDATE deliveries SET claimed_until = :past WHERE claimed_until IS NOT NULL"),
            {"past": (NOW - timedelta(seconds=1)).replace(tzinfo=None).isoformat(sep=" ")},
        )
    inbox.behaviour = inbox.answering(204)
    other = start("send")
    told, _ = other.communicate(timeout=120)
    assert (other.returncode, told) == (0, "2 delivered, 0 failed, 0 dead\n")
    assert sorted(inbox.ids) == ["msg_000", "msg_000", "msg_001"]
    first, again = (one for one in inbox.received if one.message_id == "msg_000")
    assert first.body == again.body
    assert first.verified() == again.verified()


@pytest.mark.slow
def test_of_two_processes_at_once_one_sends_each_message(home, outbox, inbox, line_up):
    ids = line_up(outbox.engine, 12, NOW)
    both = threading.Barrier(2)

    def meet(handler, number):
        if number <= 2:
            both.wait(100)  # a process sends one after the other: these are of two
        inbox.answering(204)(handler, number)

    inbox.behaviour = meet
    processes = [start("send"), start("send")]
    counts = []
    for process in processes:
        told, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
        counts.append(int(told.split()[0]))
    assert min(counts) >= 1
    assert sum(counts) == 12
    assert sorted(inbox.ids) == ids
    assert {one.state for one in outbox.listed(99)} == {State.DELIVERED}
    assert os.environ["REDRESS_WEBHOOK_SECRET"] not in "".join(map(repr, outbox.listed(99)))
