"""The second route of a message, and whether a colleague who answers may be written to."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("mail_after", sa.Integer(), nullable=True))
    with op.batch_alter_table("answers") as answers:
        answers.add_column(sa.Column("may_write", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("answers") as answers:
        answers.alter_column("may_write", server_default=None)


def downgrade() -> None:
    op.drop_column("answers", "may_write")
    op.drop_column("deliveries", "mail_after")
