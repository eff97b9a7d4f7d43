"""Replies in a question's thread that their writers are asked about, with the setting SEKOM_READ_THREADS."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "thread_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_thread_offers_question_id", "thread_offers", ["question_id"])
    op.create_index("ix_thread_offers_person_id", "thread_offers", ["person_id"])
    op.create_index("ix_thread_offers_at", "thread_offers", ["at"])


def downgrade() -> None:
    op.drop_table("thread_offers")
