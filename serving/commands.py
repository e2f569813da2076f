"""`redress serve` and `redress key`: thin doors to the service and to its keys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import click

from features.command import json_option, report
from features.database import open_database
from features.settings import Settings
from serving.address import announce, require_free
from serving.keys import Key, Keys, Scope
from serving.settings import prepare_bentoml

MAX_NAME: Final = 200


@click.command()
@click.option("--host", help="IP address to listen on.  [default: REDRESS_HOST, 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65_535), help="[default: REDRESS_PORT, 3000]")
@click.option("--workers", type=click.IntRange(1, 64), help="[default: REDRESS_WORKERS, 1]")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve scores over HTTP with the champion, until stopped.

    A newly promoted model is taken up within seconds, without a restart.
    """
    given = {"host": host, "port": port, "workers": workers}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = replace(Settings.from_environment(), **chosen)  # type: ignore[arg-type]
    require_free(settings.host, settings.port)
    with _keys(settings) as keys:
        if not keys.all():
            click.echo("No key yet. Make one: redress key create --name intake --scope score")
    prepare_bentoml(settings)
    from serving.service import run

    threading.Thread(target=announce, args=(settings.host, settings.port), daemon=True).start()
    run(settings)


@click.group()
def key() -> None:
    """Make, list and revoke the keys that requests to the service carry."""


def _short(_context: click.Context, _option: click.Parameter, name: str) -> str:
    if not (0 < len(name) <= MAX_NAME and name.isprintable()):
        raise click.BadParameter(f"expected 1 to {MAX_NAME} printable characters")
    return name


@key.command()
@click.option("--name", required=True, callback=_short, help="Who or what will use it.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([str(scope) for scope in Scope]),
    help="What it allows; may be given more than once. admin allows everything.",
)
@click.option("--expires-days", type=click.IntRange(1, 3_650), help="[default: never]")
@json_option
def create(
    name: str, scopes: tuple[str, ...], expires_days: int | None, json_file: Path | None
) -> None:
    """Make a key. It is shown this once: only a hash of it is kept."""
    lifetime = None if expires_days is None else timedelta(days=expires_days)
    with _keys(Settings.from_environment()) as keys:
        made = keys.create(name, [Scope(scope) for scope in scopes], lifetime)
    if json_file is not None:
        _make_private(json_file)
    report({"key": made.bearer, **_described(made.key)}, json_file)
    click.echo(made.bearer)
    click.echo("Keep it now: it cannot be shown again.", err=True)


@key.command("list")
@json_option
def list_keys(json_file: Path | None) -> None:
    """List the keys, without their secrets."""
    with _keys(Settings.from_environment()) as keys:
        described = [_described(known) for known in keys.all()]
    report({"keys": described}, json_file)
    for known in described:
        click.echo("  ".join(f"{name}={value}" for name, value in known.items() if value))


@key.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Revoke the key KEY_ID: within seconds no request with it is answered."""
    with _keys(Settings.from_environment()) as keys:
        keys.revoke(key_id)
    click.echo(f"Revoked {key_id}.")


@contextmanager
def _keys(settings: Settings) -> Iterator[Keys]:
    engine = open_database(settings)
    try:
        yield Keys(engine)
    finally:
        engine.dispose()


def _described(known: Key) -> dict[str, object]:
    return {
        "key_id": known.key_id,
        "name": known.name,
        "scopes": sorted(known.scopes),
        "created_at": _told(known.created_at),
        "expires_at": _told(known.expires_at),
        "revoked_at": _told(known.revoked_at),
        "used_at": _told(known.used_at),
    }


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _make_private(file: Path) -> None:
    """Let only the owner read a file that will hold a secret."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)
