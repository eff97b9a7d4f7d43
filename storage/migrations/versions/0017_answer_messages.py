"""Which message in the thread an answer came from, so that it follows when its writer edits or deletes it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answers", sa.Column("message_id", sa.String(200), nullable=True))
    op.add_column("thread_offers", sa.Column("message_id", sa.String(200), nullable=True))


def downgrade() -> None:
    op.drop_column("thread_offers", "message_id")
    op.drop_column("answers", "message_id")
