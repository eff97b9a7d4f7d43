"""The outbox: contents, deliveries and the lease of who sends."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "contents",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.String(length=200), nullable=False),
        sa.Column("operation", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.String(length=300), nullable=True),
        sa.Column("thread_id", sa.String(length=100), nullable=True),
        sa.Column("activity_id", sa.String(length=200), nullable=True),
        sa.Column("target", sa.String(length=200), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("repeat", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=100), nullable=False),
        sa.Column("claimed_by", sa.String(length=40), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column("sent_conversation_id", sa.String(length=300), nullable=True),
        sa.Column("sent_thread_id", sa.String(length=100), nullable=True),
        sa.Column("sent_activity_id", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["content_hash"], ["contents.hash"]),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_deliveries_content_hash", "deliveries", ["content_hash"])
    op.create_index("ix_deliveries_due", "deliveries", ["state", "not_before", "id"])
    op.create_index("ix_deliveries_lane", "deliveries", ["lane", "id"])
    op.create_index("ix_deliveries_person_id", "deliveries", ["person_id"])
    op.create_index("ix_deliveries_sent_activity_id", "deliveries", ["sent_activity_id"])
    op.create_index("ix_deliveries_subject", "deliveries", ["subject"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_subject", "deliveries")
    op.drop_index("ix_deliveries_sent_activity_id", "deliveries")
    op.drop_index("ix_deliveries_person_id", "deliveries")
    op.drop_index("ix_deliveries_lane", "deliveries")
    op.drop_index("ix_deliveries_due", "deliveries")
    op.drop_index("ix_deliveries_content_hash", "deliveries")
    op.drop_table("deliveries")
    op.drop_table("contents")
    op.drop_table("leases")
