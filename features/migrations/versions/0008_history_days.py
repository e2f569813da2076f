"""Days of the history, marked by the database itself whenever something is entered for one; the
appeals of a policy by detection.

A migration that makes `appeals` or `decisions` anew must make their triggers anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("appeals", "decisions")
EVENTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def upgrade() -> None:
    op.create_table(
        "history_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("filed", sa.BigInteger, nullable=False),
        sa.Column("answered", sa.BigInteger, nullable=False),
        sa.Column("decided", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_history_days"),
    )
    op.drop_index("ix_appeals_policy", "appeals")
    op.create_index("ix_appeals_policy", "appeals", ["policy", "detection"])
    op.execute(
        "INSERT INTO history_days (day, filed, answered, decided)"
        " SELECT day, max(filed), max(filed), max(decided) FROM"
        " (SELECT DISTINCT date(submitted_at) AS day, 1 AS filed, 0 AS decided FROM appeals"
        " UNION ALL SELECT DISTINCT date(decided_at), 0, 1 FROM decisions) AS days"
        " GROUP BY day"
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in (_MARK, _APPEAL, _DECISION):
            op.execute(statement)
        for table in TABLES:
            op.execute(
                f"CREATE TRIGGER {table}_days AFTER INSERT OR UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION redress_{table}_days()"
            )
        return
    for event, rows in EVENTS.items():
        _trigger("appeals", event, [_marked(f"{row}.submitted_at", "filed") for row in rows])
        decided = [part for row in rows for part in _decision_days(row)]
        _trigger("decisions", event, decided)
    op.execute(
        "CREATE TRIGGER appeals_days_of_decisions AFTER UPDATE ON appeals BEGIN"
        " UPDATE history_days SET decided = decided + 1 WHERE day IN"
        " (SELECT date(decided_at) FROM decisions WHERE appeal_id = NEW.appeal_id); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"DROP TRIGGER {table}_days ON {table}")
            op.execute(f"DROP FUNCTION redress_{table}_days()")
        op.execute("DROP FUNCTION redress_mark_day(date, text)")
    else:
        op.execute("DROP TRIGGER appeals_days_of_decisions")
        for table in TABLES:
            for event in EVENTS:
                op.execute(f"DROP TRIGGER {table}_days_{event.lower()}")
    op.drop_table("history_days")
    op.drop_index("ix_appeals_policy", "appeals")
    op.create_index("ix_appeals_policy", "appeals", ["policy"])


def _trigger(table: str, event: str, statements: list[str]) -> None:
    body = " ".join(f"{one};" for one in statements)
    name = f"{table}_days_{event.lower()}"
    op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body} END")


def _marked(moment: str, what: str) -> str:
    values = ", ".join("1" if one == what else "0" for one in ("filed", "answered", "decided"))
    return (
        f"INSERT INTO history_days (day, filed, answered, decided)"
        f" VALUES (date({moment}), {values})"
        f" ON CONFLICT (day) DO UPDATE SET {what} = {what} + 1"
    )


def _decision_days(row: str) -> list[str]:
    """Mark the day of a decision, those of others on the same appeal, and that of its filing."""
    return [
        _marked(f"{row}.decided_at", "decided"),
        "UPDATE history_days SET decided = decided + 1 WHERE day IN"
        f" (SELECT date(decided_at) FROM decisions WHERE appeal_id = {row}.appeal_id"
        f" AND decided_at <> {row}.decided_at)",
        "UPDATE history_days SET answered = answered + 1 WHERE day ="
        f" (SELECT date(submitted_at) FROM appeals WHERE appeal_id = {row}.appeal_id)",
    ]


# The number of the transaction, not a count: a row that one transaction changes a thousand times
# would be kept a thousand times until its end.
_MARK = """
CREATE FUNCTION redress_mark_day(on_day date, what text) RETURNS void AS $$
INSERT INTO history_days AS held (day, filed, answered, decided)
VALUES (
    on_day,
    CASE what WHEN 'filed' THEN txid_current() ELSE 0 END,
    CASE what WHEN 'answered' THEN txid_current() ELSE 0 END,
    CASE what WHEN 'decided' THEN txid_current() ELSE 0 END
)
ON CONFLICT (day) DO UPDATE SET
    filed = CASE what WHEN 'filed' THEN txid_current() ELSE held.filed END,
    answered = CASE what WHEN 'answered' THEN txid_current() ELSE held.answered END,
    decided = CASE what WHEN 'decided' THEN txid_current() ELSE held.decided END
WHERE txid_current() <> CASE what
    WHEN 'filed' THEN held.filed WHEN 'answered' THEN held.answered ELSE held.decided END
$$ LANGUAGE sql
"""
_APPEAL = """
CREATE FUNCTION redress_appeals_days() RETURNS trigger AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM redress_mark_day(OLD.submitted_at::date, 'filed');
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM redress_mark_day(NEW.submitted_at::date, 'filed');
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM redress_mark_day(decided_at::date, 'decided') FROM decisions
        WHERE appeal_id = NEW.appeal_id;
    END IF;
    RETURN NULL;
END
$$ LANGUAGE plpgsql
"""
_DECISION = """
CREATE FUNCTION redress_decisions_days() RETURNS trigger AS $$
DECLARE
    of_appeal text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM redress_mark_day(OLD.decided_at::date, 'decided');
        of_appeal := OLD.appeal_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM redress_mark_day(NEW.decided_at::date, 'decided');
        of_appeal := NEW.appeal_id;
    END IF;
    PERFORM redress_mark_day(decided_at::date, 'decided') FROM decisions
    WHERE appeal_id = of_appeal;
    PERFORM redress_mark_day(submitted_at::date, 'answered') FROM appeals
    WHERE appeal_id = of_appeal;
    RETURN NULL;
END
$$ LANGUAGE plpgsql
"""
