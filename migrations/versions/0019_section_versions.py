"""Sections have a version of their own.

Two people who write two sections of one draft no longer invalidate each other's ETag.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A constant default: neither database rewrites the table.
    version = sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    op.add_column("plan_sections", version)


def downgrade() -> None:
    op.drop_column("plan_sections", "version")
