"""How long pages take: the first view in a process of its own, the views after it, and bytes."""

from __future__ import annotations

import contextlib
import gzip
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import sqlalchemy as sa

from features.database import open_database, reading
from features.errors import StateError
from features.settings import Settings
from features.tables import ALARMS, APPEALS, DECISIONS, THEMES
from models.theme_queries import ordered
from serving.dashboard.door import SESSION_COOKIE
from serving.dashboard.roles import Role
from serving.dashboard.sessions import Lifetime, Person, Sessions
from serving.dashboard.users import Users

VIEWS: Final = 15
START_SECONDS: Final = 120.0
VIEWER: Final = "benchmark"
WARMED: Final = "pages are warm"
"""What the service's log says when it has prepared its pages."""


@dataclass(frozen=True)
class Took:
    """What a page took.

    Attributes
    ----------
    first, median, slowest
        Milliseconds of the first view, and of those after it.
    kilobytes, packed
        Of the page as it is sent, and of what gzip would leave of it. Pages are not compressed:
        they hold a secret of the session beside what was typed, which a listener who counts bytes
        could then guess (the attack called BREACH).
    """

    path: str
    first: float
    median: float
    slowest: float
    kilobytes: float
    packed: float


def measured(settings: Settings, *, wait: bool = True, views: int = VIEWS) -> tuple[Took, ...]:
    """Serve a home in a process of its own, and look at its pages.

    Parameters
    ----------
    wait
        Whether to wait until the service says that its pages are warm; otherwise the first views
        come as soon as it is ready, and all that it prepares then is theirs to bear.
    views
        Of each page after the first.

    Raises
    ------
    StateError
        The service does not come up.
    """
    engine = open_database(settings)
    cookie, paths = _session(engine, settings), page_paths(engine)
    engine.dispose()
    with _serving(settings, wait) as url, httpx.Client(base_url=url, timeout=60) as client:
        client.cookies.set(SESSION_COOKIE, cookie)
        return tuple(_took(client, path, views) for path in paths)


def page_paths(engine: sa.Engine) -> tuple[str, ...]:
    """Name the pages of a home: of those that are many the largest, or the latest."""
    with reading(engine) as connection:
        theme = connection.execute(ordered(sa.select(THEMES.c.theme_id)).limit(1)).scalar()
        decided = sa.exists().where(DECISIONS.c.appeal_id == APPEALS.c.appeal_id)
        latest = sa.select(APPEALS.c.appeal_id, APPEALS.c.policy, APPEALS.c.detection)
        latest = latest.where(~decided).order_by(APPEALS.c.submitted_at.desc()).limit(1)
        appeal = connection.execute(latest).first()
        alarm = connection.execute(sa.select(ALARMS.c.alarm_id).limit(1)).scalar()
    some = [] if theme is None else [f"/themes/{theme}"]
    some += [] if alarm is None else [f"/alarms/{alarm}"]
    if appeal is not None:
        some.append(f"/queue/{appeal.appeal_id}")
        some.append(f"/policies/part?policy={appeal.policy}&detection={appeal.detection}")
    plain = (
        "/",
        "/alarms",
        "/themes",
        "/map",
        "/queue",
        "/policies",
        "/model",
        "/digest",
        "/regulator",
    )
    return (*plain, *some)


def _session(engine: sa.Engine, settings: Settings) -> str:
    users = Users(engine)
    user = users.find(VIEWER) or users.add(VIEWER, Role.MANAGER, None)
    lifetime = Lifetime(
        timedelta(hours=settings.session_idle_hours), timedelta(days=settings.session_days)
    )
    person = Person(user.name, user.role, login=user.login)
    return Sessions(engine, lifetime).begin(person)


def _took(client: httpx.Client, path: str, views: int) -> Took:
    first, content = _view(client, path)
    later = [_view(client, path)[0] for _ in range(views)]
    return Took(
        path.partition("?")[0],
        first,
        statistics.median(later),
        max(later),
        len(content) / 1000,
        len(gzip.compress(content, 5)) / 1000,
    )


def _view(client: httpx.Client, path: str) -> tuple[float, bytes]:
    began = time.perf_counter()
    answer = client.get(path, headers={"Accept-Encoding": "identity"})
    took = 1000 * (time.perf_counter() - began)
    if answer.status_code != httpx.codes.OK:
        raise StateError(f"{path.partition('?')[0]} answered {answer.status_code}", remedy="Log.")
    return took, answer.content


@contextlib.contextmanager
def _serving(settings: Settings, wait: bool) -> Iterator[str]:
    chosen = replace(settings, port=_free_port())
    log = settings.home / "benchmark.log"
    environment = {**os.environ, "REDRESS_HOME": str(settings.home)}
    start = "from features.command import main; main()"
    command = [sys.executable, "-c", start, "serve", "--port", str(chosen.port)]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, env=environment, stdout=stream, stderr=stream, start_new_session=True
        )
    try:
        url = f"http://{chosen.host}:{chosen.port}"
        _await(process, url, log, wait)
        yield url
    finally:
        # It may have ended by itself.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(START_SECONDS)


def _await(process: subprocess.Popen[bytes], url: str, log: Path, wait: bool) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _ready(url) and (not wait or WARMED in log.read_text(errors="replace")):
            return
        time.sleep(0.05)
    raise StateError(
        "the service did not come up",
        f"an answer within {START_SECONDS:.0f} s",
        f"See {log}.",
    )


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def lines_of(took: Sequence[Took]) -> list[str]:
    """Lay measurements out as a table."""
    heads = (
        f"{'page':<22}{'first ms':>10}{'median ms':>11}{'slowest ms':>12}{'kB':>9}{'gzip kB':>9}"
    )
    return [
        heads,
        *(
            f"{one.path:<22}{one.first:>10.0f}{one.median:>11.0f}{one.slowest:>12.0f}"
            f"{one.kilobytes:>9.1f}{one.packed:>9.1f}"
            for one in took
        ),
    ]
