"""Events, the people who registered for them, and questions to their speakers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_AT = sa.DateTime(timezone=True)
_PEOPLE = ("organiser_id", "changed_by_id")


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("starts_at", _AT, nullable=True),
        sa.Column("ends_at", _AT, nullable=True),
        sa.Column("teams_meeting", sa.Boolean(), nullable=False),
        sa.Column("join_url", sa.String(length=1000), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("themes", _JSON, nullable=False),
        sa.Column("audience", _JSON, nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("register_by", sa.Date(), nullable=True),
        sa.Column("academy", sa.Boolean(), nullable=False),
        sa.Column("recording_url", sa.String(length=1000), nullable=False),
        sa.Column("material_url", sa.String(length=1000), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("card_version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _PEOPLE),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        *(sa.Column(name, _AT, nullable=True) for name in ("published_at", "cancelled_at")),
        *(sa.ForeignKeyConstraint([name], ["people.id"], ondelete="SET NULL") for name in _PEOPLE),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_state_starts_at", "events", ["state", "starts_at"])
    for name in ("series", *_PEOPLE):
        op.create_index(f"ix_events_{name}", "events", [name])
    op.create_table(
        "event_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for name in ("event_id", "person_id"):
        op.create_index(f"ix_event_questions_{name}", "event_questions", [name])
    op.create_table(
        "event_registrations",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", _AT, nullable=False),
        sa.Column("offered_until", _AT, nullable=True),
        sa.Column("show_name", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("told_start", _AT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "person_id"),
    )
    op.create_index("ix_event_registrations_person_id", "event_registrations", ["person_id"])
    op.create_index("ix_event_registrations_queue", "event_registrations", ["event_id", "state", "since"])


def downgrade() -> None:
    for table in ("event_registrations", "event_questions", "events"):
        op.drop_table(table)
