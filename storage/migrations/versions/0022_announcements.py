"""Announcements with what members pressed, saved audiences and lists of people; what a file's link is about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_AT = sa.DateTime(timezone=True)
_PEOPLE = ("approved_by_id", "changed_by_id", "sender_id")


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("image_url", sa.String(length=1000), nullable=False),
        sa.Column("image_alt", sa.String(length=300), nullable=False),
        sa.Column("links", _JSON, nullable=False),
        sa.Column("last_date", sa.Date(), nullable=True),
        sa.Column("important", sa.Boolean(), nullable=False),
        sa.Column("audience", _JSON, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spread_version", sa.Integer(), nullable=False),
        sa.Column("approved_version", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _PEOPLE),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        *(
            sa.Column(name, _AT, nullable=True)
            for name in ("send_at", "sent_at", "prepared_at", "ended_at", "corrected_at")
        ),
        sa.Column("delete_copies", sa.Boolean(), nullable=False),
        *(sa.ForeignKeyConstraint([name], ["people.id"], ondelete="SET NULL") for name in _PEOPLE),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for name in ("state", *_PEOPLE):
        op.create_index(f"ix_announcements_{name}", "announcements", [name])
    op.create_table(
        "announcement_marks",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=20), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcements.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("announcement_id", "person_id", "mark"),
    )
    op.create_index("ix_announcement_marks_person_id", "announcement_marks", ["person_id"])
    op.create_table(
        "saved_audiences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("audience", _JSON, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "people_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "people_in_lists",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["people_lists.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("list_id", "person_id"),
    )
    op.create_index("ix_people_in_lists_person_id", "people_in_lists", ["person_id"])
    op.add_column("download_links", sa.Column("about", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("download_links", "about")
    for table in ("people_in_lists", "people_lists", "saved_audiences", "announcement_marks", "announcements"):
        op.drop_table(table)
