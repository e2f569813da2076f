"""One attempt, on real sockets: where it goes, where it does not, and what it gives up on."""

import json
import ssl
import subprocess
import threading
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer

import pytest

from features.errors import InvalidSetting
from features.settings import Settings
from serving.webhook.posting import STOPPED, Receiver, receiver_of
from serving.webhook.schedule import Answer

BODY = '{"type": "alarm.opened",  "data": {"title": "ร้านค้า"}}'


@pytest.fixture
def post(inbox, webhook_secret):
    def attempt(url=None, seconds=30.0, stopped=None):
        receiver = Receiver(url or inbox.url, webhook_secret, seconds)
        return receiver.post("msg_1", BODY, datetime.now(UTC), stopped or threading.Event())

    return attempt


def test_the_bytes_signed_are_the_bytes_sent(inbox, post):
    assert post() == Answer(204)
    (received,) = inbox.received
    assert received.path == "/hooks/alarms"
    assert received.body == BODY.encode()
    assert received.message_id == "msg_1"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"].startswith("redress/")
    assert received.verified() == json.loads(BODY)


@pytest.mark.parametrize("status", [200, 299, 400, 410, 500])
def test_the_status_is_what_came_back(inbox, post, status):
    inbox.behaviour = inbox.answering(status, Retry_After="7")
    assert post() == Answer(status, retry_after="7")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(inbox, post, status):
    inbox.behaviour = inbox.answering(status, Location=inbox.url)
    answer = post()
    assert answer == Answer(status)
    assert not answer.accepted
    assert len(inbox.received) == 1


def test_a_refused_connection_is_an_answer(post):
    with ThreadingHTTPServer(("127.0.0.1", 0), None) as server:
        port = server.server_port
    answer = post(f"http://127.0.0.1:{port}/private")
    assert answer == Answer(error="no connection (ConnectionRefusedError)")


@pytest.mark.parametrize("url", ["http://a..b/private", "http://no-such-host.invalid/private"])
def test_a_host_that_is_none_is_an_answer(post, url):
    answer = post(url)
    assert answer.status is None
    assert "private" not in answer.told


def test_a_connection_that_is_closed_is_an_answer(inbox, post):
    inbox.behaviour = lambda handler, number: setattr(handler, "close_connection", True)
    assert post() == Answer(error="no answer (RemoteProtocolError)")
    assert len(inbox.received) == 1


def test_nonsense_is_an_answer(inbox, post):
    inbox.behaviour = lambda handler, number: handler.wfile.write(b"private nonsense\r\n\r\n")
    assert post() == Answer(error="no answer (RemoteProtocolError)")


def test_a_receiver_that_hangs_is_given_up(inbox, post):
    inbox.behaviour = inbox.hanging
    assert post(seconds=0.3) == Answer(error="no answer within 0.3 seconds")


def test_a_receiver_that_drips_is_given_up_too(inbox, post):
    def drip(handler, number):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not inbox.released.wait(0.02):
            handler.wfile.write(b"X: y\r\n")

    inbox.behaviour = drip
    assert post(seconds=0.3) == Answer(error="no answer within 0.3 seconds")


def test_the_body_of_an_answer_is_not_read(inbox, post):
    def endless(handler, number):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65_536)

    inbox.behaviour = endless
    assert post() == Answer(200)


def test_an_attempt_is_cut_short_when_the_process_is_to_end(inbox, post, until):
    inbox.behaviour = inbox.hanging
    stopped, answers = threading.Event(), []
    sending = threading.Thread(target=lambda: answers.append(post(seconds=3_600, stopped=stopped)))
    sending.start()
    until(lambda: inbox.received)
    stopped.set()
    sending.join(60)
    assert answers == [STOPPED]
    assert not inbox.released.is_set()


def test_proxies_of_the_environment_are_not_used(inbox, post, monkeypatch):
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, inbox.url)
    with ThreadingHTTPServer(("127.0.0.1", 0), None) as server:
        port = server.server_port
    assert post(f"http://127.0.0.1:{port}/").error == "no connection (ConnectionRefusedError)"
    assert inbox.received == []


@pytest.fixture
def certificate(tmp_path):
    """Make a certificate that nobody has signed, for 127.0.0.1."""
    key, file = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", file]
    subprocess.run(["openssl", *words.split(), *names], check=True, capture_output=True)
    return key, file


def test_tls_is_verified_by_the_authorities_that_the_machine_trusts(
    inbox, post, certificate, monkeypatch
):
    key, file = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    inbox.server.socket = context.wrap_socket(inbox.server.socket, server_side=True)
    inbox.server.handle_error = lambda *_: None
    url = inbox.url.replace("http:", "https:")
    assert post(url) == Answer(error="no connection (SSLCertVerificationError)")
    assert inbox.received == []
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert post(url) == Answer(204)
    assert inbox.received[0].verified() == json.loads(BODY)


def test_the_receiver_is_the_one_of_the_settings_and_never_shown(inbox, webhook_secret):
    settings = Settings(webhook_url=inbox.url, webhook_secret=webhook_secret)
    receiver = receiver_of(settings)
    assert (receiver.url, receiver.secret) == (inbox.url, webhook_secret)
    for shown in (repr(receiver), repr(settings)):
        assert "hooks" not in shown
        assert webhook_secret not in shown


@pytest.mark.parametrize("given", [{}, {"webhook_url": "http://127.0.0.1"}])
def test_without_an_address_and_a_secret_there_is_no_receiver(given):
    with pytest.raises(InvalidSetting, match="redress webhook secret"):
        receiver_of(Settings(**given))
