"""Runs migrations on the connection that ``storage.migrate`` opened."""

from alembic import context

from storage.migrate import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
