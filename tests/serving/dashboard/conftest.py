"""A whole service with pages on a real socket, a small catalogue, and a real browser."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy import Engine, insert

from features.database import open_database, writing
from features.encoder import StudentEncoder
from features.faults import Fault
from features.history import add_appeals
from features.schema import Appeal
from features.settings import Settings
from features.tables import DECISIONS
from models import ledger
from models.alarms import Against, Kind, Part
from models.catalog import Catalog
from models.ledger import Ledger, Occasion
from models.registry import CHAMPION, Registry
from models.reliability import Bin, bins_table
from models.run_record import CALIBRATION, GATE, SLICES
from models.scores import Reason, Risk, Score
from models.themes import (
    Day,
    Descent,
    Discovery,
    Driver,
    Event,
    Exemplar,
    Found,
    Member,
    Outcomes,
    Portrait,
)
from serving.api import create_app, parts_of
from serving.champion import Champion
from serving.current_themes import CurrentThemes
from serving.dashboard.csrf import FIELD, token_of
from serving.dashboard.door import SESSION_COOKIE
from serving.dashboard.roles import Role
from serving.dashboard.sessions import Lifetime, Person, Sessions
from serving.dashboard.users import Users
from serving.metrics import Metrics

CHROMIUM = Path("/usr/bin/chromium")
AS_OF = date(2025, 3, 31)
PASSWORD = "four words make it"
HOSTILE = "<script>alert(\"1\")</script> & 'co'"
RIGHT_TO_LEFT = "حسابي معلق بدون سبب 🙏🏽"
TITLES = {
    "T1": "payout on hold, bank change",
    "T2": HOSTILE,
    "T3": RIGHT_TO_LEFT,
    "T4": "hidden from view",
    "T5": "phone cases, counterfeit",
    "T6": "=HYPERLINK(A1)",
}
SIZES = {"T1": 40, "T2": 24, "T3": 12, "T4": 3, "T5": 30, "T6": 8}
"""Appeals of each theme, a seller each; T4 has too few to be shown."""


def found_themes(as_of: date = AS_OF, known: bool = False) -> Found:
    """Make what a discovery of the small catalogue found."""
    discovery = Discovery(
        as_of,
        90,
        datetime(2025, 6, 1, tzinfo=UTC),
        3.5,
        "e" * 64,
        150,
        33,
        1,
        2,
        0.5,
        0.9,
        1.0,
        None,
    )
    ways = np.eye(len(TITLES), 16, dtype=np.float32)
    return Found(
        discovery=discovery,
        portraits={theme: _portrait(theme, as_of) for theme in TITLES},
        members=tuple(
            Member(f"{theme}-{n}", theme, theme, 0.9)
            for theme in TITLES
            for n in range(SIZES[theme])
        ),
        descents=tuple(
            Descent(theme, as_of, Event.CONTINUED if known else Event.BORN) for theme in TITLES
        ),
        centres={theme: (ways[place], 0.9) for place, theme in enumerate(TITLES)},
    )


def _portrait(theme: str, as_of: date) -> Portrait:
    size = SIZES[theme]
    last = datetime(as_of.year, as_of.month, as_of.day, 9, tzinfo=UTC)
    days = [as_of - timedelta(days=size - 1 - n) for n in range(size)]
    return Portrait(
        title=TITLES[theme],
        phrases=("payout hold", "bank"),
        exemplars=(
            Exemplar(f"{theme}-0", f"My payout hold is at the Bank. {TITLES[theme]} [number]"),
        ),
        drivers=(
            Driver("policy", "payment_hold", size - 2, size, size / 4, 1.5, 0.9),
            Driver("market", "SG", size // 2, size, size / 5, 0.8, 0.3),
        ),
        outcomes=Outcomes(size, size // 2, size / 4, 0.8, 0.1),
        days=tuple(Day(day, 1, n % 2, 1) for n, day in enumerate(days)),
        size=size,
        cases=size,
        subjects=size,
        campaigns=1,
        first_seen=last - timedelta(days=size - 1),
        last_seen=last,
    )


def filed_appeals() -> tuple[list[Appeal], list[dict[str, Any]]]:
    """Make the appeals of the themes, and the decisions on every other one."""
    appeals, decisions = [], []
    for theme, size in SIZES.items():
        for n in range(size):
            filed = datetime(2025, 3, 31, 9, tzinfo=UTC) - timedelta(days=size - 1 - n)
            appeals.append(
                Appeal(
                    appeal_id=f"{theme}-{n}",
                    submitted_at=filed,
                    text=f"my payout is held, says {theme} {n}",
                    subject_id=f"seller-{theme}-{n}",
                    policy="payment_hold" if n % 4 else "counterfeit",
                    market=("SG", "MY", None)[n % 3],
                    language="en",
                    detection="automated",
                )
            )
            if n % 2:
                outcome = "overturned" if n % 4 == 1 else "upheld"
                decided = filed + timedelta(days=1)
                decisions.append(
                    {"appeal_id": f"{theme}-{n}", "decided_at": decided, "outcome": outcome}
                )
    return appeals, decisions


def map_places() -> dict[str, tuple[float, float]]:
    """Place the appeals of each theme in a block of its own, themes in a row."""
    return {
        f"{theme}-{n}": (20.0 * place + n % 8, float(n // 8) + 6.0 * (place % 3))
        for place, theme in enumerate(TITLES)
        for n in range(SIZES[theme])
    }


def fill(engine: Engine, sighting_of: Callable[..., Any], known: bool = False) -> None:
    """Enter the small catalogue: appeals, decisions, themes, and two open alarms."""
    appeals, decisions = filed_appeals()
    with writing(engine) as connection:
        add_appeals(connection, appeals)
        connection.execute(insert(DECISIONS), decisions)
    days = tuple(Against(AS_OF - timedelta(days=n), 4, 1.5) for n in reversed(range(28)))
    cause = sighting_of([f"T1-{n}" for n in range(30, 40)], 420.0, theme="T1")
    rise = sighting_of(
        [f"T5-{n}" for n in range(20, 30)],
        kind=Kind.RISE,
        part=Part(theme="T5"),
        theme="T5",
        emerging=True,
    )
    told = [replace(one, account=replace(one.account, days=days)) for one in (cause, rise)]
    Catalog(engine).write(found_themes(known=known), told, map_places())


def fill_alarms(engine: Engine, sighting_of: Callable[..., Any]) -> None:
    """Enter the small catalogue after alarms that are over.

    A1 began with a hostile title, grew, escalated and was told otherwise, A2 is of overturns; A3 is
    of too few subjects, A4 of a theme that is not shown. A5 and A6 are open, as A1 and A2 are in
    the small catalogue.
    """
    seen: dict[date, list[Any]] = {}
    for day, (count, title) in enumerate(
        [(10, HOSTILE), (16, HOSTILE), (24, "visa"), (24, "visa")]
    ):
        told: dict[str, Any] = {"title": title, "phrases": (title,), "theme": "T2"}
        told |= {"since": date(2025, 1, 8), "exemplars": (Exemplar("T2-0", f"mine: {HOSTILE}"),)}
        days = tuple(Against(date(2025, 1, 9 + day - n), n, 0.5) for n in (2, 1, 0))
        sighting = sighting_of([f"T2-{n}" for n in range(count)], 420.0, **told)
        account = replace(sighting.account, days=days)
        seen[date(2025, 1, 10 + day)] = [replace(sighting, account=account)]
    part = Part(policy="payment_hold", market="SG")
    facts = {"kind": Kind.OVERTURNS, "part": part, "title": RIGHT_TO_LEFT, "decided": 30}
    over = date(2025, 3, 8)
    seen[over] = [
        sighting_of([f"T6-{n}" for n in range(8)], 900.0, since=over - timedelta(days=6), **facts),
        sighting_of(["T3-1", "T3-2", "T3-3"], 50.0, subjects=3, title="of three"),
        sighting_of([], 40.0, kind=Kind.FALL, part=Part(theme="T4"), title="hidden from view"),
    ]
    for place, (day, sightings) in enumerate(seen.items()):
        Catalog(engine).write(found_themes(day, known=place > 0), sightings)
    fill(engine, sighting_of, known=True)


@pytest.fixture(scope="session")
def catalogue_filler(sighting_of: Callable[..., Any]) -> Callable[[Engine], None]:
    """Enter the small catalogue into any database."""
    return partial(fill, sighting_of=sighting_of)


@dataclass
class House:
    """A service with pages that is up."""

    url: str
    engine: Engine
    settings: Settings
    sessions: Sessions
    users: Users
    opened: list[httpx.Client] = field(default_factory=list)

    def session(self, role: Role, name: str = "") -> str:
        """Sign somebody in without the form: give the token of a new session."""
        name = name or f"{role} one"
        user = self.users.find(name) or self.users.add(name, role, None)
        return self.sessions.begin(Person(user.name, user.role, login=user.login))

    def client(self, role: Role | None = None, name: str = "", **options: Any) -> httpx.Client:
        """Give a browser without a screen, signed in where a role is named."""
        cookies = {} if role is None else {SESSION_COOKIE: self.session(role, name)}
        client = httpx.Client(base_url=self.url, cookies=cookies, timeout=30, **options)
        self.opened.append(client)
        return client

    def send(self, client: httpx.Client, path: str, **fields: object) -> httpx.Response:
        """Send a form with the token of the client's session."""
        token = token_of(client.cookies.get(SESSION_COOKIE) or "-")
        return client.post(path, data={FIELD: token, **fields})

    def theme(self, theme_id: str) -> Any:
        """Read a theme from the catalogue."""
        return Catalog(self.engine).theme(theme_id, 0)


@contextmanager
def opened_house(
    home: Path, served: Callable[..., Any], champion: Champion | None = None, **settings: Any
) -> Iterator[House]:
    chosen = Settings(home=home, **settings)
    engine = open_database(chosen)
    current = CurrentThemes(Catalog(engine), chosen)
    parts = parts_of(engine, champion or Champion(registry=None), current, Metrics(shared=False))
    lifetime = Lifetime(timedelta(hours=12), timedelta(days=7))
    with served(create_app(parts)) as url:
        house = House(url, engine, chosen, Sessions(engine, lifetime), Users(engine))
        yield house
        for client in house.opened:
            client.close()
    engine.dispose()


@pytest.fixture(scope="session")
def house_in(served: Callable[..., Any]) -> Callable[..., Any]:
    """Open a service with pages in a home of the test's own, with some settings, as a context."""

    def opened(home: Path, **settings: Any) -> Any:
        return opened_house(home, served, **settings)

    return opened


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory,
    served: Callable[..., Any],
    sighting_of: Callable[..., Any],
) -> Iterator[House]:
    """A service with the small catalogue, shared by the tests of one file."""
    with opened_house(tmp_path_factory.mktemp("home"), served) as opened:
        fill(opened.engine, sighting_of)
        yield opened


@pytest.fixture(scope="module")
def alarm_house(
    tmp_path_factory: pytest.TempPathFactory,
    served: Callable[..., Any],
    sighting_of: Callable[..., Any],
) -> Iterator[House]:
    """A service with alarms that are open and others that are over, shared by a file's tests."""
    with opened_house(tmp_path_factory.mktemp("home"), served) as opened:
        fill_alarms(opened.engine, sighting_of)
        yield opened


@pytest.fixture
def new_house(tmp_path: Path, served: Callable[..., Any]) -> Iterator[House]:
    """A service of the test's own, before its first discovery."""
    with opened_house(tmp_path, served) as opened:
        yield opened


@pytest.fixture
def full_house(new_house: House, sighting_of: Callable[..., Any]) -> House:
    """A service of the test's own, with the small catalogue."""
    fill(new_house.engine, sighting_of)
    return new_house


@pytest.fixture(scope="module")
def viewer(house: House) -> httpx.Client:
    """A viewer of `house`."""
    return house.client(Role.VIEWER)


@pytest.fixture(scope="module")
def manager(house: House) -> httpx.Client:
    """A manager of `house`."""
    return house.client(Role.MANAGER)


@pytest.fixture(scope="session")
def enter_models() -> Callable[..., None]:
    """Register models in a house's home, as trainings do, and enter the champion's scores."""
    return _enter_models


@pytest.fixture(scope="session")
def enter_scores() -> Callable[..., None]:
    """Enter a score of some version for every appeal of the small catalogue."""
    return _enter_scores


def _enter_models(house: House, champion: bool = True, challenger: bool = True) -> None:
    registry = Registry(house.settings)
    if champion:
        registry.set_alias(CHAMPION, _registered(registry, 0.74))
        _enter_scores(house.engine, registry.alias_version(CHAMPION) or "")
    if challenger:
        _registered(registry, 0.79)


def _registered(registry: Registry, auc: float) -> str:
    """Register a model that says how good it is, and whose files nobody loads."""
    client = registry.client
    found = client.get_experiment_by_name("pages")
    place = registry.settings.artifacts.as_uri()
    number = found.experiment_id if found else client.create_experiment("pages", place)
    run_id = client.create_run(number).info.run_id
    client.log_text(run_id, "nothing", "model/artifacts/scorer/model.json")
    for name, value in {"auc": auc, "auc_low": auc - 0.03, "brier": 0.15, "ece": 0.02}.items():
        client.log_metric(run_id, name, value)
    told = ("dimension", "value", "rows", "positive_share", "mean_probability", "auc")
    columns = (*told, "gap", "gap_low", "gap_high")
    rows = [
        ("overall", "all", 900, 0.25, 0.24, auc, -0.01, -0.04, 0.02),
        ("policy", "payment_hold", 500, 0.45, 0.2, auc, -0.25, -0.31, -0.19),
        ("policy", HOSTILE, 12, 0.25, 0.25, None, 0.0, None, None),
        ("market", RIGHT_TO_LEFT, 400, 0.2, 0.21, auc, 0.01, -0.05, 0.07),
    ]
    client.log_dict(run_id, {"columns": columns, "data": rows}, SLICES)
    said = np.linspace(0.05, 0.6, 10)
    bins = [Bin(p, p + 0.01, max(p - 0.05, 0.0), p + 0.07, 90) for p in said.tolist()]
    client.log_dict(run_id, {"bins": bins_table(bins)}, CALIBRATION)
    demand = {"name": "beats the prior", "value": auc, "bound": 0.75, "passed": auc > 0.75}
    gate = [{**demand, "cases": 900, "meaning": "more is better", "slice": False}]
    verdict = {"previous": None, "promoted": auc > 0.75, "cases": 900, "gate": gate}
    client.log_dict(run_id, verdict, GATE)
    days = {"data_first": "2024-12-01", "data_last": "2025-03-10", "seen_until": "2025-03-03"}
    tags = {name: f"{value}T00:00:00+00:00" for name, value in days.items()}
    return registry.register(run_id, {**tags, "data_rows": "4500", "data_source": "history"})


def _enter_scores(engine: Engine, version: str) -> None:
    """Score every appeal when it is filed; one appeal's score is of other words."""
    for place, appeal in enumerate(filed_appeals()[0]):
        risk = Risk(0.1, "none", "low", "prototypes")
        share = (place % 19 + 1) / 20
        due = appeal.submitted_at + timedelta(days=2)
        score = Score(appeal.appeal_id, share, 0.0, False, risk, 1.0, due, ())
        text = appeal.text if appeal.appeal_id != "T1-1" else "other words"
        Ledger(engine).record([score], [text], Occasion(version, appeal.submitted_at))


# The browser.


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    width: int = 1280
    scheme: str = "light"
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}{'' if self.scripts else '-plain'}"


LOOKS = [Look(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


class Screen:
    """A page in the browser, with what went wrong on it."""

    def __init__(self, page: Any, url: str, scripts: bool = True) -> None:
        self.page = page
        self.url = url
        self.scripts = scripts
        self.faults: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url}"))
        page.on("response", self._see)

    def open(self, path: str) -> Any:
        """Go to a page, wait until its charts are drawn, and give it."""
        self.page.goto(self.url + path)
        if self.scripts and self.page.locator("figure.chart").count():
            self.page.wait_for_selector("figure.chart:not([data-drawn])", state="detached")
        return self.page

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _see(self, response: Any) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self.faults.append(f"{response.status}: {response.url}")

    def require_sound(self) -> None:
        """Refuse what people would curse: errors, faults of access, pages wider than the screen."""
        from axe_playwright_python.sync_playwright import Axe

        assert self.faults == []
        found = Axe().run(self.page).response["violations"]
        grave = [
            (one["id"], [node["html"][:120] for node in one["nodes"]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert grave == []
        wider = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for the tests of a file: Debian's Chromium.

    Not for longer: while it is open, an event loop runs in this thread, and no other one can.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is absent: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def screens(browser: Any, house: House) -> Iterator[Callable[..., Screen]]:
    """Give a screen on `house`, signed in; one for each role and look, used again."""
    made: dict[tuple[Role | None, Look], Screen] = {}

    def screen(role: Role | None = Role.MANAGER, look: Look = Look()) -> Screen:
        if (role, look) not in made:
            made[role, look] = _screen(browser, house, role, look)
        made[role, look].faults.clear()
        return made[role, look]

    yield screen
    for one in made.values():
        one.page.context.close()


@pytest.fixture
def screen_at(browser: Any) -> Iterator[Callable[..., Screen]]:
    """Give a screen on any address, with nobody signed in: `screen_at(url, **options)`."""
    opened: list[Any] = []

    def screen(url: str, **options: Any) -> Screen:
        opened.append(browser.new_context(**options))
        return Screen(opened[-1].new_page(), url)

    yield screen
    for context in opened:
        context.close()


@pytest.fixture(params=LOOKS, ids=str)
def look(request: pytest.FixtureRequest) -> Look:
    """Every width and colour scheme that pages are held to."""
    return request.param


@pytest.fixture(scope="session")
def look_of() -> Callable[..., Look]:
    """Make a look: a width, a scheme, with scripts or without."""
    return Look


def _screen(browser: Any, house: House, role: Role | None, look: Look) -> Screen:
    context = browser.new_context(
        viewport={"width": look.width, "height": 900},
        color_scheme=look.scheme,
        java_script_enabled=look.scripts,
        reduced_motion="reduce",
    )
    if role is not None:
        cookie: Mapping[str, Any] = {
            "name": SESSION_COOKIE,
            "value": house.session(role),
            "url": house.url,
        }
        context.add_cookies([cookie])
    return Screen(context.new_page(), house.url, look.scripts)


@pytest.fixture
def house_sessions(engine: Engine) -> Sessions:
    """The sessions of `engine`, as long as by default."""
    return Sessions(engine, Lifetime(timedelta(hours=12), timedelta(days=7)))


# The queue.

FILED = datetime(2025, 3, 30, 9, tzinfo=UTC)
HARM = {"critical": 4.0, "high": 2.0, "medium": 1.0, "low": 0.3}


class WordScorer:
    """Knows two words, and nothing of attributes: one that is told is a fault."""

    attributes = ()
    uncertain_between = (0.4, 0.6)

    def __init__(self, encoder: StudentEncoder) -> None:
        self.encoder = encoder
        self.words = {"invoice": 1.5, "sorry": -0.8}

    def faults(self, frame: Any) -> dict[int, list[Fault]]:
        strange = [name for name in frame if name.startswith("attributes.")]
        return {0: [Fault(f"/{strange[0]}", "unknown attribute")]} if strange else {}

    def score(self, frame: Any) -> list[Score]:
        return [self._one(row) for row in frame.itertuples()]

    def _one(self, row: Any) -> Score:
        said = row.text.lower()
        moved = [
            Reason("phrase", word, None, by) for word, by in self.words.items() if word in said
        ]
        policy = Reason("attribute", "policy", row.policy, 0.4)
        reasons = (Reason("base", "average appeal", None, -0.5), policy, *moved)
        logit = sum(one.contribution for one in reasons)
        filed = row.submitted_at.to_pydatetime()
        probability = 1 / (1 + np.exp(-logit))
        return Score(
            row.appeal_id,
            float(probability),
            logit,
            0.4 < probability < 0.6,
            Risk(0.3, "legal", "high", "learnt"),
            2.0,
            filed + timedelta(hours=8),
            reasons,
        )


@dataclass(frozen=True)
class WordServed:
    scorer: WordScorer
    version: str = "7"
    run_id: str = "run-7"
    registered_at: datetime = FILED
    digest: str = "7" * 64


class WordRegistry:
    """A registry with one champion."""

    def __init__(self, served: WordServed) -> None:
        self.served = served

    def alias_version(self, alias: str) -> str:
        return self.served.version

    def champion(self) -> WordServed:
        return self.served


@pytest.fixture(scope="session")
def champion_of() -> Callable[..., Champion]:
    """Put a scorer that knows two words into service."""

    def make(encoder: StudentEncoder, version: str = "7") -> Champion:
        champion = Champion(WordRegistry(WordServed(WordScorer(encoder), version)))
        champion.look()
        return champion

    return make


def queued_appeals() -> list[Appeal]:
    """Make appeals that wait, and some of their sellers' that were decided before."""
    texts = {
        "Q-1": "payout held, see the invoice. Sorry! INVOICE attached",
        "Q-2": HOSTILE,
        "Q-3": RIGHT_TO_LEFT,
        "Q-4": "payout held " * 4_166,
        "Q-5": "why?",
        "Q-6": "listing removed why",
        "Q/7?a=b#c": "shop removed",
        "Q-none": "never scored: payout held",
    }
    return [
        Appeal(
            appeal_id=name,
            submitted_at=FILED + timedelta(minutes=place),
            text=text,
            subject_id="seller-q",
            policy=("counterfeit", "payment_hold")[place % 2],
            market=("SG", "MY")[place % 2],
            language="en",
            attributes={"age": 3} if name == "Q-6" else {},
        )
        for place, (name, text) in enumerate(texts.items())
    ] + [
        Appeal(
            appeal_id=f"P-{n}",
            submitted_at=FILED - timedelta(days=30 + n),
            text=f"payout held, mail me at a{n}@example.com",
            subject_id="seller-q" if n < 3 else None,
            policy="payment_hold",
        )
        for n in range(6)
    ]


QUEUED = {
    "Q-1": ("low", 0.9, False),
    "Q-2": ("critical", 0.2, False),
    "Q-3": ("high", 0.45, True),
    "Q-4": ("medium", 0.7, False),
    "Q-5": ("low", 0.1, False),
    "Q-6": ("low", 0.3, False),
    "Q/7?a=b#c": ("medium", 0.6, False),
}
"""What the ledger says of those that wait: tier, probability, and whether uncertain."""


def fill_queue(engine: Engine) -> None:
    """Enter appeals that wait with their scores, and decided ones."""
    appeals = queued_appeals()
    decisions = [
        {
            "appeal_id": f"P-{n}",
            "decided_at": FILED - timedelta(days=20 + n),
            "outcome": "overturned" if n % 2 else "upheld",
        }
        for n in range(6)
    ]
    filed = {one.appeal_id: one for one in appeals}
    with writing(engine) as connection:
        add_appeals(connection, appeals)
        connection.execute(insert(DECISIONS), decisions)
        for name, (tier, probability, uncertain) in QUEUED.items():
            hours = {"critical": 1, "high": 8, "medium": 24, "low": 72}[tier]
            score = Score(
                name,
                probability,
                float(np.log(probability / (1 - probability))),
                uncertain,
                Risk(0.1, "fraud", tier, "learnt"),
                HARM[tier],
                filed[name].submitted_at + timedelta(hours=hours),
                (
                    Reason(
                        "base",
                        "average appeal",
                        None,
                        float(np.log(probability / (1 - probability))),
                    ),
                ),
            )
            for version, by in (("5", 0.9), ("6", 1.0)):
                told = replace(score, probability=probability * by)
                occasion = Occasion(version, FILED + timedelta(hours=1))
                ledger.write(connection, [told], [filed[name].text], occasion)


@pytest.fixture(scope="module")
def queue_house(
    tmp_path_factory: pytest.TempPathFactory,
    served: Callable[..., Any],
    sighting_of: Callable[..., Any],
    champion_of: Callable[..., Champion],
    encoder: StudentEncoder,
) -> Iterator[House]:
    """A service with the small catalogue, a queue and a champion, shared by the tests of a file."""
    with opened_house(tmp_path_factory.mktemp("home"), served, champion_of(encoder)) as opened:
        fill(opened.engine, sighting_of)
        fill_queue(opened.engine)
        yield opened


@pytest.fixture
def own_queue_house(
    tmp_path: Path,
    served: Callable[..., Any],
    champion_of: Callable[..., Champion],
    encoder: StudentEncoder,
) -> Iterator[House]:
    """A service of the test's own, with a queue and a champion, before its first discovery."""
    with opened_house(tmp_path, served, champion_of(encoder)) as opened:
        fill_queue(opened.engine)
        yield opened


@pytest.fixture(scope="session")
def queue_filler() -> Callable[[Engine], None]:
    """Enter appeals that wait with their scores, and decided ones, into any database."""
    return fill_queue
