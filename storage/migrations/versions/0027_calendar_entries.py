"""What we know of each calendar entry, when people answered in Outlook, and who is not in the entry."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calendar_entries",
        sa.Column("event_key", sa.String(length=120), nullable=False),
        sa.Column("ends_at", _AT, nullable=True),
        sa.Column("called_off", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("join_url", sa.String(length=1000), nullable=True),
        sa.Column("read_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("event_key"),
    )
    op.create_index("ix_calendar_entries_ends_at", "calendar_entries", ["ends_at"])
    op.add_column("invitations", sa.Column("answered_at", _AT, nullable=True))
    op.add_column("invitations", sa.Column("outside", sa.String(length=20), nullable=False, server_default=""))
    with op.batch_alter_table("invitations") as table:
        table.alter_column("outside", server_default=None)


def downgrade() -> None:
    op.drop_column("invitations", "outside")
    op.drop_column("invitations", "answered_at")
    op.drop_table("calendar_entries")
