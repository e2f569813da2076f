"""Pages that say what went wrong: whoever is signed in finds the way to other pages on them."""

import pytest
import sqlalchemy as sa
from starlette.responses import Response

from features.tables import SESSIONS
from serving.dashboard.csrf import FIELD, token_of
from serving.dashboard.door import SESSION_COOKIE, Door
from serving.dashboard.forms import MOST_BYTES
from serving.dashboard.roles import Role
from serving.dashboard.today import Today

HTML = {"Accept": "text/html"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def browser(house):
    return house.client(Role.VIEWER, headers=HTML)


def has_navigation(page):
    return 'href="/themes"' in page.text and "viewer one</bdi>, viewer" in page.text


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/nowhere", 404, "There is no such page"),
        ("/themes/T99", 404, "T99"),
        ("/themes/T1/note", 405, "takes forms"),
        ("/regulator", 403, "needs a manager"),
        ("/static/nothing.css", 404, "There is no such page"),
    ],
)
def test_a_page_that_cannot_be_shown_leads_to_the_others(browser, path, status, told):
    page = browser.get(path)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert told in page.text
    assert has_navigation(page)
    assert browser.get("/themes").status_code == 200


def test_what_is_left_out_for_strangers_and_programs(house):
    stranger = house.client(headers=HTML).get("/nowhere")
    assert (stranger.status_code, "<nav" in stranger.text) == (404, False)
    program = house.client(Role.VIEWER)
    assert program.get("/nowhere").headers["content-type"] == "application/problem+json"
    refused = program.get("/themes/T1/note")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert refused.headers["content-type"] == "application/problem+json"
    assert house.client(Role.VIEWER, headers=HTML).get("/themes/T1/note").headers["allow"] == "POST"


def test_a_form_that_cannot_be_read_leads_to_the_other_pages(browser):
    refused = browser.post("/themes/T1/note", content=b"a=" + b"x" * MOST_BYTES, headers=FORM)
    assert refused.status_code == 413
    assert has_navigation(refused)


def test_a_forged_form_leads_to_the_other_pages_and_one_can_sign_out_there(house):
    client = house.client(Role.VIEWER, headers=HTML)
    secret = client.cookies[SESSION_COOKIE]
    forged = client.post("/sign-out", headers={"Origin": "https://evil.example"}, data={FIELD: "-"})
    assert forged.status_code == 403
    assert has_navigation(forged)
    assert token_of(secret) in forged.text
    client.post("/sign-out", data={FIELD: token_of(secret)})
    assert house.sessions.person(secret) is None


def test_whom_a_proxy_names_is_kept_signed_in_by_a_page_that_is_not_there(tmp_path, house_in):
    with house_in(tmp_path, user_header="X-Forwarded-User") as house:
        house.users.add("viewer one", Role.VIEWER, None)
        client = house.client(headers={**HTML, "X-Forwarded-User": "viewer one"})
        assert all(has_navigation(client.get("/nowhere")) for _ in range(2))
        with house.engine.connect() as connection:
            assert len(connection.execute(sa.select(SESSIONS)).all()) == 1
        unknown = house.client(headers={**HTML, "X-Forwarded-User": "Mallory"}).get("/nowhere")
        assert (unknown.status_code, "<nav" in unknown.text) == (404, False)


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (ZeroDivisionError("a secret text"), 500, "Report it with its number"),
        (sa.exc.OperationalError("a secret text", {}, None), 503, "the database cannot be used"),
    ],
)
def test_an_error_that_nobody_foresaw_is_a_page_and_is_logged_without_its_words(
    tmp_path, house_in, monkeypatch, caplog, error, status, told
):
    def add_to(self, door: Door) -> None:
        @door.page("/", Role.VIEWER)
        def broken(visit) -> Response:
            raise error

    monkeypatch.setattr(Today, "add_to", add_to)
    with house_in(tmp_path) as house:
        page = house.client(Role.VIEWER).get("/")
    assert page.status_code == status
    assert told.lower() in page.text.lower()
    assert has_navigation(page)
    assert "secret" not in page.text + caplog.text
    if status == 500:
        assert page.headers["x-request-id"] in page.text
        assert f"unforeseen ZeroDivisionError id={page.headers['x-request-id']}" in caplog.text
    else:
        assert page.headers["retry-after"] == "10"
