"""Which messages answered whom, so that a press replaces no card but the presser's own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ids = sa.Column("messages", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True)
    op.add_column("seen_activities", ids)


def downgrade() -> None:
    op.drop_column("seen_activities", "messages")
