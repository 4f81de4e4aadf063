"""Foundation: districts, people, plans, goals, reviews, events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Row-level security compares `district_id` with the districts that a transaction has entered. The
# sub-select reads the setting once per statement; without a setting no row is visible.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
SECURED = [
    "academic_sessions",
    "advisories",
    "advisory_advisors",
    "advisory_members",
    "appointments",
    "check_ins",
    "classes",
    "comments",
    "courses",
    "enrollments",
    "events",
    "goal_steps",
    "goals",
    "people",
    "placements",
    "plan_sections",
    "plan_templates",
    "plan_versions",
    "plans",
    "profile_entries",
    "relationships",
    "review_participants",
    "reviews",
    "sampled_students",
    "school_enrollments",
    "signatures",
    "students",
]


def _secure(table: str) -> None:
    own = visible = f"district_id = {ENTERED}"
    if table == "placements":
        # The hosting district reads the placement; only the student's own district may write it.
        visible = f"{own} OR host_district_id = {ENTERED}"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY entered_districts ON {table} USING ({visible}) WITH CHECK ({own})")


def upgrade() -> None:
    op.create_table(
        "answered_requests",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("route", sa.String(length=512), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column(
            "headers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", "route", name=op.f("pk_answered_requests")),
    )
    op.create_index(
        op.f("ix_answered_requests_answered_at"), "answered_requests", ["answered_at"], unique=False
    )
    op.create_table(
        "districts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=True),
        sa.Column("state_org_id", sa.String(length=32), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column(
            "settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["districts.id"], name=op.f("fk_districts_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_districts")),
        sa.UniqueConstraint("slug", name=op.f("uq_districts_slug")),
    )
    op.create_table(
        "events",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("chain_hash", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("position", name=op.f("uq_events_position")),
    )
    op.create_index(
        "ix_events_district_position", "events", ["district_id", "position"], unique=False
    )
    op.create_index("ix_events_student_id", "events", ["student_id"], unique=False)
    op.create_table(
        "failed_attempts",
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_attempts")),
    )
    op.create_index(
        "ix_failed_attempts_account", "failed_attempts", ["account_key", "at"], unique=False
    )
    op.create_index(
        "ix_failed_attempts_address", "failed_attempts", ["address_key", "at"], unique=False
    )
    op.create_table(
        "jobs",
        sa.Column("district_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column(
            "arguments", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("most_attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column(
            "result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column(
            "problem", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_lease", "jobs", ["state", "lease_until"], unique=False)
    op.create_table(
        "periodic_runs",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periodic_runs")),
        sa.UniqueConstraint("name", "due_at", name=op.f("uq_periodic_runs_name_due_at")),
    )
    op.create_table(
        "academic_sessions",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_academic_sessions_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["academic_sessions.id"], name=op.f("fk_academic_sessions_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academic_sessions")),
        sa.UniqueConstraint(
            "district_id", "sourced_id", name=op.f("uq_academic_sessions_district_id_sourced_id")
        ),
    )
    op.create_table(
        "accounts",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_accounts_district_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint(
            "district_id", "username", name=op.f("uq_accounts_district_id_username")
        ),
    )
    op.create_index("ix_accounts_username", "accounts", ["username"], unique=False)
    op.create_table(
        "courses",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_courses_district_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint(
            "district_id", "sourced_id", name=op.f("uq_courses_district_id_sourced_id")
        ),
    )
    op.create_table(
        "people",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text(), nullable=True),
        sa.Column("preferred_given_name", sa.Text(), nullable=True),
        sa.Column("preferred_family_name", sa.Text(), nullable=True),
        sa.Column("pronouns", sa.Text(), nullable=True),
        sa.Column("family_uses_preferred", sa.Boolean(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("needs_interpreter", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_people_district_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint(
            "district_id", "sourced_id", name=op.f("uq_people_district_id_sourced_id")
        ),
    )
    op.create_index(
        "ix_people_district_family_name",
        "people",
        ["district_id", "family_name", "id"],
        unique=False,
    )
    op.create_index(
        "ix_people_district_updated", "people", ["district_id", "updated_at", "id"], unique=False
    )
    op.create_table(
        "plan_templates",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "sections", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_plan_templates_district_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_templates")),
    )
    op.create_index(
        op.f("ix_plan_templates_district_id"), "plan_templates", ["district_id"], unique=False
    )
    op.create_table(
        "schools",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=True),
        sa.Column("state_org_id", sa.String(length=32), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_schools_district_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schools")),
        sa.UniqueConstraint(
            "district_id", "sourced_id", name=op.f("uq_schools_district_id_sourced_id")
        ),
    )
    op.create_table(
        "account_persons",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_persons_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_account_persons_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_account_persons_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_account_persons")),
    )
    op.create_index(
        op.f("ix_account_persons_account_id"), "account_persons", ["account_id"], unique=False
    )
    op.create_table(
        "appointments",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_from_roster", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_appointments_span")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_appointments_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_appointments_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_appointments_school_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index("ix_appointments_person_id", "appointments", ["person_id"], unique=False)
    op.create_table(
        "classes",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("sourced_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_classes_course_id")),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_classes_district_id")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_classes_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classes")),
        sa.UniqueConstraint(
            "district_id", "sourced_id", name=op.f("uq_classes_district_id_sourced_id")
        ),
    )
    op.create_index(op.f("ix_classes_school_id"), "classes", ["school_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_invitations_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_invitations_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index("ix_invitations_code_hash", "invitations", ["code_hash"], unique=True)
    op.create_index(op.f("ix_invitations_person_id"), "invitations", ["person_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("refresh_hash", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_sessions_district_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sessions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"], unique=False)
    op.create_index(op.f("ix_sessions_person_id"), "sessions", ["person_id"], unique=False)
    op.create_table(
        "students",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("plan_home_school_id", sa.Uuid(), nullable=True),
        sa.Column("grade", sa.String(length=8), nullable=True),
        sa.Column("state_student_id", sa.String(length=32), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("rights_transfer_on", sa.Date(), nullable=True),
        sa.Column("rights_transfer_basis", sa.Text(), nullable=False),
        sa.Column("rights_transfer_reason", sa.Text(), nullable=True),
        sa.Column("post_18_basis", sa.Text(), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_students_district_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["people.id"], name=op.f("fk_students_id")),
        sa.ForeignKeyConstraint(
            ["plan_home_school_id"], ["schools.id"], name=op.f("fk_students_plan_home_school_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_students")),
    )
    op.create_index(
        "ix_students_district_updated",
        "students",
        ["district_id", "updated_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_students_plan_home_school_id", "students", ["plan_home_school_id"], unique=False
    )
    op.create_table(
        "advisories",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("fk_advisories_class_id")),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_advisories_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_advisories_school_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisories")),
        sa.UniqueConstraint(
            "district_id", "class_id", name=op.f("uq_advisories_district_id_class_id")
        ),
    )
    op.create_index(op.f("ix_advisories_school_id"), "advisories", ["school_id"], unique=False)
    op.create_table(
        "comments",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("subject_type", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_role", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_comments_author_id")),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_comments_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_comments_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index(op.f("ix_comments_student_id"), "comments", ["student_id"], unique=False)
    op.create_index("ix_comments_subject", "comments", ["subject_id", "created_at"], unique=False)
    op.create_table(
        "enrollments",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("fk_enrollments_class_id")),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_enrollments_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_enrollments_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_enrollments_school_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
        sa.UniqueConstraint(
            "district_id", "sourced_id", name=op.f("uq_enrollments_district_id_sourced_id")
        ),
    )
    op.create_index(
        "ix_enrollments_class_id", "enrollments", ["class_id", "role", "person_id"], unique=False
    )
    op.create_index(
        "ix_enrollments_person_id", "enrollments", ["person_id", "role", "class_id"], unique=False
    )
    op.create_table(
        "placements",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("host_district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_placements_span")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_placements_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["host_district_id"], ["districts.id"], name=op.f("fk_placements_host_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_placements_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_placements_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    op.create_index(
        "ix_placements_host_district_id",
        "placements",
        ["host_district_id", "student_id"],
        unique=False,
    )
    op.create_index(
        "ix_placements_school_id", "placements", ["school_id", "student_id"], unique=False
    )
    op.create_index("ix_placements_student_id", "placements", ["student_id"], unique=False)
    op.create_table(
        "plans",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("regime", sa.String(length=16), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("activity", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_plans_district_id")
        ),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name=op.f("fk_plans_student_id")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["plan_templates.id"], name=op.f("fk_plans_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("student_id", name=op.f("uq_plans_student_id")),
    )
    op.create_index(
        "ix_plans_district_updated", "plans", ["district_id", "updated_at", "id"], unique=False
    )
    op.create_table(
        "sampled_students",
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name=op.f("fk_sampled_students_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_sampled_students_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_sampled_students_student_id")
        ),
        sa.PrimaryKeyConstraint("appointment_id", "student_id", name=op.f("pk_sampled_students")),
    )
    op.create_table(
        "school_enrollments",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("exit_code", sa.String(length=32), nullable=True),
        sa.Column("is_from_roster", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_school_enrollments_span")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_school_enrollments_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_school_enrollments_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_school_enrollments_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_enrollments")),
    )
    op.create_index(
        "ix_school_enrollments_school_id",
        "school_enrollments",
        ["school_id", "student_id"],
        unique=False,
    )
    op.create_index(
        "ix_school_enrollments_student_id", "school_enrollments", ["student_id"], unique=False
    )
    op.create_table(
        "advisory_advisors",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("advisory_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_from_roster", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_advisory_advisors_span")
        ),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_advisory_advisors_advisory_id")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_advisory_advisors_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_advisory_advisors_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_advisory_advisors_school_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisory_advisors")),
    )
    op.create_index(
        "ix_advisory_advisors_advisory_id",
        "advisory_advisors",
        ["advisory_id", "person_id"],
        unique=False,
    )
    op.create_table(
        "advisory_members",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("advisory_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_from_roster", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_advisory_members_span")
        ),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_advisory_members_advisory_id")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_advisory_members_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_advisory_members_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisory_members")),
    )
    op.create_index(
        "ix_advisory_members_advisory_id",
        "advisory_members",
        ["advisory_id", "student_id"],
        unique=False,
    )
    op.create_index(
        "ix_advisory_members_student_id", "advisory_members", ["student_id"], unique=False
    )
    op.create_table(
        "goals",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("domain", sa.String(length=24), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("specific", sa.Text(), nullable=False),
        sa.Column("measurable", sa.Text(), nullable=False),
        sa.Column("achievable", sa.Text(), nullable=False),
        sa.Column("relevant", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_outcome", sa.String(length=16), nullable=True),
        sa.Column("reflection", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("carried_from_id", sa.Uuid(), nullable=True),
        sa.Column("carried_to_id", sa.Uuid(), nullable=True),
        sa.Column("progress_percent", sa.Integer(), nullable=True),
        sa.Column("progress_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["carried_from_id"], ["goals.id"], name=op.f("fk_goals_carried_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["carried_to_id"], ["goals.id"], name=op.f("fk_goals_carried_to_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["people.id"], name=op.f("fk_goals_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_goals_district_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_goals_plan_id")),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name=op.f("fk_goals_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goals")),
    )
    op.create_index(
        "ix_goals_district_updated", "goals", ["district_id", "updated_at", "id"], unique=False
    )
    op.create_index("ix_goals_plan_id", "goals", ["plan_id", "created_at"], unique=False)
    op.create_index("ix_goals_student_id", "goals", ["student_id"], unique=False)
    op.create_table(
        "plan_versions",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_for", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("superseded_on", sa.Date(), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["people.id"], name=op.f("fk_plan_versions_approved_by")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_plan_versions_district_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_versions_plan_id")),
        sa.ForeignKeyConstraint(
            ["started_by"], ["people.id"], name=op.f("fk_plan_versions_started_by")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_plan_versions_student_id")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["people.id"], name=op.f("fk_plan_versions_submitted_by")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["plan_templates.id"], name=op.f("fk_plan_versions_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_versions")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_versions_plan_id_number")),
    )
    op.create_index(
        "ix_plan_versions_district_updated",
        "plan_versions",
        ["district_id", "updated_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_plan_versions_student_id", "plan_versions", ["student_id", "in_force_on"], unique=False
    )
    op.create_index(
        "uq_plan_versions_in_force",
        "plan_versions",
        ["plan_id"],
        unique=True,
        sqlite_where=sa.text("status = 'in_force'"),
        postgresql_where=sa.text("status = 'in_force'"),
    )
    op.create_index(
        "uq_plan_versions_open",
        "plan_versions",
        ["plan_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('draft', 'submitted', 'changes_requested')"),
        postgresql_where=sa.text("status IN ('draft', 'submitted', 'changes_requested')"),
    )
    op.create_table(
        "profile_entries",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_profile_entries_district_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_profile_entries_plan_id")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_profile_entries_student_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["people.id"], name=op.f("fk_profile_entries_written_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_entries")),
    )
    op.create_index(
        "ix_profile_entries_plan_id", "profile_entries", ["plan_id", "created_at"], unique=False
    )
    op.create_index(
        op.f("ix_profile_entries_student_id"), "profile_entries", ["student_id"], unique=False
    )
    op.create_table(
        "relationships",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("capacity", sa.String(length=16), nullable=True),
        sa.Column("advisory_id", sa.Uuid(), nullable=True),
        sa.Column("parent_kind", sa.String(length=24), nullable=True),
        sa.Column("may_inspect", sa.Boolean(), nullable=False),
        sa.Column("may_decide", sa.Boolean(), nullable=False),
        sa.Column("denied", sa.String(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("order_reference", sa.Text(), nullable=True),
        sa.Column("post_18_basis", sa.String(length=16), nullable=True),
        sa.Column("is_from_roster", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_relationships_span")
        ),
        sa.CheckConstraint("person_id <> student_id", name=op.f("ck_relationships_not_oneself")),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_relationships_advisory_id")
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_relationships_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_relationships_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_relationships_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relationships")),
    )
    op.create_index(
        "ix_relationships_person_id",
        "relationships",
        ["person_id", "kind", "student_id"],
        unique=False,
    )
    op.create_index(
        "ix_relationships_student_id", "relationships", ["student_id", "kind"], unique=False
    )
    op.create_table(
        "check_ins",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_check_ins_percent")),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_check_ins_author_id")),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_check_ins_district_id")
        ),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"], name=op.f("fk_check_ins_goal_id")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_check_ins_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    op.create_index("ix_check_ins_goal_id", "check_ins", ["goal_id", "checked_on"], unique=False)
    op.create_index(op.f("ix_check_ins_student_id"), "check_ins", ["student_id"], unique=False)
    op.create_table(
        "goal_steps",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_goal_steps_district_id")
        ),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"], name=op.f("fk_goal_steps_goal_id")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_goal_steps_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_steps")),
    )
    op.create_index("ix_goal_steps_goal_id", "goal_steps", ["goal_id", "position"], unique=False)
    op.create_index(op.f("ix_goal_steps_student_id"), "goal_steps", ["student_id"], unique=False)
    op.create_table(
        "plan_sections",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_plan_sections_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_version_id"], ["plan_versions.id"], name=op.f("fk_plan_sections_plan_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_plan_sections_student_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["people.id"], name=op.f("fk_plan_sections_written_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_sections")),
        sa.UniqueConstraint(
            "plan_version_id", "key", name=op.f("uq_plan_sections_plan_version_id_key")
        ),
    )
    op.create_index(
        op.f("ix_plan_sections_student_id"), "plan_sections", ["student_id"], unique=False
    )
    op.create_table(
        "reviews",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_starts_on", sa.Date(), nullable=False),
        sa.Column("cycle_ends_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("plan_version_id", sa.Uuid(), nullable=True),
        sa.Column("preparation", sa.Text(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("held_by", sa.Uuid(), nullable=True),
        sa.Column("mode", sa.String(length=16), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("excepted_on", sa.Date(), nullable=True),
        sa.Column("excepted_by", sa.Uuid(), nullable=True),
        sa.Column("exception_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_reviews_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["excepted_by"], ["people.id"], name=op.f("fk_reviews_excepted_by")
        ),
        sa.ForeignKeyConstraint(["held_by"], ["people.id"], name=op.f("fk_reviews_held_by")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_reviews_plan_id")),
        sa.ForeignKeyConstraint(
            ["plan_version_id"], ["plan_versions.id"], name=op.f("fk_reviews_plan_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_reviews_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint(
            "student_id", "cycle_starts_on", name=op.f("uq_reviews_student_id_cycle_starts_on")
        ),
    )
    op.create_index(
        "ix_reviews_district_due", "reviews", ["district_id", "due_on", "id"], unique=False
    )
    op.create_index(
        "ix_reviews_district_updated", "reviews", ["district_id", "updated_at", "id"], unique=False
    )
    op.create_table(
        "signatures",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("witnessed_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_signatures_district_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_signatures_person_id")),
        sa.ForeignKeyConstraint(
            ["plan_version_id"], ["plan_versions.id"], name=op.f("fk_signatures_plan_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_signatures_student_id")
        ),
        sa.ForeignKeyConstraint(
            ["witnessed_by"], ["people.id"], name=op.f("fk_signatures_witnessed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint(
            "plan_version_id",
            "role",
            "person_id",
            name=op.f("uq_signatures_plan_version_id_role_person_id"),
        ),
    )
    op.create_index("ix_signatures_student_id", "signatures", ["student_id"], unique=False)
    op.create_table(
        "review_participants",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_review_participants_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_review_participants_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_review_participants_review_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_review_participants_student_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_participants")),
    )
    op.create_index(
        op.f("ix_review_participants_review_id"), "review_participants", ["review_id"], unique=False
    )
    op.create_index(
        op.f("ix_review_participants_student_id"),
        "review_participants",
        ["student_id"],
        unique=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in SECURED:
            _secure(table)


def downgrade() -> None:
    op.drop_index(op.f("ix_review_participants_student_id"), table_name="review_participants")
    op.drop_index(op.f("ix_review_participants_review_id"), table_name="review_participants")
    op.drop_table("review_participants")
    op.drop_index("ix_signatures_student_id", table_name="signatures")
    op.drop_table("signatures")
    op.drop_index("ix_reviews_district_updated", table_name="reviews")
    op.drop_index("ix_reviews_district_due", table_name="reviews")
    op.drop_table("reviews")
    op.drop_index(op.f("ix_plan_sections_student_id"), table_name="plan_sections")
    op.drop_table("plan_sections")
    op.drop_index(op.f("ix_goal_steps_student_id"), table_name="goal_steps")
    op.drop_index("ix_goal_steps_goal_id", table_name="goal_steps")
    op.drop_table("goal_steps")
    op.drop_index(op.f("ix_check_ins_student_id"), table_name="check_ins")
    op.drop_index("ix_check_ins_goal_id", table_name="check_ins")
    op.drop_table("check_ins")
    op.drop_index("ix_relationships_student_id", table_name="relationships")
    op.drop_index("ix_relationships_person_id", table_name="relationships")
    op.drop_table("relationships")
    op.drop_index(op.f("ix_profile_entries_student_id"), table_name="profile_entries")
    op.drop_index("ix_profile_entries_plan_id", table_name="profile_entries")
    op.drop_table("profile_entries")
    op.drop_index(
        "uq_plan_versions_open",
        table_name="plan_versions",
        sqlite_where=sa.text("status IN ('draft', 'submitted', 'changes_requested')"),
        postgresql_where=sa.text("status IN ('draft', 'submitted', 'changes_requested')"),
    )
    op.drop_index(
        "uq_plan_versions_in_force",
        table_name="plan_versions",
        sqlite_where=sa.text("status = 'in_force'"),
        postgresql_where=sa.text("status = 'in_force'"),
    )
    op.drop_index("ix_plan_versions_student_id", table_name="plan_versions")
    op.drop_index("ix_plan_versions_district_updated", table_name="plan_versions")
    op.drop_table("plan_versions")
    op.drop_index("ix_goals_student_id", table_name="goals")
    op.drop_index("ix_goals_plan_id", table_name="goals")
    op.drop_index("ix_goals_district_updated", table_name="goals")
    op.drop_table("goals")
    op.drop_index("ix_advisory_members_student_id", table_name="advisory_members")
    op.drop_index("ix_advisory_members_advisory_id", table_name="advisory_members")
    op.drop_table("advisory_members")
    op.drop_index("ix_advisory_advisors_advisory_id", table_name="advisory_advisors")
    op.drop_table("advisory_advisors")
    op.drop_index("ix_school_enrollments_student_id", table_name="school_enrollments")
    op.drop_index("ix_school_enrollments_school_id", table_name="school_enrollments")
    op.drop_table("school_enrollments")
    op.drop_table("sampled_students")
    op.drop_index("ix_plans_district_updated", table_name="plans")
    op.drop_table("plans")
    op.drop_index("ix_placements_student_id", table_name="placements")
    op.drop_index("ix_placements_school_id", table_name="placements")
    op.drop_index("ix_placements_host_district_id", table_name="placements")
    op.drop_table("placements")
    op.drop_index("ix_enrollments_person_id", table_name="enrollments")
    op.drop_index("ix_enrollments_class_id", table_name="enrollments")
    op.drop_table("enrollments")
    op.drop_index("ix_comments_subject", table_name="comments")
    op.drop_index(op.f("ix_comments_student_id"), table_name="comments")
    op.drop_table("comments")
    op.drop_index(op.f("ix_advisories_school_id"), table_name="advisories")
    op.drop_table("advisories")
    op.drop_index("ix_students_plan_home_school_id", table_name="students")
    op.drop_index("ix_students_district_updated", table_name="students")
    op.drop_table("students")
    op.drop_index(op.f("ix_sessions_person_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_account_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_invitations_person_id"), table_name="invitations")
    op.drop_index("ix_invitations_code_hash", table_name="invitations")
    op.drop_table("invitations")
    op.drop_index(op.f("ix_classes_school_id"), table_name="classes")
    op.drop_table("classes")
    op.drop_index("ix_appointments_person_id", table_name="appointments")
    op.drop_table("appointments")
    op.drop_index(op.f("ix_account_persons_account_id"), table_name="account_persons")
    op.drop_table("account_persons")
    op.drop_table("schools")
    op.drop_index(op.f("ix_plan_templates_district_id"), table_name="plan_templates")
    op.drop_table("plan_templates")
    op.drop_index("ix_people_district_updated", table_name="people")
    op.drop_index("ix_people_district_family_name", table_name="people")
    op.drop_table("people")
    op.drop_table("courses")
    op.drop_index("ix_accounts_username", table_name="accounts")
    op.drop_table("accounts")
    op.drop_table("academic_sessions")
    op.drop_table("periodic_runs")
    op.drop_index("ix_jobs_lease", table_name="jobs")
    op.drop_table("jobs")
    op.drop_index("ix_failed_attempts_address", table_name="failed_attempts")
    op.drop_index("ix_failed_attempts_account", table_name="failed_attempts")
    op.drop_table("failed_attempts")
    op.drop_index("ix_events_student_id", table_name="events")
    op.drop_index("ix_events_district_position", table_name="events")
    op.drop_table("events")
    op.drop_table("districts")
    op.drop_index(op.f("ix_answered_requests_answered_at"), table_name="answered_requests")
    op.drop_table("answered_requests")
