"""Links by which mentors attest without an account."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("mentor_links",)


def upgrade() -> None:
    op.create_table(
        "mentor_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("elo_ids", DOCUMENT, nullable=False),
        sa.Column("mailbox", sa.String(64), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["links.id"], name="fk_mentor_links_id"),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_mentor_links_mentor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mentor_links"),
    )
    op.create_index("ix_mentor_links_mentor_id", "mentor_links", ["mentor_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
