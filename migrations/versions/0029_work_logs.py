"""Log entries, absences and site visits of ELOs."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = ("log_entries", "elo_absences", "site_visits")


def upgrade() -> None:
    op.create_table(
        "log_entries",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=True),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("framework_item_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("verified_minutes", sa.Integer(), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_by_mentor_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        sa.CheckConstraint("verified_minutes BETWEEN 0 AND 1440", name="verified_minutes"),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_log_entries_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_log_entries_elo_id"),
        sa.ForeignKeyConstraint(
            ["framework_item_id"], ["framework_items.id"], name="fk_log_entries_framework_item_id"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_log_entries_link_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_log_entries_student_id"),
        sa.ForeignKeyConstraint(["verified_by"], ["people.id"], name="fk_log_entries_verified_by"),
        sa.ForeignKeyConstraint(
            ["verified_by_mentor_id"], ["mentors.id"], name="fk_log_entries_verified_by_mentor_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_log_entries"),
    )
    op.create_index("ix_log_entries_elo_id", "log_entries", ["elo_id", "on", "id"])
    op.create_index("ix_log_entries_student_id", "log_entries", ["student_id", "on"])
    op.create_index("ix_log_entries_waiting", "log_entries", ["district_id", "status"])
    op.create_table(
        "elo_absences",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("is_excused", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_elo_absences_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_absences_elo_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_elo_absences_recorded_by"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_elo_absences_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_elo_absences"),
    )
    op.create_index("ix_elo_absences_student_id", "elo_absences", ["student_id", "on"])
    op.create_index("uq_elo_absences_on", "elo_absences", ["elo_id", "on"], unique=True)
    op.create_table(
        "site_visits",
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("visited_by", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_site_visits_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_site_visits_elo_id"),
        sa.ForeignKeyConstraint(["site_id"], ["partner_sites.id"], name="fk_site_visits_site_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_site_visits_student_id"),
        sa.ForeignKeyConstraint(["visited_by"], ["people.id"], name="fk_site_visits_visited_by"),
        sa.PrimaryKeyConstraint("id", name="pk_site_visits"),
    )
    op.create_index("ix_site_visits_elo_id", "site_visits", ["elo_id", "on"])
    op.create_index("ix_site_visits_site_id", "site_visits", ["site_id", "on"])
    op.create_index("ix_site_visits_student_id", "site_visits", ["student_id"])
    for table in TABLES:
        op.create_index(f"ix_{table}_district_updated", table, ["district_id", "updated_at", "id"])
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
