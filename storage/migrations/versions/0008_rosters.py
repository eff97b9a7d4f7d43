"""Who is in which team and theme channel, and who has left them all."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "rosters",
        sa.Column("id", sa.String(length=300), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "roster_members",
        sa.Column("roster_id", sa.String(length=300), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["roster_id"], ["rosters.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("roster_id", "person_id"),
    )
    op.create_index("ix_roster_members_person_id", "roster_members", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_roster_members_person_id", "roster_members")
    op.drop_table("roster_members")
    op.drop_table("rosters")
    op.drop_column("people", "left_at")
