"""The people who came to events, their ratings, and what Teams says of the webinars that events were read from."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("others_came", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("events", sa.Column("source_status", sa.String(length=20), nullable=True))
    _of_a_person(
        "event_participations",
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
    )
    _of_a_person(
        "event_ratings",
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
    )
    op.create_table(
        "discarded_sources",
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )


def downgrade() -> None:
    op.drop_table("discarded_sources")
    op.drop_table("event_ratings")
    op.drop_table("event_participations")
    op.drop_column("events", "source_status")
    op.drop_column("events", "others_came")


def _of_a_person(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "person_id"),
    )
    op.create_index(f"ix_{table}_person_id", table, ["person_id"])
