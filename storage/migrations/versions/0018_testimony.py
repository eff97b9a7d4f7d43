"""Entries made from a colleague's answer become testimony; an entry may be valid until a day."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ENTRIES = sa.table(
    "faq_entries",
    *(sa.column(name) for name in ("id", "question_id", "kind", "municipality_code", "told_by_id")),
    sa.column("sources", sa.JSON().with_variant(JSONB(), "postgresql")),
    sa.column("told_on", sa.Date()),
)
_ANSWERS = sa.table(
    "answers",
    *(sa.column(name) for name in ("question_id", "person_id", "municipality_code", "way", "solved")),
    sa.column("at", sa.DateTime(timezone=True)),
)
_PLACES = sa.table("municipalities", sa.column("code"), sa.column("full_name"))


def upgrade() -> None:
    with op.batch_alter_table("faq_entries") as entries:
        entries.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
        entries.add_column(sa.Column("kind", sa.String(20), nullable=False, server_default="fact"))
        entries.add_column(sa.Column("municipality_code", sa.String(4), nullable=True))
        entries.add_column(sa.Column("told_by_id", sa.Integer(), nullable=True))
        entries.add_column(sa.Column("told_on", sa.Date(), nullable=True))
        entries.add_column(sa.Column("name_agreed", sa.Boolean(), nullable=True))
        entries.create_foreign_key(
            "fk_faq_entries_municipality", "municipalities", ["municipality_code"], ["code"], ondelete="SET NULL"
        )
        entries.create_foreign_key("fk_faq_entries_told_by", "people", ["told_by_id"], ["id"], ondelete="SET NULL")
    with op.batch_alter_table("faq_entries") as entries:
        entries.alter_column("kind", server_default=None)
    op.create_index("ix_faq_entries_told_by_id", "faq_entries", ["told_by_id"])
    _fill_in()


def _fill_in() -> None:
    """Say where each entry made from a question came from. The municipality was kept as a source's title before."""
    connection = op.get_bind()
    made = _ENTRIES.c.question_id.is_not(None)
    connection.execute(sa.update(_ENTRIES).where(made).values(kind="testimony"))
    solving = (_ANSWERS.c.question_id == _ENTRIES.c.question_id) & (_ANSWERS.c.solved == sa.true())
    from_it = (_PLACES.c.code == _ANSWERS.c.municipality_code) & (_ANSWERS.c.way != "pasted")
    rows = connection.execute(
        sa.select(_ENTRIES.c.id, _ENTRIES.c.sources, _ANSWERS.c.person_id, _ANSWERS.c.way, _ANSWERS.c.at, _PLACES)
        .select_from(_ENTRIES)
        .join(_ANSWERS, solving)
        .outerjoin(_PLACES, from_it)
    ).all()
    for row in rows:
        told: dict[str, Any] = {"told_on": row.at.date(), "municipality_code": row.code}
        if row.way != "pasted":  # else the person is the one who pasted it
            told["told_by_id"] = row.person_id
        told["sources"] = [source for source in row.sources if source.get("title") != row.full_name]
        connection.execute(sa.update(_ENTRIES).where(_ENTRIES.c.id == row.id).values(**told))
    if connection.execute(sa.select(sa.func.count()).select_from(_ENTRIES).where(made)).scalar():
        connection.execute(sa.text("UPDATE faq_version SET number = number + 1"))


def downgrade() -> None:
    op.drop_index("ix_faq_entries_told_by_id", "faq_entries")
    with op.batch_alter_table("faq_entries") as entries:
        entries.drop_constraint("fk_faq_entries_told_by", type_="foreignkey")
        entries.drop_constraint("fk_faq_entries_municipality", type_="foreignkey")
        for column in ("name_agreed", "told_on", "told_by_id", "municipality_code", "kind", "valid_until"):
            entries.drop_column(column)
