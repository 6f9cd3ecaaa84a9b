"""How alembic runs: always on a connection that `schema` hands over, within its transaction."""

from alembic import context

from allegra_tui.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
