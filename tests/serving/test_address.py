"""The address: tried before, announced after."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from features.errors import InvalidSetting, UnusableAddress
from serving import address
from serving.address import announce, require_free, url


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def test_a_port_in_use_is_told_in_one_line(listener):
    port = listener.getsockname()[1]
    with pytest.raises(UnusableAddress, match=f"http://127.0.0.1:{port}") as caught:
        require_free("127.0.0.1", port)
    assert "--port" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_free_port_stays_free(listener):
    port = listener.getsockname()[1]
    listener.close()
    require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)


@pytest.mark.parametrize("host", ["example", "localhost", "127.0.0.256", ""])
def test_a_host_that_is_no_ip_address_is_refused(host):
    with pytest.raises(InvalidSetting, match=r"127\.0\.0\.1"):
        require_free(host, 3000)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(UnusableAddress):
        require_free("192.0.2.1", 3000)


def test_addresses_of_both_families_are_spelt():
    assert url("127.0.0.1", 3000) == "http://127.0.0.1:3000"
    assert url("::1", 3000) == "http://[::1]:3000"


class Alive(BaseHTTPRequestHandler):
    answers: list[int]

    def do_GET(self):
        self.send_response(self.answers.pop(0))
        self.end_headers()

    def log_message(self, *args):
        pass


def test_the_address_is_announced_once_the_service_answers(capsys):
    Alive.answers = [503, 200]
    server = HTTPServer(("127.0.0.1", 0), Alive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    announce("0.0.0.0", server.server_port)
    server.shutdown()
    server.server_close()
    expected = f"Redress serves on http://127.0.0.1:{server.server_port} (Ctrl+C stops it)\n"
    assert capsys.readouterr().out == expected
    assert Alive.answers == []


def test_a_service_that_never_answers_is_not_announced(listener, monkeypatch, capsys):
    port = listener.getsockname()[1]
    listener.close()
    monkeypatch.setattr(address, "START_SECONDS", 0.2)
    announce("127.0.0.1", port)
    assert capsys.readouterr().out == ""
