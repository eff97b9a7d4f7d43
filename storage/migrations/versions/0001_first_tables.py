"""Turns, people, dialogs and the knowledge bank."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "faq_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("teams_id", sa.String(length=200), nullable=False),
        sa.Column("entra_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("greeted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("teams_id"),
    )
    op.create_index("ix_people_entra_id", "people", ["entra_id"])

    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=300), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("service_url", sa.String(length=500), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=True),
        sa.Column("team_id", sa.String(length=300), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("greeted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_conversations_person_id", "conversations", ["person_id"])

    op.create_table(
        "faq_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("question", sa.String(length=1000), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("certainty", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index("ix_faq_entries_owner_id", "faq_entries", ["owner_id"])
    op.create_index("ix_faq_entries_state", "faq_entries", ["state"])

    op.create_table(
        "open_dialogs",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "conversation_id"),
    )
    op.create_table(
        "seen_activities",
        sa.Column("conversation_id", sa.String(length=300), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", JSON, nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", "activity_id"),
    )
    op.create_index("ix_seen_activities_at", "seen_activities", ["at"])
    op.create_index("ix_seen_activities_person_id", "seen_activities", ["person_id"])

    op.create_table(
        "faq_phrasings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entry_id", "text"),
    )
    op.create_index("ix_faq_phrasings_entry_id", "faq_phrasings", ["entry_id"])

    op.create_table(
        "faq_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("chosen_id", sa.Integer(), nullable=True),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["chosen_id"], ["faq_entries.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_faq_questions_at", "faq_questions", ["at"])
    op.create_index("ix_faq_questions_entry_id", "faq_questions", ["entry_id"])
    op.create_index("ix_faq_questions_outcome", "faq_questions", ["outcome"])

    op.create_table(
        "faq_question_texts",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("wording", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["faq_questions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("question_id"),
    )
    op.create_index("ix_faq_question_texts_at", "faq_question_texts", ["at"])
    op.create_index("ix_faq_question_texts_wording", "faq_question_texts", ["wording"])

    op.create_table(
        "faq_recent_questions",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["question_id"], ["faq_questions.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("person_id", "conversation_id"),
    )
    op.create_index("ix_faq_recent_questions_at", "faq_recent_questions", ["at"])

    op.create_table(
        "faq_votes",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["question_id"], ["faq_questions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("question_id", "person_id"),
    )
    op.create_index("ix_faq_votes_entry_id", "faq_votes", ["entry_id"])
    op.create_index("ix_faq_votes_person_id", "faq_votes", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_faq_votes_person_id", "faq_votes")
    op.drop_index("ix_faq_votes_entry_id", "faq_votes")

    op.drop_table("faq_votes")
    op.drop_index("ix_faq_recent_questions_at", "faq_recent_questions")

    op.drop_table("faq_recent_questions")
    op.drop_index("ix_faq_question_texts_wording", "faq_question_texts")
    op.drop_index("ix_faq_question_texts_at", "faq_question_texts")

    op.drop_table("faq_question_texts")
    op.drop_index("ix_faq_questions_outcome", "faq_questions")
    op.drop_index("ix_faq_questions_entry_id", "faq_questions")
    op.drop_index("ix_faq_questions_at", "faq_questions")

    op.drop_table("faq_questions")
    op.drop_index("ix_faq_phrasings_entry_id", "faq_phrasings")

    op.drop_table("faq_phrasings")
    op.drop_index("ix_seen_activities_person_id", "seen_activities")
    op.drop_index("ix_seen_activities_at", "seen_activities")

    op.drop_table("seen_activities")
    op.drop_table("open_dialogs")
    op.drop_index("ix_faq_entries_state", "faq_entries")
    op.drop_index("ix_faq_entries_owner_id", "faq_entries")

    op.drop_table("faq_entries")
    op.drop_index("ix_conversations_person_id", "conversations")

    op.drop_table("conversations")
    op.drop_index("ix_people_entra_id", "people")

    op.drop_table("people")
    op.drop_table("faq_version")
