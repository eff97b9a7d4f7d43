"""Where a question in a channel was asked, and whether others saw it."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM faq_recent_questions")  # they are kept for minutes, and nothing says which were private
    op.add_column("faq_recent_questions", sa.Column("thread_id", sa.String(length=100), nullable=True))
    op.add_column("faq_recent_questions", sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("faq_recent_questions", "private")
    op.drop_column("faq_recent_questions", "thread_id")
