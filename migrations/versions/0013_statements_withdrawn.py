"""Statements of disagreement that were withdrawn or corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("statements", sa.Column("withdrawn_at", INSTANT, nullable=True))
    op.add_column("statements", sa.Column("corrected_at", INSTANT, nullable=True))
    op.add_column("statements", sa.Column("corrected_by", sa.Uuid(), nullable=True))
    op.add_column("statements", sa.Column("correction_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("statements", "correction_reason")
    op.drop_column("statements", "corrected_by")
    op.drop_column("statements", "corrected_at")
    op.drop_column("statements", "withdrawn_at")
