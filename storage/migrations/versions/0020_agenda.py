"""What the kansli chose about the decisions that were prepared for it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("outcome", sa.String(300), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("week", "key"),
    )
    op.create_index("ix_agenda_choices_by_id", "agenda_choices", ["by_id"])
    op.create_index("ix_agenda_choices_at", "agenda_choices", ["at"])


def downgrade() -> None:
    op.drop_table("agenda_choices")
