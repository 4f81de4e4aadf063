"""Failed attempts name their account.

A successful login deletes the failures of its own account, not those of an account with the same
name in another district.
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
