"""Courses taken elsewhere; pathway elements in other languages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("pathway_elements", sa.Column("taken_elsewhere_at", sa.Text(), nullable=True))
    op.add_column("pathway_elements", sa.Column("source", sa.Text(), nullable=True))
    # No existing rendition contains texts of elements.
    op.add_column(
        "renditions",
        sa.Column("pathway_elements", JSON, nullable=False, server_default=sa.text("'{}'")),
    )


def downgrade() -> None:
    op.drop_column("renditions", "pathway_elements")
    op.drop_column("pathway_elements", "source")
    op.drop_column("pathway_elements", "taken_elsewhere_at")
