"""ELOs with the parts of their design."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
TABLES = (
    "elos",
    "elo_goals",
    "elo_times",
    "elo_benchmarks",
    "elo_training_tasks",
    "elo_communications",
    "elo_permissions",
    "elo_costs",
    "elo_stops",
)


def upgrade() -> None:
    op.create_table(
        "elos",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(24), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("profile", DOCUMENT, nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("interest_id", sa.Uuid(), nullable=True),
        sa.Column("design_template_id", sa.Uuid(), nullable=True),
        sa.Column("rubric_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("earliest_start", sa.Date(), nullable=True),
        sa.Column("latest_end", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("least_minutes", sa.Integer(), nullable=True),
        sa.Column("most_minutes", sa.Integer(), nullable=True),
        sa.Column("planned_minutes", sa.Integer(), nullable=True),
        sa.Column("work", DOCUMENT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("waiting_since", INSTANT, nullable=False),
        sa.Column("waiting_on", sa.String(24), nullable=True),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("handed_in_on", sa.Date(), nullable=True),
        sa.Column("complete_by", sa.Date(), nullable=True),
        sa.Column("unagreed_until", sa.Date(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("essential_question", sa.Text(), nullable=False),
        sa.Column("know_and_do", DOCUMENT, nullable=False),
        sa.Column("research", sa.Text(), nullable=False),
        sa.Column("reflection", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("presentation", sa.Text(), nullable=False),
        sa.Column("public_at", sa.Text(), nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("latest_end > earliest_start", name="dates"),
        sa.CheckConstraint("most_minutes >= least_minutes", name="minutes"),
        sa.CheckConstraint("ends_on >= starts_on", name="span"),
        sa.ForeignKeyConstraint(["accepted_by"], ["people.id"], name="fk_elos_accepted_by"),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_elos_created_by"),
        sa.ForeignKeyConstraint(
            ["design_template_id"], ["design_templates.id"], name="fk_elos_design_template_id"
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_elos_district_id"),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name="fk_elos_ended_by"),
        sa.ForeignKeyConstraint(["interest_id"], ["interests.id"], name="fk_elos_interest_id"),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name="fk_elos_opportunity_id"
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name="fk_elos_partner_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_elos_plan_id"),
        sa.ForeignKeyConstraint(["rubric_id"], ["rubrics.id"], name="fk_elos_rubric_id"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_elos_school_id"),
        sa.ForeignKeyConstraint(["site_id"], ["partner_sites.id"], name="fk_elos_site_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_elos_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_elos"),
    )
    op.create_index("ix_elos_district_updated", "elos", ["district_id", "updated_at", "id"])
    op.create_index("ix_elos_opportunity_id", "elos", ["opportunity_id", "status"])
    op.create_index("ix_elos_partner_id", "elos", ["partner_id"])
    op.create_index("ix_elos_plan_id", "elos", ["plan_id"])
    op.create_index("ix_elos_school_id", "elos", ["school_id", "status"])
    op.create_index("ix_elos_student_id", "elos", ["student_id", "created_at"])
    op.create_table(
        "elo_goals",
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_elo_goals_district_id"),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_goals_elo_id"),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"], name="fk_elo_goals_goal_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_elo_goals_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_elo_goals"),
    )
    op.create_index("ix_elo_goals_goal_id", "elo_goals", ["goal_id"])
    op.create_index("ix_elo_goals_student_id", "elo_goals", ["student_id"])
    op.create_index("uq_elo_goals_goal", "elo_goals", ["elo_id", "goal_id"], unique=True)
    op.create_table(
        "elo_times",
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("0 <= begins AND begins < ends AND ends <= 1440", name="times"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_elo_times_district_id"),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_times_elo_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_elo_times_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_elo_times"),
    )
    op.create_index("ix_elo_times_elo_id", "elo_times", ["elo_id"])
    op.create_index("ix_elo_times_student_id", "elo_times", ["student_id"])
    op.create_index("ix_elo_times_weekday", "elo_times", ["district_id", "weekday"])
    op.create_table(
        "elo_benchmarks",
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_elo_benchmarks_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_benchmarks_elo_id"),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["people.id"], name="fk_elo_benchmarks_reviewed_by"
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["people.id"], name="fk_elo_benchmarks_reviewer_id"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_elo_benchmarks_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_elo_benchmarks"),
    )
    op.create_index("ix_elo_benchmarks_elo_id", "elo_benchmarks", ["elo_id"])
    op.create_index("ix_elo_benchmarks_student_id", "elo_benchmarks", ["student_id"])
    op.create_table(
        "elo_training_tasks",
        sa.Column("task", sa.String(400), nullable=False),
        sa.Column("competence", sa.String(400), nullable=False),
        sa.Column("rating", sa.String(24), nullable=True),
        sa.Column("rated_on", sa.Date(), nullable=True),
        sa.Column("rated_by", sa.Uuid(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_elo_training_tasks_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_training_tasks_elo_id"),
        sa.ForeignKeyConstraint(["rated_by"], ["people.id"], name="fk_elo_training_tasks_rated_by"),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_elo_training_tasks_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_elo_training_tasks"),
    )
    op.create_index("ix_elo_training_tasks_elo_id", "elo_training_tasks", ["elo_id"])
    op.create_index("ix_elo_training_tasks_student_id", "elo_training_tasks", ["student_id"])
    op.create_table(
        "elo_communications",
        sa.Column("party", sa.String(200), nullable=False),
        sa.Column("means", sa.String(200), nullable=False),
        sa.Column("rhythm", sa.String(200), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_elo_communications_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_communications_elo_id"),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_elo_communications_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_elo_communications"),
    )
    op.create_index("ix_elo_communications_elo_id", "elo_communications", ["elo_id"])
    op.create_index("ix_elo_communications_student_id", "elo_communications", ["student_id"])
    op.create_table(
        "elo_permissions",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("given_by_name", sa.String(200), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name="fk_elo_permissions_district_id"
        ),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_permissions_elo_id"),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["people.id"], name="fk_elo_permissions_recorded_by"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_elo_permissions_student_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_elo_permissions"),
    )
    op.create_index("ix_elo_permissions_elo_id", "elo_permissions", ["elo_id"])
    op.create_index("ix_elo_permissions_student_id", "elo_permissions", ["student_id"])
    op.create_table(
        "elo_costs",
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("borne_by", sa.String(24), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name="amount"),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_elo_costs_district_id"),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_costs_elo_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_elo_costs_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_elo_costs"),
    )
    op.create_index("ix_elo_costs_elo_id", "elo_costs", ["elo_id"])
    op.create_index("ix_elo_costs_student_id", "elo_costs", ["student_id"])
    op.create_table(
        "elo_stops",
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("elo_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name="span"),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name="fk_elo_stops_district_id"),
        sa.ForeignKeyConstraint(["elo_id"], ["elos.id"], name="fk_elo_stops_elo_id"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_elo_stops_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_elo_stops"),
    )
    op.create_index("ix_elo_stops_elo_id", "elo_stops", ["elo_id", "starts_on"])
    op.create_index("ix_elo_stops_student_id", "elo_stops", ["student_id"])
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
