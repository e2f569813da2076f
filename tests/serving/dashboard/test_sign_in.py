"""Signing in and out over a real socket; what is refused, and what is carried along."""

import html
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from features.tables import SESSIONS
from serving.dashboard.csrf import FIELD, token_of
from serving.dashboard.door import SESSION_COOKIE
from serving.dashboard.roles import Role
from serving.keys import Keys, Scope

PASSWORD = "four words make it"


@pytest.fixture(scope="module", autouse=True)
def mia(house):
    return house.users.add("Mia", Role.MANAGER, PASSWORD)


def token_on(page):
    return re.search(r'name="token" value="([0-9a-f]{64})"', page.text)[1]


def hidden(page, name):
    return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page.text)[1])


def signed_in(client, **fields):
    page = client.get("/sign-in")
    return client.post("/sign-in", data={FIELD: token_on(page), **fields})


@pytest.mark.parametrize("path", ["/themes", "/themes/T1", "/themes.csv", "/themes/T99"])
def test_no_page_is_there_for_strangers_and_they_come_back_to_it(house, path):
    client = house.client()
    asked = client.get(path)
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        f"/sign-in?next={path.replace('/', '%2F')}",
    )
    page = client.get(asked.headers["location"])
    assert hidden(page, "next") == path


def test_a_name_and_a_password_let_in_with_a_cookie_that_scripts_and_other_sites_do_not_have(house):
    client = house.client()
    answer = signed_in(client, name=" MIA ", password=PASSWORD, next="/themes?sort=title")
    assert (answer.status_code, answer.headers["location"]) == (303, "/themes?sort=title")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    page = client.get("/themes")
    assert "Mia</bdi>, manager" in page.text
    assert client.cookies[SESSION_COOKIE] not in page.text


def test_behind_https_the_cookie_is_marked_so(house):
    client = house.client(headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in client.get("/sign-in").headers["set-cookie"]


def test_a_key_lets_in_under_its_name_and_a_scoring_key_does_not(house):
    keys = Keys(house.engine)
    reviewing = keys.create("night desk", [Scope.REVIEW])
    client = house.client()
    assert signed_in(client, key=reviewing.bearer).headers["location"] == "/"
    assert "night desk</bdi>, manager" in client.get("/themes").text
    keys.revoke(reviewing.key.key_id)
    assert client.get("/themes").status_code == 303
    for bearer in (keys.create("intake", [Scope.SCORE]).bearer, reviewing.bearer, "rdr_x", "é"):
        refused = signed_in(house.client(), key=bearer)
        assert refused.status_code == 403
        assert SESSION_COOKIE not in refused.headers.get("set-cookie", "")
        assert bearer not in refused.text


@pytest.mark.parametrize(
    ("name", "password"), [("Mia", "wrong"), ("nobody", PASSWORD), ("", ""), ("Mia", "")]
)
def test_a_wrong_name_or_password_is_refused_alike(house, name, password):
    refused = signed_in(house.client(), name=name, password=password)
    assert refused.status_code == 403
    assert "do not go together" in refused.text
    assert "wrong" not in refused.text


def test_after_five_failures_only_that_name_from_here_has_to_wait(full_house):
    full_house.users.add("Mia", Role.MANAGER, PASSWORD)
    full_house.users.add("Ben", Role.MANAGER, PASSWORD)
    client = full_house.client()
    statuses = [signed_in(client, name="mia", password="x" * 12).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    stopped = signed_in(client, name="mia", password="x" * 12)
    assert 0 < int(stopped.headers["Retry-After"]) <= 30
    assert "Too many attempts have failed from here" in stopped.text
    assert signed_in(client, name="MIA", password=PASSWORD).status_code == 429
    assert signed_in(client, name="ben", password=PASSWORD).status_code == 303
    elsewhere = full_house.client(headers={"X-Forwarded-For": "203.0.113.9"})
    assert signed_in(elsewhere, name="mia", password=PASSWORD).status_code == 303


def test_a_browser_that_signed_in_before_is_heard_while_others_fail_beside_it(full_house):
    full_house.users.add("Mia", Role.MANAGER, PASSWORD)
    client = full_house.client()
    answer = signed_in(client, name="mia", password=PASSWORD)
    known = next(
        one for one in answer.headers.get_list("set-cookie") if one.startswith("redress_known=")
    )
    assert "HttpOnly" in known
    assert f"Max-Age={90 * 86_400}" in known
    stranger = full_house.client()
    assert [signed_in(stranger, name="mia", password="x").status_code for _ in range(6)][-1] == 429
    assert signed_in(client, name="mia", password="x").status_code == 403
    assert signed_in(client, name="mia", password=PASSWORD).status_code == 303


def test_a_key_is_limited_by_its_id_as_a_person_by_name(full_house):
    bearer = Keys(full_house.engine).create("night desk", [Scope.REVIEW]).bearer
    wrong = bearer[:-43] + "x" * 43
    client = full_house.client()
    assert [signed_in(client, key=wrong).status_code for _ in range(6)] == [403] * 5 + [429]
    assert signed_in(client, key=bearer).status_code == 429
    other = Keys(full_house.engine).create("day desk", [Scope.REVIEW]).bearer
    assert signed_in(client, key=other).status_code == 303


@pytest.mark.parametrize(
    ("path", "status"), [("/sign-in", 200), ("/sign-in?next=%2Fthemes", 200), ("/themes/T1", 303)]
)
def test_both_ways_to_sign_in_are_in_plain_sight(house, path, status):
    assert house.client().get(path).status_code == status
    page = house.client(follow_redirects=True).get(path).text
    assert "<details" not in page
    assert page.index('id="name"') < page.index('id="password"') < page.index('id="key"')
    assert page.index("Or with a key") < page.index('id="key"')
    assert "make demo" not in page
    assert page.index('id="key"') < page.index("Who runs this service adds people with")


def test_a_session_is_another_one_after_signing_in_and_none_after_signing_out(house):
    client = house.client(Role.VIEWER)
    before = client.cookies[SESSION_COOKIE]
    signed_in(client, name="Mia", password=PASSWORD)
    token = client.cookies.get(SESSION_COOKIE, domain="127.0.0.1") or client.cookies[SESSION_COOKIE]
    assert token != before
    assert house.sessions.person(before) is None
    assert house.sessions.person(token).name == "Mia"
    client.post("/sign-out", data={FIELD: token_of(token)})
    assert house.sessions.person(token) is None


@pytest.mark.parametrize("token", [None, "", "0" * 64, token_of("")])
def test_the_form_to_sign_in_has_a_token_too(house, token):
    client = house.client()
    client.get("/sign-in")
    fields = {} if token is None else {FIELD: token}
    refused = client.post("/sign-in", data={**fields, "name": "Mia", "password": PASSWORD})
    assert refused.status_code == 403
    stranger = house.client()
    without_cookie = stranger.post("/sign-in", data={**fields, "name": "Mia", "password": PASSWORD})
    assert without_cookie.status_code == 403


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é", token_of("another session")])
def test_a_forged_or_missing_token_does_nothing_and_is_explained(house, manager, token):
    fields = {} if token is None else {FIELD: token}
    sent = {"note": "forged", "revision": 0, **fields}
    refused = manager.post("/themes/T6/note", data=sent)
    assert refused.status_code == 403
    assert "nothing was done" in refused.text
    assert "reload the page" in refused.text
    assert house.theme("T6").note is None


def test_a_form_from_another_site_does_nothing_even_with_the_token(house):
    client = house.client(Role.MANAGER, headers={"Origin": "https://evil.example"})
    refused = house.send(client, "/themes/T6/note", note="forged", revision=0)
    assert refused.status_code == 403
    assert "Another site" in refused.text
    assert house.theme("T6").note is None


def test_what_was_typed_when_the_session_was_over_is_there_after_signing_in(house):
    client = house.client(Role.MANAGER, "Mia")
    old, revision = client.cookies[SESSION_COOKIE], house.theme("T6").revision
    house.sessions.end(old)
    note = 'two lines\nof "mine" & <b>'
    asked = house.send(client, "/themes/T6/note", note=note, revision=revision)
    assert asked.status_code == 401
    assert "signed out" in asked.text
    sent = {
        FIELD: token_on(asked),
        "name": "Mia",
        "next": hidden(asked, "next"),
        "carried": hidden(asked, "carried"),
    }
    wrong = client.post("/sign-in", data={**sent, "password": "no"})
    assert hidden(wrong, "carried") == sent["carried"]
    resumed = client.post("/sign-in", data={**sent, "password": PASSWORD})
    assert resumed.status_code == 200
    assert (
        html.escape(note, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
        in resumed.text
    )
    assert 'action="/themes/T6/note"' in resumed.text
    assert house.theme("T6").note is None
    again = {FIELD: token_on(resumed), "note": note, "revision": hidden(resumed, "revision")}
    assert client.post("/themes/T6/note", data=again).status_code == 303
    assert house.theme("T6").note == note


@pytest.mark.parametrize("carried", ["{", "[1]", '{"a": 1}', "null", "x" * 9])
def test_a_form_that_was_carried_and_cannot_be_read_is_let_go(house, carried):
    answer = signed_in(house.client(), name="Mia", password=PASSWORD, carried=carried)
    assert answer.status_code in (200, 303)


def test_a_session_that_is_over_is_asked_to_sign_in(house):
    client = house.client(Role.VIEWER)
    with house.engine.begin() as connection:
        past = house.sessions.person(client.cookies[SESSION_COOKIE])
        assert past is not None
        row = SESSIONS.c.login == past.login
        ago = connection.execute(sa.select(SESSIONS.c.seen_at).where(row)).scalars().first()
        long_ago = ago - timedelta(hours=13)
        connection.execute(sa.update(SESSIONS).where(row).values(seen_at=long_ago))
    assert client.get("/themes").headers["location"] == "/sign-in?next=%2Fthemes"


def test_a_proxy_that_the_settings_name_signs_people_in(tmp_path, house_in):
    with house_in(tmp_path, user_header="X-Forwarded-User") as house:
        house.users.add("Ömer", Role.MANAGER, None)
        named = house.client(headers={"X-Forwarded-User": "ömer".encode()})
        page = named.get("/themes")
        assert page.status_code == 200
        assert "Ömer</bdi>, manager" in page.text
        first = named.cookies[SESSION_COOKIE]
        assert named.get("/themes").status_code == 200
        assert named.cookies[SESSION_COOKIE] == first
        unknown = house.client(headers={"X-Forwarded-User": "Mallory"}).get("/themes")
        assert unknown.status_code == 403
        assert "redress user add NAME --no-password" in unknown.text
        house.users.disable("ömer")
        assert named.get("/themes").status_code == 403


def test_without_the_setting_no_header_signs_anybody_in(house):
    client = house.client(headers={"X-Forwarded-User": "Mia"})
    assert client.get("/themes").status_code == 303


def test_logs_name_nobody_and_repeat_no_form(house, caplog, until):
    caplog.set_level("INFO", "redress.serving")
    client = house.client(Role.MANAGER, "Mia")
    house.send(client, "/themes/T6/note", note="a secret note", revision=99)
    signed_in(house.client(), name="Somebody Else", password="no")
    client.get("/themes?q=secret+words")
    until(lambda: "GET /themes 200" in caplog.text)
    assert "POST /themes/{theme_id}/note 303" in caplog.text
    assert "role=manager theme=T6" in caplog.text
    for word in ("secret", "Somebody", "Mia", "mia"):
        assert word not in caplog.text
