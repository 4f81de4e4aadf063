"""Who set an e-mail address, who has held a code, and an index of advisories by advisor."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("email_set_by", sa.Uuid(), nullable=True))
    op.add_column("people", sa.Column("email_set_on", sa.Date(), nullable=True))
    op.add_column("people", sa.Column("email_before", sa.Text(), nullable=True))
    op.add_column(
        "people",
        sa.Column(
            "is_revoked_by_district", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.add_column(
        "invitations", sa.Column("is_held", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("invitations", sa.Column("mailed_to_entry_of", sa.Uuid(), nullable=True))
    op.add_column("invitations", sa.Column("entered_on", sa.Date(), nullable=True))
    # The holder of earlier codes is unknown: an unused code is treated as printed.
    invitations = sa.table(
        "invitations", sa.column("is_held", sa.Boolean()), sa.column("used_at", sa.DateTime())
    )
    op.execute(invitations.update().where(invitations.c.used_at.is_(None)).values(is_held=True))
    op.create_index("ix_advisory_advisors_person_id", "advisory_advisors", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_advisory_advisors_person_id", "advisory_advisors")
    op.drop_column("invitations", "entered_on")
    op.drop_column("invitations", "mailed_to_entry_of")
    op.drop_column("invitations", "is_held")
    op.drop_column("people", "is_revoked_by_district")
    op.drop_column("people", "email_before")
    op.drop_column("people", "email_set_on")
    op.drop_column("people", "email_set_by")
