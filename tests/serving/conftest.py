"""A whole service on a real socket and a real database; only the model is a small one."""

import hashlib
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest
import uvicorn
from sqlalchemy import Engine, insert
from standardwebhooks import Webhook
from tokenizers import Tokenizer

from features.database import open_database, writing
from features.encoder import StudentEncoder, silent
from features.errors import NoChampion
from features.faults import Fault, pointer_to
from features.frame import ATTRIBUTE_PREFIX, attribute_names
from features.settings import Settings
from features.tables import ALARMS, DELIVERIES, DISCOVERIES
from models.catalog import Catalog
from models.scores import Attribute, Reason, Risk, Score
from serving.api import Parts, create_app, parts_of
from serving.champion import Champion
from serving.current_themes import CurrentThemes
from serving.keys import Keys, Scope
from serving.metrics import Metrics

REGISTERED = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)


class SmallScorer:
    """Knows one attribute, the number `age`; its logit is the age and a hash of the text."""

    attributes = (Attribute("age", "number"),)
    uncertain_between = (0.4, 0.6)
    encoder = silent()

    def faults(self, frame: pd.DataFrame) -> dict[int, list[Fault]]:
        found: dict[int, list[Fault]] = {}
        for name in attribute_names(frame):
            for row, value in enumerate(frame[ATTRIBUTE_PREFIX + name]):
                if value is None or (name == "age" and isinstance(value, int | float)):
                    continue
                found.setdefault(row, []).append(
                    Fault(pointer_to("attributes", name), "expected the number age")
                )
        return found

    def score(self, frame: pd.DataFrame) -> list[Score]:
        ages = frame.get(ATTRIBUTE_PREFIX + "age", pd.Series([None] * len(frame)))
        rows = zip(frame["appeal_id"], frame["submitted_at"], frame["text"], ages, strict=True)
        return [self._one(*row) for row in rows]

    def _one(self, appeal_id: str, filed: pd.Timestamp, text: str, age: float | None) -> Score:
        known = 0.0 if age is None else math.tanh(float(age) / 100)
        words = hashlib.sha256(text.encode()).digest()[0] / 255 - 0.5
        reasons = (Reason("attribute", "age", age, known), Reason("text", "text", None, words))
        probability = 1 / (1 + math.exp(-(known + words)))
        risk = Risk(probability / 2, "legal", "medium", "prototypes")
        due = filed.to_pydatetime() + timedelta(hours=48)
        return Score(
            appeal_id, probability, known + words, False, risk, probability * 3, due, reasons
        )


@dataclass(frozen=True)
class SmallServed:
    version: str
    scorer: SmallScorer = field(default_factory=SmallScorer)
    run_id: str = "run-1"
    registered_at: datetime = REGISTERED
    digest: str = "d" * 64


@dataclass
class MemoryRegistry:
    """A registry whose champion is what the test says; None before one was promoted."""

    champion_version: str | None = "1"
    error: Exception | None = None
    loads: int = 0
    tags: dict[str, str] = field(default_factory=lambda: {"data_rows": "9", "digest": "d"})

    def alias_version(self, alias: str) -> str | None:
        assert alias == "champion"
        return self.champion_version

    def describe(self, version: str) -> "MemoryRegistry":
        return self

    def figures(self, run_id: str) -> dict[str, float]:
        assert run_id == "run-1"
        return {"auc": 0.7}

    def champion(self) -> SmallServed:
        self.loads += 1
        if self.error is not None:
            raise self.error
        if self.champion_version is None:
            raise NoChampion("no model is in service")
        return SmallServed(self.champion_version)


@dataclass(frozen=True)
class House:
    """A service that is up, and what it is made of."""

    url: str
    parts: Parts
    registry: MemoryRegistry
    engine: Engine
    keys: Keys
    current: CurrentThemes

    def client(self, *scopes: str, name: str = "test") -> httpx.Client:
        """Give a client that carries a new key; without scopes it carries none."""
        headers = {}
        if scopes:
            made = self.keys.create(name, [Scope(scope) for scope in scopes])
            headers["Authorization"] = f"Bearer {made.bearer}"
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for another thread; the server counts and logs after the answer has gone."""
    for _ in range(12_000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("it did not come about")


@contextmanager
def served_on_a_socket(app: object) -> Iterator[str]:
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@contextmanager
def opened_house(home: Path, registry: MemoryRegistry) -> Iterator[House]:
    settings = Settings(home=home)
    engine = open_database(settings)
    metrics = Metrics(shared=False)
    champion = Champion(registry, metrics.change_model)
    if registry.champion_version is not None:
        champion.look()
    current = CurrentThemes(Catalog(engine), settings)
    parts = parts_of(engine, champion, current, metrics)
    with served_on_a_socket(create_app(parts)) as url:
        yield House(url, parts, registry, engine, Keys(engine), current)
    engine.dispose()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service with a champion, shared by the tests of one file."""
    with opened_house(tmp_path_factory.mktemp("home"), MemoryRegistry()) as opened:
        yield opened


@pytest.fixture
def new_house(tmp_path: Path) -> Iterator[House]:
    """A service of the test's own, before its first champion."""
    with opened_house(tmp_path, MemoryRegistry(champion_version=None)) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[httpx.Client]:
    """A client of `house` that may score."""
    with house.client("score") as opened:
        yield opened


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of the test's own."""
    opened = open_database(Settings(home=tmp_path))
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def encoder(wordpiece: Callable[[Sequence[str]], Tokenizer]) -> StudentEncoder:
    """An encoder over a random table, in which different words lie far apart."""
    tokenizer = wordpiece(["payout", "held", "listing", "removed", "shop", "why"])
    table = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), 16))
    return StudentEncoder(tokenizer, table.astype(np.float32))


@pytest.fixture(scope="session")
def registry_of() -> Callable[..., MemoryRegistry]:
    """Give the class of registries in memory."""
    return MemoryRegistry


@pytest.fixture(scope="session")
def scorer() -> SmallScorer:
    """A small model."""
    return SmallScorer()


@pytest.fixture(scope="session")
def appeal() -> Callable[..., dict[str, object]]:
    """Make a raw appeal that is sound but for what the test says."""

    def make(appeal_id: str = "A-1", **fields: object) -> dict[str, object]:
        sound = {"appeal_id": appeal_id, "submitted_at": "2025-03-03T02:15:00Z", "text": "why?"}
        return sound | fields

    return make


@pytest.fixture(scope="session")
def served() -> Callable[..., object]:
    """Serve an application on a socket of its own, as a context."""
    return served_on_a_socket


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], object]], None]:
    """Wait for another thread."""
    return wait_until


class Process:
    """A service in a process of its own, with a home of its own."""

    def __init__(self, home: Path, workers: int) -> None:
        self.home = home
        self.settings = Settings(home=home)
        self.engine = open_database(self.settings)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        words = ["serve", "--port", str(self.port), "--workers", str(workers)]
        self.log = (home / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from features.command import main; main()", *words],
            env=os.environ | {"REDRESS_HOME": str(home)},
            stdout=self.log,
            stderr=subprocess.STDOUT,
            cwd=home,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def key(self, *scopes: str) -> str:
        """Make a new key."""
        return Keys(self.engine).create("test", [Scope(scope) for scope in scopes]).bearer

    def client(self, *scopes: str) -> httpx.Client:
        """Give a client that carries a new key."""
        headers = {"Authorization": f"Bearer {self.key(*scopes)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def run(self, *words: str) -> None:
        """Run a `redress` command in the same home; it must succeed."""
        command = [sys.executable, "-c", "from features.command import main; main()", *words]
        environment = os.environ | {"REDRESS_HOME": str(self.home)}
        done = subprocess.run(command, env=environment, cwd=self.home, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()

    def said(self) -> str:
        """Give what the process has written."""
        return (self.home / "log").read_text()

    def ended(self) -> int:
        """Ask the process to end, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def served_by_a_process(home: Path, workers: int = 1) -> Iterator[Process]:
    service = Process(home, workers)
    try:
        yield service
    finally:
        service.process.terminate()  # a process that is killed would leave its workers behind
        try:
            service.process.wait(60)
        finally:
            service.process.kill()
            service.process.wait()
        service.log.close()
        service.engine.dispose()


@pytest.fixture(scope="session")
def started() -> Callable[..., AbstractContextManager[Process]]:
    """Start `redress serve` in a home, `started(home, workers)`, as a context."""
    return served_by_a_process


WEBHOOK_SECRET = "whsec_" + "QUJD" * 8


@dataclass(frozen=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str = WEBHOOK_SECRET) -> dict[str, object]:
        """Verify the message as an integrator does, and give what it says."""
        return Webhook(secret).verify(self.body, dict(self.headers))


class Inbox:
    """A receiver on a real socket: keeps what it gets, and answers as the test says.

    Attributes
    ----------
    behaviour
        Called with a handler and the number of the request, from 1: it answers, or does not.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.behaviour: Callable[[BaseHTTPRequestHandler, int], None] = self.answering(204)
        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hooks/alarms"

    @property
    def ids(self) -> list[str]:
        return [one.message_id for one in self.received]

    @staticmethod
    def answering(status: int, **headers: str) -> Callable[[BaseHTTPRequestHandler, int], None]:
        def answer(handler: BaseHTTPRequestHandler, number: int) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", "7")
            handler.end_headers()
            handler.wfile.write(b"private")

        return answer

    def hanging(self, handler: BaseHTTPRequestHandler, number: int) -> None:
        """Answer nothing until the test is over."""
        self.released.wait(120)
        handler.close_connection = True

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def _handler(inbox) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has its own self
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                inbox.received.append(Received(self.path, headers, body))
                with suppress(ConnectionError):  # a sender may hang up
                    inbox.behaviour(self, len(inbox.received))

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A receiver of webhooks."""
    opened = Inbox()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def webhook_secret() -> str:
    """Give the secret that `Received.verified` expects."""
    return WEBHOOK_SECRET


@pytest.fixture(scope="session")
def line_up() -> Callable[..., list[str]]:
    """Put messages in line, and give their ids: `line_up(engine, count, since, **columns)`."""
    return _line_up


def _line_up(engine: Engine, count: int, since: datetime, **columns: object) -> list[str]:
    as_of = date(2025, 3, 31)
    window = dict.fromkeys(("appeals", "unassigned", "campaigns", "copies"), 0)
    figures = {"seconds": 1.0, "resolution": 0.5, "recall": 1.0, "window_days": 90}
    ids = [f"msg_{number:03d}" for number in range(count)]
    with writing(engine) as connection:
        connection.execute(
            insert(DISCOVERIES).values(as_of=as_of, made_at=since, encoder="e", **window, **figures)
        )
        for number, delivery_id in enumerate(ids):
            alarm_id = f"A{number + 1}"
            connection.execute(insert(ALARMS).values(alarm_id=alarm_id, family="cause"))
            row = {
                "delivery_id": delivery_id,
                "event": "alarm.opened",
                "alarm_id": alarm_id,
                "as_of": as_of,
                "body": f'{{"type":"alarm.opened", "data":{{"alarm":"{alarm_id}","title":"ร้าน"}}}}',
                "created_at": since,
                "attempts": 0,
                "next_attempt_at": since,
            }
            connection.execute(insert(DELIVERIES).values(row | columns))
    return ids
