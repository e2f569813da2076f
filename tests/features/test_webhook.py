"""The address and the secrets of a webhook are checked, and never repeated."""

import base64

import pytest

from features.errors import InvalidSetting
from features.webhook import checked_secrets, checked_url, require_secret

KEY = base64.b64encode(b"k" * 24).decode()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://hooks.example.com/redress",
        "http://127.0.0.1:8080",
        "HTTPS://hooks.example.com/a?b=c",
        "http://[::1]:9000/in",
        "http://my_service:80/in",
    ],
)
def test_addresses(url):
    assert checked_url("U", url) == url


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("ftp://private.example.com/private", "is not of http or https"),
        ("private.example.com/private", "is not of http or https"),
        ("file:///private", "is not of http or https"),
        ("https://me:private@example.com/", "holds a user or a password"),
        ("https://private@example.com/", "holds a user or a password"),
        ("https:///private", "names no host"),
        ("https://:443/private", "names no host"),
        ("http://a%20private/", "names no host"),
        ("https://example.com:0/private", "names port 0"),
        ("https://example.com:99999/private", "is no address"),
        ("https://example.com:private/", "is no address"),
        ("http://[::1/private", "is no address"),
        ("https://example.com/private\nX: y", "holds a space"),
        (" https://example.com/private", "holds a space"),
        ("https://ร้าน.example.com/private", "holds a space, or a sign that is not of ASCII"),
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(url, fault):
    with pytest.raises(InvalidSetting, match=f"^U {fault}") as raised:
        checked_url("U", url)
    assert "private" not in str(raised.value)
    assert "https://hooks.example.com/redress" in str(raised.value)


@pytest.mark.parametrize("size", [24, 32, 64])
def test_secrets_of_24_to_64_bytes(size):
    secret = "whsec_" + base64.b64encode(bytes(size)).decode()
    assert checked_secrets("S", secret) == secret
    assert checked_secrets("S", f" {secret}  {secret}\n") == f"{secret} {secret}"


@pytest.mark.parametrize(
    "secret",
    [
        "private",
        KEY,
        "whsec_",
        "whsec_" + KEY[:-4],
        "whsec_" + KEY + "=",
        "whsec_" + KEY[:-1] + "*",
        "WHSEC_" + KEY,
        "whsec_ร" + KEY,
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
    ],
)
def test_what_is_no_secret_is_refused_without_being_repeated(secret):
    with pytest.raises(InvalidSetting, match=r"^S: secret 2 .*redress webhook secret") as raised:
        checked_secrets("S", f"whsec_{KEY} {secret}")
    assert secret == "whsec_" or secret not in str(raised.value)
    assert KEY not in str(raised.value)


def test_without_an_address_no_secret_is_needed():
    assert checked_secrets("S", "") == ""
    for url, secret in (("", ""), ("", "s"), ("https://example.com", "s")):
        require_secret(url, secret)
    with pytest.raises(InvalidSetting, match="redress webhook secret"):
        require_secret("https://example.com", "")
