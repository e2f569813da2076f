"""The small parts of the door: where requests come from, tokens, forms."""

import asyncio
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from features.settings import Settings
from serving.dashboard.arrivals import Arrival, arrivals_of
from serving.dashboard.csrf import require_own_origin, require_token, token_of
from serving.dashboard.forms import MOST_BYTES, read_fields
from serving.dashboard.visits import local
from serving.problems import Problem


def request_of(peer="127.0.0.1", headers=(), body=b"", scheme="http"):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "scheme": scheme,
        "server": ("redress", 80),
        "client": (peer, 1),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
    return Request(scope, receive)


PROXIED = [
    ("X-Forwarded-For", "6.6.6.6, 203.0.113.9, 10.1.2.3"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-User", "Mia"),
]


NAMED = {"user_header": "X-Forwarded-User"}
PLAIN = {"user_header": "X-User"}
NETWORKS = {**NAMED, "trusted_proxies": "127.0.0.1, 10.0.0.0/8"}
HERE = Arrival("::1", False)


@pytest.mark.parametrize(
    ("settings", "peer", "headers", "arrival"),
    [
        ({}, "127.0.0.1", [], Arrival("127.0.0.1", False)),
        ({}, "127.0.0.1", PROXIED, Arrival("10.1.2.3", True)),
        (NAMED, "198.51.100.7", PROXIED, Arrival("198.51.100.7", False)),
        (NETWORKS, "127.0.0.1", PROXIED, Arrival("203.0.113.9", True, "Mia")),
        ({**PLAIN, "trusted_proxies": ""}, "::1", [("X-User", "Mia")], HERE),
        (PLAIN, "::1", [("X-User", "Zo\u00c3\u00ab")], Arrival("::1", False, "Zoë")),
        (PLAIN, "::1", [("X-User", "a"), ("X-User", "b")], HERE),
        (PLAIN, "::1", [("X-User", " ")], HERE),
        (PLAIN, "::1", [("X-User", "\xff")], HERE),
    ],
)
def test_only_the_proxies_of_the_settings_are_believed(settings, peer, headers, arrival):
    assert arrivals_of(Settings(**settings)).of(request_of(peer, headers)) == arrival


def test_a_direct_connection_by_https_is_known_as_such():
    assert arrivals_of(Settings()).of(request_of("1.2.3.4", scheme="https")).https


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site", "origin": "http://redress", "host": "redress"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://redress:3000", "host": "redress:3000"}, True),
        ({"origin": "https://evil.example", "host": "redress"}, False),
        ({"origin": "null", "host": "redress"}, False),
    ],
)
def test_another_site_sends_no_forms(headers, own):
    if own:
        require_own_origin(headers)
    else:
        with pytest.raises(Problem, match="Another site") as refused:
            require_own_origin(headers)
        assert refused.value.status == 403


@given(st.text(), st.text())
def test_only_the_token_of_the_session_is_taken(secret, other):
    token = token_of(secret)
    for given_token, of in ((token, other), (other, secret), ("", secret), (token, "")):
        if of and given_token == token_of(of):
            continue
        with pytest.raises(Problem):
            require_token(of, given_token)
    if secret:
        require_token(secret, token)


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_a_form_is_read_as_it_was_filled_in(fields):
    body = urlencode(fields).encode()
    kind = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
    read = asyncio.run(read_fields(request_of(headers=kind, body=body)))
    assert read == {name: value.replace("\r\n", "\n") for name, value in fields.items()}


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"", 415),
        ("", b"", 415),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * MOST_BYTES, 413),
        ("application/x-www-form-urlencoded", b"a=%ff", 400),
        ("application/x-www-form-urlencoded", b"a=\xff", 400),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 101), 400),
    ],
)
def test_a_form_that_cannot_be_used_is_refused(kind, body, status):
    with pytest.raises(Problem) as refused:
        asyncio.run(read_fields(request_of(headers=[("Content-Type", kind)], body=body)))
    assert refused.value.status == status


@pytest.mark.parametrize("path", ["/", "/themes", "/themes?q=a%20b&sort=-week", "/a#b"])
def test_a_path_of_our_own_is_come_back_to(path):
    assert local(path) == path


@pytest.mark.parametrize(
    "path",
    ["", "//evil.com", "/\\evil.com", "https://evil.com", "/a\nb", "/a b", "/\t/evil", "a"],
)
def test_a_path_that_leads_elsewhere_is_not(path):
    assert local(path) == "/"
