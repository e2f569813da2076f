"""What we sign, the reference implementation verifies."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from features.webhook import checked_secrets
from serving.webhook.signing import new_secret, signed_headers

SECRETS = st.binary(min_size=24, max_size=64).map(
    lambda key: "whsec_" + base64.b64encode(key).decode()
)


@given(SECRETS, st.text(st.characters(codec="utf-8")))
def test_what_is_signed_is_verified_and_nothing_else_is(secret, body):
    headers = signed_headers(secret, "msg_1", body, datetime.now(UTC))
    Webhook(secret).verify(body, headers, json_parse=False)
    for changed in (
        (body + " ", headers),
        (body, headers | {"webhook-id": "msg_2"}),
        (body, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(*changed, json_parse=False)


def test_the_signature_is_the_one_that_the_specification_writes_down():
    key = bytes(range(32))
    secret = "whsec_" + base64.b64encode(key).decode()
    moment = datetime(2025, 3, 31, 19, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=8)))
    headers = signed_headers(secret, "msg_1", '{"a": "ร้าน"}', moment)
    assert headers["webhook-timestamp"] == "1743418800"
    signed = hmac.new(key, 'msg_1.1743418800.{"a": "ร้าน"}'.encode(), hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()
    assert headers["content-type"] == "application/json"


def test_while_one_secret_replaces_another_either_verifies():
    old, new = new_secret(), new_secret()
    headers = signed_headers(f"{new} {old}", "msg_1", "{}", datetime.now(UTC))
    for secret in (old, new):
        assert Webhook(secret).verify("{}", headers) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify("{}", headers)


def test_a_new_secret_is_one_and_no_two_are_alike():
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert all(checked_secrets("S", secret) == secret for secret in made)
