"""Announcements that are sent every week or month, and reminders to people who have not pressed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, Any] = {
    "repeats": sa.String(length=10),
    "repeat_from": sa.DateTime(timezone=True),
    "repeat_until": sa.Date(),
    "nudged_version": sa.Integer(),
    "nudge_at": sa.DateTime(timezone=True),
}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("announcements", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("announcements", name)
