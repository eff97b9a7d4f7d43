"""The contacts that took over from others, and the people who were asked how it goes after a long silence."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("found_at", _AT, nullable=False),
        sa.Column("done_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["before_id"], ["contacts.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("contact_id"),
    )
    op.create_index("ix_handovers_before_id", "handovers", ["before_id"])
    op.create_index("ix_handovers_state", "handovers", ["state"])
    # people who had their seats before the bot handed anything over are no successors
    op.execute(
        "INSERT INTO handovers (contact_id, state, found_at) SELECT id, 'nobody', CURRENT_TIMESTAMP FROM contacts"
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("colleague_id", sa.Integer(), nullable=True),
        sa.Column("colleague_asked_at", _AT, nullable=True),
        sa.Column("listed_at", _AT, nullable=True),
        sa.Column("note", sa.String(length=20), nullable=False),
        sa.Column("ended_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["colleague_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_silences_person_id", "silences", ["person_id"])
    op.create_index("ix_silences_colleague_id", "silences", ["colleague_id"])
    open_ = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_silences_open", "silences", ["person_id"], unique=True, sqlite_where=open_, postgresql_where=open_
    )


def downgrade() -> None:
    op.drop_table("silences")
    op.drop_table("handovers")
