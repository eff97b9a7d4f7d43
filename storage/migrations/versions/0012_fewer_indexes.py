"""Indexes that every turn wrote and hardly anything read: a twentieth of a turn."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

GONE = (
    ("seen_activities", "person_id"),
    ("seen_activities", "at"),
    ("faq_questions", "at"),
    ("faq_questions", "outcome"),
    ("faq_questions", "entry_id"),
    ("faq_recent_questions", "at"),
)


def upgrade() -> None:
    for table, column in GONE:
        op.drop_index(f"ix_{table}_{column}", table)


def downgrade() -> None:
    for table, column in GONE:
        op.create_index(f"ix_{table}_{column}", table, [column])
