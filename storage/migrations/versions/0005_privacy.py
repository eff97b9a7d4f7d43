"""Whom the bot has forgotten, links to fetch a file once, and ids of people that are never given again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_salt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "erased_identities",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("ix_erased_identities_reference", "erased_identities", ["reference"])
    op.create_table(
        "download_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=20), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_download_links_person_id", "download_links", ["person_id"])
    op.create_index("ix_download_links_expires_at", "download_links", ["expires_at"])
    _people(sqlite_autoincrement=True)


def downgrade() -> None:
    _people(sqlite_autoincrement=False)
    op.drop_table("download_links")
    op.drop_table("erased_identities")
    op.drop_table("erased_salt")


def _people(*, sqlite_autoincrement: bool) -> None:
    """PostgreSQL's sequences never give a number twice; SQLite only does as asked when the table is made."""
    if op.get_bind().dialect.name == "sqlite":
        options = {"sqlite_autoincrement": sqlite_autoincrement}
        with op.batch_alter_table("people", recreate="always", table_kwargs=options):
            pass
