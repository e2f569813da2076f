"""The tables of the one database, spelt once, in types that SQLite and PostgreSQL share.

`features.migrations` makes them; a test holds the two to each other. Times are UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Moment(TypeDecorator[datetime]):
    """A time in UTC: aware in Python, without a zone in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Bring a time to UTC; refuse one without a zone, which could mean anything."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; expected an aware datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give a time its zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

APPEALS: Final = Table(
    "appeals",
    METADATA,
    Column("appeal_id", String(200), primary_key=True),
    Column("submitted_at", Moment, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("subject_id", String(200), index=True),
    Column("policy", String(200)),
    Column("action", String(200)),
    Column("market", String(200)),
    Column("language", String(200)),
    Column("detection", String(20)),
    Column("evidence", JSON, nullable=False),
    Column("attempt", Integer),
    Column("stake", Float),
    Column("attributes", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_appeals_policy", "policy", "detection"),
)
"""Appeals as they were filed; `digest` is the SHA-256 of the other columns."""

DECISIONS: Final = Table(
    "decisions",
    METADATA,
    Column("appeal_id", String(200), ForeignKey("appeals.appeal_id"), primary_key=True),
    Column("decided_at", Moment, primary_key=True),
    Column("outcome", String(20), nullable=False),
    Column("reviewer_id", String(200)),
    Column("escalated_to", String(20)),
    Index("ix_decisions_decided_at", "decided_at"),
)
"""Every decision on an appeal; the one with the latest `decided_at` counts."""

HISTORY_DAYS: Final = Table(
    "history_days",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("filed", BigInteger, nullable=False),
    Column("answered", BigInteger, nullable=False),
    Column("decided", BigInteger, nullable=False),
)
"""Marks of the days, UTC, that appeals and decisions lie on. Each is another number whenever
something is entered or changed: `filed` among the appeals filed on the day, `answered` among the
decisions on these, `decided` among those made on the day, a later one on the same appeal included.
The database sets them, by triggers, whoever writes: what was counted of a day holds while its mark
does."""

SCORES: Final = Table(
    "scores",
    METADATA,
    Column("score_id", Integer, primary_key=True, autoincrement=True),
    Column("appeal_id", String(200), nullable=False, index=True),
    Column("scored_at", Moment, nullable=False, index=True),
    Column("model_version", String(50), nullable=False, index=True),
    Column("probability", Float, nullable=False),
    Column("logit", Float, nullable=False),
    Column("uncertain", Boolean, nullable=False),
    Column("risk_probability", Float, nullable=False),
    Column("risk_team", String(20), nullable=False),
    Column("risk_tier", String(20), nullable=False),
    Column("risk_basis", String(20), nullable=False),
    Column("priority", Float, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("request_id", String(200)),
    Column("text_digest", String(64)),
)
"""Every score given, written before it was answered. An appeal may be scored before it is in the
history, or never be in it: there is no foreign key."""

SHADOW_SCORES: Final = Table(
    "shadow_scores",
    METADATA,
    Column("shadow_id", Integer, primary_key=True, autoincrement=True),
    Column("appeal_id", String(200), nullable=False, index=True),
    Column("scored_at", Moment, nullable=False),
    Column("model_version", String(50), nullable=False, index=True),
    Column("probability", Float, nullable=False),
    Column("champion_version", String(50), nullable=False),
    Column("champion_probability", Float, nullable=False),
)
"""What a challenger said, in shadow, of appeals that the champion answered at `scored_at`. Nobody
saw it: it is kept to compare the two once the appeals are decided."""

API_KEYS: Final = Table(
    "api_keys",
    METADATA,
    Column("key_id", String(50), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("digest", String(200), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("last_used_at", Moment),
)
"""Bearer keys; `digest` is a hash of the secret, which is not kept."""

IDEMPOTENCY: Final = Table(
    "idempotency",
    METADATA,
    Column("key_id", String(50), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request_digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)
"""Answers kept for requests that may come again under the same `Idempotency-Key`."""

DISCOVERIES: Final = Table(
    "discoveries",
    METADATA,
    Column("as_of", Date, primary_key=True),
    Column("window_days", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("encoder", String(64), nullable=False),
    Column("appeals", Integer, nullable=False),
    Column("unassigned", Integer, nullable=False),
    Column("campaigns", Integer, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("resolution", Float, nullable=False),
    Column("agreement", Float),
    Column("recall", Float, nullable=False),
    Column("persistence", Float),
)
"""Every look at a window of appeals; one made again stands in for the one of the same day."""

THEMES: Final = Table(
    "themes",
    METADATA,
    Column("theme_id", String(20), primary_key=True),
    Column("born_on", Date, nullable=False),
    Column("retired_on", Date),
    # What people gave: no discovery touches it.
    Column("given_title", String(200)),
    Column("status", String(20), nullable=False),
    Column("owner", String(200)),
    Column("note", String(5_000)),
    Column("merged_into", String(20), ForeignKey("themes.theme_id")),
    Column("revision", Integer, nullable=False),
    # What the newest discovery that found it says.
    Column("title", Text, nullable=False),
    Column("phrases", JSON, nullable=False),
    Column("exemplars", JSON, nullable=False),
    Column("size", Integer, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("subjects", Integer, nullable=False),
    Column("campaigns", Integer, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("decided", Integer, nullable=False),
    Column("overturned", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("information", Float, nullable=False),
    Column("lower", Float, nullable=False),
    # Where the cluster that is found as it lies, and when it was last found there.
    Column("centre", LargeBinary),
    Column("hubs", LargeBinary),
    Column("floor", Float),
    Column("encoder", String(64)),
    Column("centred_on", Date),
)
"""Themes; `centre` and `hubs`, one after another, are float32, little endian; `floor` is the least
cosine to the centre that belongs to it."""

THEME_MEMBERS: Final = Table(
    "theme_members",
    METADATA,
    Column("as_of", Date, ForeignKey("discoveries.as_of"), primary_key=True),
    Column("appeal_id", String(200), primary_key=True),
    Column("theme_id", String(20), ForeignKey("themes.theme_id"), nullable=False),
    Column("found_as", String(20), ForeignKey("themes.theme_id"), nullable=False),
    Column("similarity", Float, nullable=False),
    Column("campaign", Integer),
    Index("ix_theme_members_theme_id", "theme_id", "as_of"),
)
"""Appeals of themes at the newest discovery and the one before it. An appeal without a theme has no
row."""

THEME_DAYS: Final = Table(
    "theme_days",
    METADATA,
    Column("theme_id", String(20), ForeignKey("themes.theme_id"), primary_key=True),
    Column("day", Date, primary_key=True, index=True),
    Column("appeals", Integer, nullable=False),
    Column("overturned", Integer, nullable=False),
    Column("decided", Integer, nullable=False),
)
"""A theme's counts by the day of filing, UTC; those before the newest window are its history.
Each appeal counts once: merged themes have no days, those no longer found none in the window."""

THEME_LINEAGE: Final = Table(
    "theme_lineage",
    METADATA,
    Column("as_of", Date, ForeignKey("discoveries.as_of"), primary_key=True),
    Column("theme_id", String(20), ForeignKey("themes.theme_id"), primary_key=True, index=True),
    Column("event", String(20), nullable=False),
    Column("parents", JSON, nullable=False),
    Column("went_into", JSON, nullable=False),
)
"""What became of each theme in each discovery: whose appeals it has, or who took it over."""

THEME_DRIVERS: Final = Table(
    "theme_drivers",
    METADATA,
    Column("theme_id", String(20), ForeignKey("themes.theme_id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("field", String(200), nullable=False),
    Column("value", Text, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("information", Float, nullable=False),
    Column("lower", Float, nullable=False),
)
"""The facts that are told more often in a theme than chance explains, the strongest first."""

THEME_CHANGES: Final = Table(
    "theme_changes",
    METADATA,
    Column("change_id", Integer, primary_key=True, autoincrement=True),
    Column("theme_id", String(20), ForeignKey("themes.theme_id"), nullable=False, index=True),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("field", String(20), nullable=False),
    Column("old", Text),
    Column("new", Text),
    Column("reason", Text),
)
"""Everything that people changed about themes. Only ever added to."""

ALARMS: Final = Table(
    "alarms",
    METADATA,
    Column("alarm_id", String(20), primary_key=True),
    Column("family", String(20), nullable=False),
)
"""Alarms by number; all that is told of one is by day. One without a day was taken back by a
discovery made again: it is not shown, and its number is not given again."""

ALARM_DAYS: Final = Table(
    "alarm_days",
    METADATA,
    Column("alarm_id", String(20), ForeignKey("alarms.alarm_id"), primary_key=True),
    Column("as_of", Date, ForeignKey("discoveries.as_of"), primary_key=True, index=True),
    Column("turn", String(20), nullable=False),
    Column("appeals", Integer, nullable=False),
    # Whether people escalated the theme that it tells.
    Column("escalated", Boolean, nullable=False),
    # What was told on that day.
    Column("kind", String(20), nullable=False),
    Column("part", JSON, nullable=False),
    # Those of all that was seen of it on that day.
    Column("parts", JSON, nullable=False),
    Column("title", Text, nullable=False),
    Column("phrases", JSON, nullable=False),
    Column("since", Date, nullable=False),
    Column("window_days", Integer, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("decided", Integer),
    Column("p", Float, nullable=False),
    Column("recurrence_days", Float, nullable=False),
    Column("subjects", Integer, nullable=False),
    Column("theme_id", String(20), ForeignKey("themes.theme_id")),
    Column("emerging", Boolean, nullable=False),
    Column("drivers", JSON, nullable=False),
    Column("exemplars", JSON, nullable=False),
    Column("days", JSON, nullable=False),
)
"""Alarms on the days on which they were seen; `appeals` are all that made one up until then."""

ALARM_MEMBERS: Final = Table(
    "alarm_members",
    METADATA,
    Column("alarm_id", String(20), ForeignKey("alarms.alarm_id"), primary_key=True),
    Column("appeal_id", String(200), primary_key=True),
    Column("as_of", Date, ForeignKey("discoveries.as_of"), nullable=False, index=True),
)
"""The appeals that make alarms up, and as of which day each was first seen in it."""

ALARM_PLACES: Final = Table(
    "alarm_places",
    METADATA,
    Column("alarm_id", String(20), ForeignKey("alarms.alarm_id"), primary_key=True),
    Column("as_of", Date, ForeignKey("discoveries.as_of"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("centre", LargeBinary, nullable=False),
    Column("floor", Float, nullable=False),
    Column("encoder", String(64), nullable=False),
)
"""Where the causes lie that an alarm was told of on a day; columns as of `themes`."""

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("delivery_id", String(50), primary_key=True),
    Column("event", String(50), nullable=False),
    Column("alarm_id", String(20), ForeignKey("alarms.alarm_id"), nullable=False),
    Column("as_of", Date, ForeignKey("discoveries.as_of"), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Moment, nullable=False, index=True),
    Column("claimed_until", Moment),
    Column("delivered_at", Moment),
    Column("dead_at", Moment),
    Column("last_status", Integer),
    Column("last_error", String(200)),
    Index("ix_deliveries_event", "event", "alarm_id", "as_of", unique=True),
)
"""The outbox of the webhook: what is to be told, written with what it tells, and what became of it.
`body` is JSON as it is sent: a signature is over its bytes. A day's event is told once."""

USERS: Final = Table(
    "users",
    METADATA,
    Column("login", String(100), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password", String(255)),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
)
"""People who may sign in to the pages; `login` is the name without the difference of capitals,
`password` an argon2 hash. One without it signs in through a reverse proxy alone."""

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("login", String(100), ForeignKey("users.login")),
    Column("key_id", String(50), ForeignKey("api_keys.key_id")),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
)
"""Who is signed in, by name or by key; `digest` is the SHA-256 of a token that is not kept."""

SIGN_IN_ATTEMPTS: Final = Table(
    "sign_in_attempts",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("kept_until", Moment, nullable=False, index=True),
)
"""How often signing in has failed, by who tried from where; `digest` is of a name with an address,
of an address, or of a name with a browser that has signed in under it: none of them is kept."""

MAP_PLACES: Final = Table(
    "map_places",
    METADATA,
    Column("as_of", Date, ForeignKey("discoveries.as_of"), primary_key=True),
    Column("appeal_id", String(200), primary_key=True),
    Column("x", Float, nullable=False),
    Column("y", Float, nullable=False),
)
"""Where the appeals of the newest discovery, and of the one before it, lie on its map; only
distances mean anything. An appeal whose text says nothing has no row."""

LOOKS: Final = Table(
    "looks",
    METADATA,
    Column("look_id", Integer, primary_key=True, autoincrement=True),
    Column("appeal_id", String(200), ForeignKey("appeals.appeal_id"), nullable=False, index=True),
    Column("looked_at", Moment, nullable=False),
    Column("looked_by", String(200), nullable=False),
    Column("score_shown", Boolean, nullable=False),
    Column("probability", Float),
    Column("model_version", String(50)),
)
"""Every look at an appeal as it was written, and the score that was shown or hidden; without one
where there was none. Only ever added to."""

REVIEWS: Final = Table(
    "reviews",
    METADATA,
    Column("review_id", Integer, primary_key=True, autoincrement=True),
    Column("appeal_id", String(200), ForeignKey("appeals.appeal_id"), nullable=False, index=True),
    Column("look_id", Integer, ForeignKey("looks.look_id"), nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("reviewer_id", String(200), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("probability", Float),
    Column("model_version", String(50)),
)
"""Decisions made on the pages, with the score of the look that came before; `blind` where none of
the reviewer's looks at the appeal had shown it. Only ever added to."""
