"""How alembic runs here: on a connection that the caller has opened and locked."""

from __future__ import annotations

from alembic import context

from features.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite alters a table by copying it.
    render_as_batch=True,
    # The caller's transaction holds the lock: nothing may commit before all is done.
    transactional_ddl=False,
)
context.run_migrations()
