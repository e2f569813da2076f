"""`redress digest`, as it is called."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import numpy as np
import pytest
from click.testing import CliRunner

from features.command import redress
from features.database import open_database, writing
from features.errors import InvalidDate, NoDiscovery, UnwritableFolder
from features.settings import Settings
from features.tables import ALARM_DAYS, ALARMS
from models.alarm_rows import account_row
from models.alarms import Account, Against, Kind, Part
from models.catalog import Catalog
from models.curation import Edit
from models.themes import Driver, Exemplar

SINCE, UNTIL = date(2025, 3, 3), date(2025, 3, 9)
FILES = ["digest-2025-03-03-2025-03-09.html", "digest-2025-03-03-2025-03-09.md"]


class OneDirection:
    """Stands in for an encoder where no text is ever compared."""

    def encode(self, texts):
        return np.ones((len(texts), 1), dtype=np.float32)


class Words(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.words = []
        self.feed(html)

    def handle_data(self, data):
        self.words.append(data)


ACCOUNT = Account(
    kind=Kind.CAUSE,
    part=Part(),
    title="<script>payout</script>, says tomorrow",
    phrases=("payout",),
    since=SINCE,
    window_days=7,
    observed=38,
    expected=9.0,
    decided=None,
    p=1 / 425,
    recurrence_days=425.0,
    subjects=31,
    theme="T1",
    emerging=True,
    drivers=(Driver("policy", "payment_hold", 36, 38, 9.8, 1.8, 1.2),),
    exemplars=(Exemplar("x-1", "my payout [number] is held"),),
    days=tuple(Against(UNTIL - timedelta(days=n), 10 - n, 1.5) for n in range(10)),
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("REDRESS_HOME", str(home))
    return home


@pytest.fixture
def told(home, found_of):
    """A home with a discovery, an alarm and a change by a person."""
    engine = open_database(Settings(home=home))
    catalog = Catalog(engine)
    plan = {"T1": ("payout held", 9), "T2": ("why", 2)}
    catalog.write(found_of(OneDirection(), "digest", plan, UNTIL))
    catalog.edit("T1", Edit(owner="mia"), "mia", datetime(2025, 3, 9, 8, tzinfo=UTC))
    row = {"alarm_id": "A7", "as_of": UNTIL, "turn": "opened", "appeals": 38, "escalated": False}
    with writing(engine) as connection:
        connection.execute(ALARMS.insert(), {"alarm_id": "A7", "family": "cause"})
        connection.execute(ALARM_DAYS.insert(), {**account_row(ACCOUNT), "parts": [], **row})
    engine.dispose()
    return home


def run(*words):
    return CliRunner().invoke(redress, ["digest", *words])


def test_both_pages_are_written_and_told_of(told, tmp_path):
    result = run("--since", "2025-03-03", "--json", str(tmp_path / "answer.json"))
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (told / "digests").iterdir()) == FILES
    lines = result.stdout.splitlines()
    assert lines[0] == "1 alarm opened since Monday 3 March."
    assert lines[1].split() == ["opened", "1", "A7"]
    assert [line.split("  ")[0] for line in lines[1:8]] == [
        *("opened", "grew", "still open", "closed", "themes", "changes", "suppressed")
    ]
    assert lines[8:] == [str(told / "digests" / name) for name in FILES]
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert answer["alarms"] == {"opened": ["A7"], "grown": [], "open": [], "closed": []}
    assert (answer["since"], answer["until"], answer["as_of"]) == (
        *("2025-03-03", "2025-03-09", "2025-03-09"),
    )
    assert answer["themes"] == [{"id": "T1", "event": "born", "day": "2025-03-09"}]
    assert answer["expected_false_alarms"] == pytest.approx(7 / 30.4375)
    assert (answer["changes"], answer["suppressed"]) == (1, {"alarms": 0, "themes": 1})
    assert [answer["html"], answer["markdown"]] == lines[8:]


@pytest.mark.usefixtures("told")
def test_the_pages_tell_the_alarm_with_its_counts(tmp_path):
    out = tmp_path / "deep" / "digests"
    assert run("--since", "2025-03-03", "--out", str(out)).exit_code == 0
    html, markdown = ((out / name).read_text(encoding="utf-8") for name in FILES)
    words = " ".join(Words(html).words)
    for text in (words, markdown):
        assert "38 in 7 days, 9 expected: 4.2 times" in text
        assert "36 of 38" in text
        assert "owner mia" in text
        assert "once in 14 months" in text
    assert ACCOUNT.title in words
    assert ACCOUNT.exemplars[0].text in words
    assert "<script" not in html
    assert "<script" not in markdown.replace("\\<", "")


@pytest.mark.usefixtures("told")
def test_the_same_days_give_the_same_pages(tmp_path):
    for folder in ("a", "b"):
        assert run("--since", "2025-03-03", "--out", str(tmp_path / folder)).exit_code == 0
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.usefixtures("told")
def test_nothing_to_tell_is_a_digest_that_says_so():
    result = run("--since", "2025-03-01", "--until", "2025-03-02")
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "Nothing to tell: no alarm opened, grew or closed from Saturday"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "monday"),
        ("--since", "2999-01-01"),
        ("--since", "2025-03-03", "--until", "2025-13-01"),
        ("--since", "2025-03-03", "--until", "2025-03-02"),
    ],
)
@pytest.mark.usefixtures("told")
def test_impossible_days_are_bad_input(words):
    result = run(*words)
    assert isinstance(result.exception, InvalidDate)


@pytest.mark.usefixtures("home")
def test_before_the_first_discovery_there_is_none():
    assert isinstance(run("--since", "2025-03-03").exception, NoDiscovery)


@pytest.mark.usefixtures("home")
def test_without_a_day_it_is_a_wrong_call():
    assert run().exit_code == 2


@pytest.mark.usefixtures("told")
def test_a_file_in_the_way_is_bad_input(tmp_path):
    (tmp_path / "taken").write_text("")
    result = run("--since", "2025-03-03", "--out", str(tmp_path / "taken" / "digests"))
    assert isinstance(result.exception, UnwritableFolder)
    assert "Name another one with --out." in str(result.exception)


@pytest.mark.slow
def test_failures_are_one_line_and_an_exit_code(home):
    for words, code, line in [
        (("--since", "monday"), 2, "redress: 'monday' is not a day; expected a day, UTC"),
        (("--since", "2025-03-03"), 1, "redress: nothing has been discovered yet"),
    ]:
        done = subprocess.run(
            [sys.executable, "-c", "from features.command import main; main()", "digest", *words],
            env={**os.environ, "REDRESS_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr.count("\n")) == (code, 1)
        assert done.stderr.startswith(line)
