"""`redress user`: a thin door to the people who may sign in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from features.command import json_option, report
from features.database import open_database
from features.settings import Settings
from serving.dashboard.roles import Role
from serving.dashboard.users import User, Users, checked_name

from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, one line."
)


@click.group()
def user() -> None:
    """Add, list and disable the people who sign in to the pages."""


@user.command()
@click.argument("name")
@click.option(
    "--role",
    default=str(Role.VIEWER),
    show_default=True,
    type=click.Choice([str(role) for role in Role]),
    help="What the person may do; each includes those before it.",
)
@click.option(
    "--no-password", is_flag=True, help="Only a reverse proxy that names the person signs them in."
)
@from_stdin
@json_option
def add(
    name: str, role: str, no_password: bool, password_stdin: bool, json_file: Path | None
) -> None:
    """Add NAME, or bring back one who was disabled. The password is asked for, without echo."""
    if no_password and password_stdin:
        raise click.UsageError("--no-password and --password-stdin exclude each other")
    checked_name(name)
    password = None if no_password else _password(password_stdin)
    with _users() as users:
        added = users.add(name, Role(role), password)
    report(_described(added), json_file)
    click.echo(f"Added {added.name}, {added.role}.")


@user.command("list")
@json_option
def list_users(json_file: Path | None) -> None:
    """List the people who may sign in, and those who no longer may."""
    with _users() as users:
        described = [_described(known) for known in users.all()]
    report({"users": described}, json_file)
    for known in described:
        click.echo("  ".join(f"{field}={value}" for field, value in known.items() if value))


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Let NAME sign in no longer; their sessions end at once. What they did stays on record."""
    with _users() as users:
        users.disable(name)
    click.echo("Disabled; every session has ended.")


@user.command()
@click.argument("name")
@from_stdin
def password(name: str, password_stdin: bool) -> None:
    """Give NAME another password; sessions begun with the old one end at once."""
    with _users() as users:
        users.set_password(name, _password(password_stdin))
    click.echo("The password is changed; every session has ended.")


def _password(from_standard_input: bool) -> str:
    if from_standard_input:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return given


@contextmanager
def _users() -> Iterator[Users]:
    engine = open_database(Settings.from_environment())
    try:
        yield Users(engine)
    finally:
        engine.dispose()


def _described(known: User) -> dict[str, object]:
    disabled = known.disabled_at
    return {
        "name": known.name,
        "role": str(known.role),
        "password": known.has_password,
        "created_at": known.created_at.isoformat(timespec="seconds"),
        "disabled_at": None if disabled is None else disabled.isoformat(timespec="seconds"),
    }
