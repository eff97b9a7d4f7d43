"""The register speaks: whom other members are told about, and since when a municipality's state has been confirmed.

People who have said what they can help with were promised that only their own municipality and the kansli see it. So
they are shown to nobody else until they choose it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("visible_to", sa.String(12), nullable=False, server_default="network"))
    op.execute("UPDATE people SET visible_to = 'municipality' WHERE helps_with <> ''")
    op.add_column("municipalities", sa.Column("state_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE municipalities SET state_since = (SELECT MAX(at) FROM audit_log"
        " WHERE about = 'municipality:' || municipalities.code AND what LIKE 'Ändrat medlemskap%')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM proposals WHERE kind = 'leaves'")
    # in place: SQLite's batch would make the table again, and an erased person's id would be given again
    op.drop_column("municipalities", "state_since")
    op.drop_column("people", "visible_to")
