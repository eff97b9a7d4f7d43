"""Reporting duties, how far each municipality has come with them, and its history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_AT = sa.DateTime(timezone=True)


def _duty() -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    column: sa.Column[int] = sa.Column("duty_id", sa.Integer(), nullable=False)
    return column, sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], ondelete="CASCADE")


def _code() -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    column: sa.Column[str] = sa.Column("municipality_code", sa.String(length=4), nullable=False)
    return column, sa.ForeignKeyConstraint(["municipality_code"], ["municipalities.code"], ondelete="CASCADE")


def _person(name: str, *, kept: bool = True) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    column: sa.Column[int] = sa.Column(name, sa.Integer(), nullable=kept)
    return column, sa.ForeignKeyConstraint([name], ["people.id"], ondelete="SET NULL" if kept else "CASCADE")


def upgrade() -> None:
    op.create_table(
        "duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=1000), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("opens", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("seats", _JSON, nullable=False),
        sa.Column("ladder", _JSON, nullable=False),
        sa.Column("audience", _JSON, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("copied_from_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_person("changed_by_id"),
        *(sa.Column(name, _AT, nullable=False) for name in ("created_at", "changed_at")),
        sa.Column("closed_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["copied_from_id"], ["duties.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source"),
        sqlite_autoincrement=True,
    )
    for name in ("year", "event_id", "copied_from_id", "changed_by_id"):
        op.create_index(f"ix_duties_{name}", "duties", [name])
    op.create_table(
        "duty_statuses",
        *_duty(),
        *_code(),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("since", _AT, nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        *_person("by_id"),
        *(sa.Column(name, _AT, nullable=True) for name in ("thanked_at", "doubted_at")),
        sa.PrimaryKeyConstraint("duty_id", "municipality_code"),
    )
    for name in ("municipality_code", "by_id"):
        op.create_index(f"ix_duty_statuses_{name}", "duty_statuses", [name])
    op.create_table(
        "duty_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        *_duty(),
        *_code(),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_person("by_id"),
        sa.Column("at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_duty_changes_status", "duty_changes", ["duty_id", "municipality_code"])
    for name in ("by_id", "at"):
        op.create_index(f"ix_duty_changes_{name}", "duty_changes", [name])
    op.create_table(
        "duty_hands",
        sa.Column("id", sa.Integer(), nullable=False),
        *_duty(),
        *_code(),
        *_person("person_id", kept=False),
        *_person("instead_id"),
        sa.Column("at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("duty_id", "municipality_code", "person_id"),
    )
    for name in ("person_id", "instead_id"):
        op.create_index(f"ix_duty_hands_{name}", "duty_hands", [name])


def downgrade() -> None:
    for table in ("duty_hands", "duty_changes", "duty_statuses", "duties"):
        op.drop_table(table)
