"""The bank grows: entries made from questions, and what the kansli has decided about wordings."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("faq_entries") as entries:
        entries.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        entries.add_column(sa.Column("question_id", sa.Integer(), nullable=True))
        entries.create_foreign_key("fk_faq_entries_question", "questions", ["question_id"], ["id"], ondelete="SET NULL")
        entries.create_unique_constraint("uq_faq_entries_question", ["question_id"])
    op.create_table(
        "faq_decisions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_faq_decisions_at", "faq_decisions", ["at"])
    op.create_index("ix_faq_decisions_entry_id", "faq_decisions", ["entry_id"])


def downgrade() -> None:
    op.drop_table("faq_decisions")
    with op.batch_alter_table("faq_entries") as entries:
        entries.drop_constraint("uq_faq_entries_question", type_="unique")
        entries.drop_constraint("fk_faq_entries_question", type_="foreignkey")
        entries.drop_column("question_id")
        entries.drop_column("answered_at")
