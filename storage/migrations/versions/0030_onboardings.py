"""Where new members are in their introduction, and what people say so that they can be matched."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "onboardings",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("begun_at", _AT, nullable=False),
        sa.Column("team_id", sa.String(length=300), nullable=True),
        sa.Column("answers", _JSON, nullable=False),
        sa.Column("answered_at", _AT, nullable=True),
        sa.Column("finished_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index("ix_onboardings_begun_at", "onboardings", ["begun_at"])
    op.create_index("ix_onboardings_finished_at", "onboardings", ["finished_at"])
    op.create_table(
        "match_profiles",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("wrestles_with", sa.Text(), nullable=False),
        sa.Column("wanted_at", _AT, nullable=True),
        sa.Column("most", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("unanswered", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("changed_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id"),
    )
    # people who were here before the bot welcomed anybody are not new members; those who only stand on the kansli's
    # list have yet to come
    op.execute(
        "INSERT INTO onboardings (person_id, origin, begun_at, answers) "
        "SELECT id, 'before', first_seen_at, '{}' FROM people "
        "WHERE teams_id IS NOT NULL OR id IN (SELECT person_id FROM roster_members)"
    )


def downgrade() -> None:
    op.drop_table("match_profiles")
    op.drop_table("onboardings")
