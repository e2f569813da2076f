"""Pages of a home of 300 themes: their bytes, their questions, and the plans of these.

It holds few appeals, so that it is soon made: `make bench-pages` measures many.
"""

import re

import pytest
import sqlalchemy as sa

from features.database import writing
from features.settings import Settings
from features.tables import DECISIONS
from models.catalog import Catalog
from serving.benchmarks.big_appeals import plan_of
from serving.benchmarks.big_home import fill_home
from serving.benchmarks.pages import page_paths
from serving.dashboard.roles import Role

pytestmark = pytest.mark.slow
THEMES = 300
MOST_BYTES = 150_000
MOST_QUESTIONS = 45
LARGE = ("appeals", "decisions", "scores", "theme_members", "map_places", "alarm_members")


@pytest.fixture(scope="module")
def big(tmp_path_factory, house_in):
    home = tmp_path_factory.mktemp("big")
    fill_home(Settings(home=home), plan_of(3_000, THEMES), models=False)
    with house_in(home) as opened:
        yield opened


@pytest.fixture(scope="module")
def asked(big):
    """Every page as it was sent after a decision was corrected, and the questions behind it."""
    client, told, found = big.client(Role.MANAGER), [], {}

    def hear(connection, cursor, statement, parameters, context, many):
        told.append((statement, parameters))

    for path in page_paths(big.engine):
        client.get(path)
        with writing(big.engine) as connection:
            last = sa.select(sa.func.max(DECISIONS.c.decided_at)).scalar_subquery()
            corrected = sa.update(DECISIONS).where(DECISIONS.c.decided_at == last)
            connection.execute(corrected.values(outcome="upheld"))
        sa.event.listen(big.engine, "before_cursor_execute", hear)
        page = client.get(path)
        sa.event.remove(big.engine, "before_cursor_execute", hear)
        assert page.status_code == 200, path
        found[path.partition("?")[0]] = (page.content, [*told])
        told.clear()
    return found


def test_the_home_holds_what_was_planned(big):
    shown = Catalog(big.engine).themes(5)
    assert len(shown.themes) > THEMES * 0.8
    assert len(shown.discovery.encoder) == 64
    assert {"/", "/themes", "/map", "/queue", "/policies", "/policies/part"} <= {
        path.partition("?")[0] for path in page_paths(big.engine)
    }


def test_no_page_is_larger_than_promised(asked):
    assert {path: len(page) for path, (page, _) in asked.items() if len(page) > MOST_BYTES} == {}


def test_no_page_asks_a_question_for_each_theme_or_appeal(asked):
    counts = {path: len(questions) for path, (_, questions) in asked.items()}
    assert {path: count for path, count in counts.items() if count > MOST_QUESTIONS} == {}


def test_no_page_reads_a_large_table_from_end_to_end(big, asked):
    scanned, looked_at = [], 0
    with big.engine.connect() as connection:
        for path, (_, questions) in asked.items():
            for statement, parameters in questions:
                if not statement.lstrip().startswith("SELECT"):
                    continue
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps = [row[-1] for row in plan]
                looked_at += sum(step.startswith("SEARCH") for step in steps)
                scanned += [
                    (path, step) for step in steps if re.match(rf"SCAN ({'|'.join(LARGE)})\b", step)
                ]
    assert scanned == []
    assert looked_at > 50
