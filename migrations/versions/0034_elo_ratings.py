"""The ELO on which a rating rests."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "ratings",
        sa.Column(
            "elo_id", sa.Uuid(), sa.ForeignKey("elos.id", name="fk_ratings_elo_id"), nullable=True
        ),
        inline_references=True,
    )
    op.create_index("ix_ratings_elo_id", "ratings", ["elo_id"])


def downgrade() -> None:
    op.drop_index("ix_ratings_elo_id", "ratings")
    op.drop_column("ratings", "elo_id")
