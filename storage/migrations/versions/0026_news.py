"""How members want each kind of announcement, what is listed for them, and what concerns new members too."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # in place: SQLite's batch would make the table again, and a number would be given twice
    op.add_column("announcements", sa.Column("evergreen", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("people", sa.Column("returned_at", _AT, nullable=True))
    op.create_table(
        "news_choices",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("route", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "kind"),
    )
    op.create_table(
        "news_listings",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("delivery", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcements.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("announcement_id", "person_id"),
    )
    for name in ("person_id", "delivery"):
        op.create_index(f"ix_news_listings_{name}", "news_listings", [name])


def downgrade() -> None:
    op.drop_table("news_listings")
    op.drop_table("news_choices")
    op.drop_column("people", "returned_at")
    op.drop_column("announcements", "evergreen")
