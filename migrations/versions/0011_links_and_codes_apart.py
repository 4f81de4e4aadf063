"""How the code of a signing link reaches its signer, who witnesses it, and who sent it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The issuer was shown the codes of earlier links.
    op.add_column(
        "signing_links",
        sa.Column("code_by", sa.String(16), nullable=False, server_default="issuer"),
    )
    op.add_column("signing_links", sa.Column("witnessed_by", sa.Uuid(), nullable=True))
    op.add_column("signing_links", sa.Column("witnessed_at", sa.DateTime(True), nullable=True))
    op.add_column("signatures", sa.Column("issued_by", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE signing_links SET ended_at = CURRENT_TIMESTAMP, end_reason = 'replaced'"
        " WHERE used_at IS NULL AND ended_at IS NULL"
    )


def downgrade() -> None:
    op.drop_column("signatures", "issued_by")
    op.drop_column("signing_links", "witnessed_at")
    op.drop_column("signing_links", "witnessed_by")
    op.drop_column("signing_links", "code_by")
