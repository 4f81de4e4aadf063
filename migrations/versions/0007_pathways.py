"""Pathway elements."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any((select string_to_array(nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
REFERENCES = {
    "district_id": "districts.id",
    "student_id": "students.id",
    "plan_id": "plans.id",
    "supervisor_id": "people.id",
    "planned_by": "people.id",
    "approved_by": "people.id",
}


def upgrade() -> None:
    op.create_table(
        "pathway_elements",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("course_code", sa.Text(), nullable=True),
        sa.Column("provider_name", sa.Text(), nullable=True),
        sa.Column("provider_kind", sa.String(length=24), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("term", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("funding", sa.String(length=16), nullable=True),
        sa.Column("high_school_credits", sa.Numeric(5, 2), nullable=True),
        sa.Column("college_credits", sa.Numeric(5, 2), nullable=True),
        sa.Column("supervisor_id", sa.Uuid(), nullable=True),
        sa.Column("supervisor_name", sa.Text(), nullable=True),
        sa.Column("supervisor_licence", sa.Text(), nullable=True),
        sa.Column("home_ready_by", sa.Text(), nullable=True),
        sa.Column("home_ready_on", sa.Date(), nullable=True),
        sa.Column("provider_ready_by", sa.Text(), nullable=True),
        sa.Column("provider_ready_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("enrolled_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("is_voucher_used", sa.Boolean(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("high_school_credits_earned", sa.Numeric(5, 2), nullable=True),
        sa.Column("college_credits_earned", sa.Numeric(5, 2), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on",
            name=op.f("ck_pathway_elements_span"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [there], name=op.f(f"fk_pathway_elements_{column}"))
            for column, there in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_elements")),
    )
    for name, *columns in (
        ("ix_pathway_elements_student_id", "student_id", "type"),
        ("ix_pathway_elements_plan_id", "plan_id", "created_at"),
        ("ix_pathway_elements_district_updated", "district_id", "updated_at", "id"),
        ("ix_pathway_elements_district_type", "district_id", "type", "starts_on"),
    ):
        op.create_index(name, "pathway_elements", columns, unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _secure("pathway_elements")


def _secure(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})")


def downgrade() -> None:
    op.drop_table("pathway_elements")
