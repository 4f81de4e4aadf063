"""Who set an e-mail, who has held a code, and by which advisories a person reaches students."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("email_set_by", sa.Uuid(), nullable=True))
    # Of earlier codes nobody noted who held them: each is taken for one that its maker printed.
    op.add_column(
        "invitations", sa.Column("is_held", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.create_index("ix_advisory_advisors_person_id", "advisory_advisors", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_advisory_advisors_person_id", "advisory_advisors")
    op.drop_column("invitations", "is_held")
    op.drop_column("people", "email_set_by")
