"""How people are reminded: by chat, mail or both, with pauses; and how a message to a person finds its way."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("paused_until", sa.Date(), nullable=True))
    # "chat" was what everybody had, and nobody was reminded any other way: it says nothing of a choice
    op.execute("UPDATE people SET remind_by = '' WHERE remind_by = 'chat'")
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("reach", sa.String(length=20), nullable=False, server_default="answer"))
        deliveries.add_column(sa.Column("dated", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("deliveries") as deliveries:  # the defaults were for the rows that were there
        for name, kind in (("reach", sa.String(20)), ("dated", sa.Boolean())):
            deliveries.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    waiting = "state IN ('waiting', 'sending', 'uncertain')"
    ended = "state = 'cancelled', error = 'undone', settled_at = CURRENT_TIMESTAMP"
    op.execute(f"UPDATE deliveries SET {ended} WHERE operation = 'mail' AND {waiting}")  # noqa: S608 - our words
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_column("dated")
        deliveries.drop_column("reach")
    op.execute("UPDATE people SET remind_by = 'chat' WHERE remind_by IN ('', 'both')")
    # in place: SQLite's batch would make the table anew, and an erased person's id would be given again
    op.drop_column("people", "paused_until")
