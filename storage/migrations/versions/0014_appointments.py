"""Who is invited to an appointment, and where to join its online meeting."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_key", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_key", "person_id"),
    )
    op.create_index("ix_invitations_person_id", "invitations", ["person_id"])
    op.add_column("deliveries", sa.Column("join_url", sa.String(length=1000), nullable=True))


def downgrade() -> None:
    op.drop_column("deliveries", "join_url")
    op.drop_table("invitations")
