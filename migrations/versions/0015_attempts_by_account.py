"""Failed attempts name the account they were tried on.

A success forgets the failures of its own account, not those of one of the same name elsewhere.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("failed_attempts", sa.Column("account_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("failed_attempts", "account_id")
