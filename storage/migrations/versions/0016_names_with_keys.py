"""Names carry their person's key: whom a content names, and what people were called before.

Contents written before carry no keys. Words of messages that have come to their end are dropped, so that nothing is
left to be searched for names; what waits keeps its words until it has gone, a week at most.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "people_names",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(320), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "text"),
    )
    op.create_table(
        "content_people",
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("written_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["content_hash"], ["contents.hash"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("content_hash", "written_id"),
    )
    op.create_index("ix_content_people_person_id", "content_people", ["person_id"])
    op.execute("UPDATE deliveries SET content_hash = NULL WHERE settled_at IS NOT NULL")
    unused = "NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.content_hash = contents.hash)"
    op.execute(f"DELETE FROM contents WHERE {unused}")  # noqa: S608 - no data in it


def downgrade() -> None:
    op.drop_table("content_people")
    op.drop_table("people_names")
