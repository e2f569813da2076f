"""Keys in the database."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from features.errors import NoSuchKey
from features.tables import API_KEYS
from serving.keys import NOTE_EVERY, Keys, Scope, Stored, digest_of, split

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def test_a_new_key_opens_and_another_secret_does_not(engine):
    keys = Keys(engine)
    made = keys.create("intake", [Scope.SCORE])
    key_id, secret = split(made.bearer)
    stored = keys.find(key_id)
    assert stored.key == made.key
    assert stored.opens_with(secret)
    assert not stored.opens_with(secret[:-1] + ("A" if secret[-1] != "A" else "B"))


def test_the_secret_is_nowhere_in_the_database(engine, tmp_path):
    made = Keys(engine).create("intake", [Scope.SCORE])
    _, secret = split(made.bearer)
    with engine.connect() as connection:
        row = connection.execute(sa.select(API_KEYS)).one()
    assert secret not in str(row)
    assert row.digest == digest_of(secret)
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.glob("redress.db*"))


def test_two_keys_are_never_alike(engine):
    bearers = [Keys(engine).create("same", [Scope.SCORE]).bearer for _ in range(20)]
    assert len(set(bearers)) == 20
    assert all(re.fullmatch(r"rdr_[0-9a-f]{12}_[\w-]{43}", bearer) for bearer in bearers)


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_allows_its_scope_and_admin_all(engine, scope):
    key = Keys(engine).create("one", [scope]).key
    assert {other for other in Scope if key.allows(other)} == (
        set(Scope) if scope is Scope.ADMIN else {scope}
    )


def test_a_key_is_valid_until_it_expires_or_is_revoked(engine):
    keys = Keys(engine)
    forever, brief = keys.create("a", [Scope.SCORE]), keys.create("b", [Scope.SCORE], timedelta(1))
    later = datetime.now(UTC) + timedelta(days=2)
    assert forever.key.valid_at(later)
    assert brief.key.valid_at(brief.key.created_at)
    assert not brief.key.valid_at(later)
    keys.revoke(forever.key.key_id)
    assert not keys.find(forever.key.key_id).key.valid_at(later)


def test_revoking_twice_keeps_the_first_time(engine):
    keys = Keys(engine)
    key_id = keys.create("a", [Scope.SCORE]).key.key_id
    keys.revoke(key_id)
    first = keys.find(key_id).key.revoked_at
    keys.revoke(key_id)
    assert keys.find(key_id).key.revoked_at == first


def test_an_unknown_key_cannot_be_revoked(engine):
    with pytest.raises(NoSuchKey, match="redress key list"):
        Keys(engine).revoke("0" * 12)
    assert Keys(engine).find("0" * 12) is None


def test_keys_are_listed_oldest_first(engine):
    keys = Keys(engine)
    made = [keys.create(name, [Scope.REVIEW]).key for name in "cab"]
    assert keys.all() == made


def test_use_is_noted_once_an_hour(engine):
    keys = Keys(engine)
    key = keys.create("a", [Scope.SCORE]).key
    keys.note_use(key, NOW)
    used = keys.find(key.key_id).key
    assert used.used_at == NOW
    keys.note_use(used, NOW + NOTE_EVERY / 2)
    assert keys.find(key.key_id).key.used_at == NOW
    keys.note_use(used, NOW + NOTE_EVERY)
    assert keys.find(key.key_id).key.used_at == NOW + NOTE_EVERY


@given(text=st.text())
def test_what_is_not_shaped_like_a_key_is_none(text):
    assert split(text) is None


@given(text=st.text(st.characters(codec="utf-8")), other=st.text(st.characters(codec="utf-8")))
def test_only_the_same_secret_opens(text, other):
    assert Stored(None, digest_of(text)).opens_with(other) == (text == other)
