"""Partners with sites, contacts, mentors, insurance and clearances."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = (
    "partners",
    "partner_sites",
    "partner_contacts",
    "mentors",
    "partner_insurances",
    "clearances",
)


def upgrade() -> None:
    op.create_table(
        "partners",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("folded_name", sa.String(400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("website", sa.String(400), nullable=True),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.Column("folded_website", sa.String(400), nullable=True),
        sa.Column("folded_email", sa.String(254), nullable=True),
        sa.Column("folded_phone", sa.String(40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_partners_district_id"),
        sa.PrimaryKeyConstraint("id", name="pk_partners"),
    )
    op.create_index("ix_partners_district_updated", "partners", ["district_id", "updated_at", "id"])
    for column in ("folded_name", "folded_website", "folded_email", "folded_phone"):
        op.create_index(f"ix_partners_{column}", "partners", ["district_id", column])
    op.create_table(
        "partner_sites",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("street", sa.String(200), nullable=False),
        sa.Column("town", sa.String(100), nullable=False),
        sa.Column("state", sa.String(2), nullable=False),
        sa.Column("postal_code", sa.String(10), nullable=False),
        sa.Column("accessibility", sa.String(), nullable=False),
        sa.Column("accessibility_notes", sa.Text(), nullable=False),
        sa.Column("transport", sa.String(), nullable=False),
        sa.Column("transport_notes", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_partner_sites_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_partner_sites_partner_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partner_sites"),
    )
    op.create_index("ix_partner_sites_district_id", "partner_sites", ["district_id"])
    op.create_index("ix_partner_sites_partner_id", "partner_sites", ["partner_id"])
    op.create_table(
        "partner_contacts",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("job_title", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_partner_contacts_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_partner_contacts_partner_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partner_contacts"),
    )
    op.create_index("ix_partner_contacts_district_id", "partner_contacts", ["district_id"])
    op.create_index("ix_partner_contacts_partner_id", "partner_contacts", ["partner_id"])
    op.create_table(
        "mentors",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("job_title", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_mentors_district_id"),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name="fk_mentors_partner_id"),
        sa.ForeignKeyConstraint(["site_id"], ["partner_sites.id"], name="fk_mentors_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mentors"),
    )
    op.create_index("ix_mentors_district_id", "mentors", ["district_id"])
    op.create_index("ix_mentors_partner_id", "mentors", ["partner_id"])
    op.create_index("ix_mentors_site_id", "mentors", ["site_id"])
    op.create_table(
        "partner_insurances",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("insurer", sa.String(200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_partner_insurances_span")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_partner_insurances_district_id"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_partner_insurances_partner_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partner_insurances"),
    )
    op.create_index("ix_partner_insurances_district_id", "partner_insurances", ["district_id"])
    op.create_index("ix_partner_insurances_partner_id", "partner_insurances", ["partner_id"])
    op.create_table(
        "clearances",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("mentor_name", sa.String(200), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("is_cleared", sa.Boolean(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= checked_on", name=op.f("ck_clearances_span")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_clearances_district_id"
        ),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_clearances_mentor_id"),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name="fk_clearances_partner_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_clearances_recorded_by"),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["people.id"], name="fk_clearances_withdrawn_by"),
        sa.PrimaryKeyConstraint("id", name="pk_clearances"),
    )
    op.create_index(
        "ix_clearances_district_updated", "clearances", ["district_id", "updated_at", "id"]
    )
    op.create_index("ix_clearances_partner_id", "clearances", ["partner_id", "kind"])
    op.create_index("ix_clearances_mentor_id", "clearances", ["mentor_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})"
            )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
