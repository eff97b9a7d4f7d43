"""Municipalities, contact persons, roles, proposals and the audit log; people from lists and rosters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HANGS_ON_PEOPLE = ("conversations", "open_dialogs", "seen_activities", "faq_recent_questions", "faq_votes")


def upgrade() -> None:
    op.create_table(
        "municipalities",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("full_name", sa.String(length=60), nullable=False),
        sa.Column("county", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size_group", sa.String(length=2), nullable=False),
        sa.Column("size_group_name", sa.String(length=60), nullable=False),
        sa.Column("aliases", JSON, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("programme_url", sa.String(length=500), nullable=False),
        sa.Column("programme_until", sa.Integer(), nullable=True),
        sa.Column("mail_domains", JSON, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("ix_municipalities_state", "municipalities", ["state"])

    with op.batch_alter_table("people") as people:
        people.alter_column("teams_id", existing_type=sa.String(length=200), nullable=True)
        people.add_column(sa.Column("mail", sa.String(length=320), nullable=True))
        people.add_column(sa.Column("guest", sa.Boolean(), nullable=True))
        people.add_column(sa.Column("municipality_code", sa.String(length=4), nullable=True))
        people.add_column(sa.Column("role", sa.String(length=20), nullable=False, server_default=""))
        people.add_column(sa.Column("helps_with", sa.Text(), nullable=False, server_default=""))
        people.add_column(sa.Column("remind_by", sa.String(length=10), nullable=False, server_default="chat"))
        people.add_column(sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=True))
        people.create_foreign_key(
            "fk_people_municipality_code", "municipalities", ["municipality_code"], ["code"], ondelete="SET NULL"
        )
        people.create_index("ix_people_mail", ["mail"])
        people.create_index("ix_people_municipality_code", ["municipality_code"])
    with op.batch_alter_table("people") as people:  # the defaults were for the rows that were there
        for name, kind in (("role", sa.String(20)), ("helps_with", sa.Text()), ("remind_by", sa.String(10))):
            people.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)

    op.create_table(
        "follows",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "theme"),
    )
    op.create_table(
        "roles",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["given_by_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("person_id", "role"),
    )
    op.create_index("ix_roles_given_by_id", "roles", ["given_by_id"])

    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(length=4), nullable=False),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["municipality_code"], ["municipalities.code"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contacts_municipality_code", "contacts", ["municipality_code"])
    op.create_index("ix_contacts_person_id", "contacts", ["person_id"])
    current = sa.text("until IS NULL")
    op.create_index(
        "ix_contacts_current",
        "contacts",
        ["municipality_code", "seat", "person_id"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )

    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(length=4), nullable=False),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["municipality_code"], ["municipalities.code"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["replaces_id"], ["contacts.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_proposals_once", "proposals", ["person_id", "kind"], unique=True)

    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("at", "by_id", "about", "person_id"):
        op.create_index(f"ix_audit_log_{column}", "audit_log", [column])


def downgrade() -> None:
    for table in ("audit_log", "proposals", "contacts", "roles", "follows"):
        op.drop_table(table)
    gone = "(SELECT id FROM people WHERE teams_id IS NULL)"
    for table in HANGS_ON_PEOPLE:  # SQLite's foreign keys are off while tables are made anew
        op.execute(f"DELETE FROM {table} WHERE person_id IN {gone}")  # noqa: S608 - our names
    op.execute(f"UPDATE faq_entries SET owner_id = NULL WHERE owner_id IN {gone}")  # noqa: S608
    op.execute("DELETE FROM people WHERE teams_id IS NULL")
    with op.batch_alter_table("people") as people:
        people.drop_index("ix_people_municipality_code")
        people.drop_index("ix_people_mail")
        people.drop_constraint("fk_people_municipality_code", type_="foreignkey")
        for column in (
            "last_active_at",
            "remind_by",
            "helps_with",
            "role",
            "municipality_code",
            "guest",
            "mail",
        ):
            people.drop_column(column)
        people.alter_column("teams_id", existing_type=sa.String(length=200), nullable=False)
    op.drop_table("municipalities")
