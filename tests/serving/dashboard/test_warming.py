import logging
import threading

import pytest
from sqlalchemy import func, select

from features.tables import METADATA
from models.catalog import Catalog
from models.registry import Registry
from serving.api import create_app, parts_of
from serving.champion import Champion
from serving.current_themes import CurrentThemes
from serving.dashboard.warming import PATIENCE, Warming
from serving.metrics import Metrics


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO, "redress.serving")
    return lambda: [record.getMessage() for record in caplog.records]


def test_pages_are_drawn_when_ready_and_again_only_when_all_has_changed(told):
    drawn, state = [], {"ready": False, "mark": 1}
    warming = Warming(
        {"/": lambda: drawn.append("/")}, lambda: state["ready"], lambda: state["mark"]
    )
    warming.look()
    assert drawn == []
    state["ready"] = True
    warming.look()
    warming.look()
    assert drawn == ["/"]
    assert "pages are warm after 0.0 s: / 0.00" in told()
    state["mark"] = 2
    warming.look()
    assert drawn == ["/", "/"]


def test_without_a_model_pages_are_warmed_after_some_patience():
    drawn = []
    warming = Warming({"/": lambda: drawn.append("/")}, lambda: False, lambda: 1)
    for _ in range(PATIENCE - 1):
        warming.look()
    assert drawn == []
    warming.look()
    assert drawn == ["/"]


def test_a_page_that_fails_keeps_none_from_being_warmed(told):
    drawn = []

    def fail():
        raise ValueError("secret words")

    warming = Warming({"/a": fail, "/b": lambda: drawn.append("/b")}, lambda: True, lambda: 1)
    warming.look()
    assert drawn == ["/b"]
    assert "page /a cannot be warmed (ValueError)" in told()
    assert "secret" not in " ".join(told())


def test_warming_ends_at_the_next_page_when_the_service_stops(told):
    begun, go = threading.Event(), threading.Event()

    def first():
        begun.set()
        go.wait(30)

    drawn = []
    warming = Warming({"/a": first, "/b": lambda: drawn.append("/b")}, lambda: True, lambda: 1)
    warming.start()
    assert begun.wait(30)
    stopping = threading.Thread(target=warming.stop)
    stopping.start()
    while not warming._watch.stopping:
        pass
    go.set()
    stopping.join(30)
    assert not stopping.is_alive()
    assert drawn == []
    assert told() == []


def rows_of(engine):
    with engine.connect() as connection:
        counts = [select(func.count()).select_from(table) for table in METADATA.sorted_tables]
        return [connection.execute(count).scalar() for count in counts]


@pytest.mark.slow
def test_every_page_that_needs_no_name_is_rehearsed_and_nothing_is_written(full_house, told):
    current = CurrentThemes(Catalog(full_house.engine), full_house.settings)
    champion = Champion(Registry(full_house.settings))
    parts = parts_of(full_house.engine, champion, current, Metrics(shared=False))
    warming = create_app(parts).state.warming
    assert {"/", "/themes", "/map", "/queue", "/policies", "/model", "/digest", "/regulator"} <= {
        *warming.pages
    }
    before = rows_of(full_house.engine)
    for _ in range(PATIENCE):
        warming.look()
    assert rows_of(full_house.engine) == before
    (line,) = told()
    assert line.startswith("pages are warm after")
