"""Theme groups, the questions that members ask each other there, and who the settings name as the kansli."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "named_kansli", sa.Column("entra_id", sa.String(length=64), nullable=False), sa.PrimaryKeyConstraint("entra_id")
    )
    op.create_table(
        "theme_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("words", JSON, nullable=False),
        sa.Column("conversation_id", sa.String(length=300), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("theme"),
    )
    op.create_index("ix_theme_groups_conversation_id", "theme_groups", ["conversation_id"])
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=True),
        sa.Column("municipality_code", sa.String(length=4), nullable=True),
        sa.Column("show_name", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_conversation_id", sa.String(length=300), nullable=True),
        sa.Column("asked_thread_id", sa.String(length=100), nullable=True),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asker_id"], ["people.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["people.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["group_id"], ["theme_groups.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["municipality_code"], ["municipalities.code"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("origin"),
    )
    op.create_index("ix_questions_asker_id", "questions", ["asker_id"])
    op.create_index("ix_questions_claimed_by_id", "questions", ["claimed_by_id"])
    op.create_index("ix_questions_group_id", "questions", ["group_id"])
    op.create_index("ix_questions_status_asked", "questions", ["status", "asked_at"])
    op.create_table(
        "theme_group_moderators",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["theme_groups.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", "person_id"),
    )
    op.create_index("ix_theme_group_moderators_person_id", "theme_group_moderators", ["person_id"])
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("municipality_code", sa.String(length=4), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["municipality_code"], ["municipalities.code"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_answers_once", "answers", ["question_id", "person_id", "digest"], unique=True)
    op.create_index("ix_answers_person_id", "answers", ["person_id"])
    op.create_index("ix_answers_question_id", "answers", ["question_id"])
    op.create_table(
        "question_followers",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("question_id", "person_id"),
    )
    op.create_index("ix_question_followers_person_id", "question_followers", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_question_followers_person_id", "question_followers")
    op.drop_table("question_followers")
    op.drop_index("ix_answers_question_id", "answers")
    op.drop_index("ix_answers_person_id", "answers")
    op.drop_index("ix_answers_once", "answers")
    op.drop_table("answers")
    op.drop_index("ix_theme_group_moderators_person_id", "theme_group_moderators")
    op.drop_table("theme_group_moderators")
    op.drop_index("ix_questions_status_asked", "questions")
    op.drop_index("ix_questions_group_id", "questions")
    op.drop_index("ix_questions_claimed_by_id", "questions")
    op.drop_index("ix_questions_asker_id", "questions")
    op.drop_table("questions")
    op.drop_index("ix_theme_groups_conversation_id", "theme_groups")
    op.drop_table("theme_groups")
    op.drop_table("named_kansli")
