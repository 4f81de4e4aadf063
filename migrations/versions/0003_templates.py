"""Template editions by school and grade; kept sections; profile entries that replace others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GRADES = ",07,08,09,10,11,12,"


def upgrade() -> None:
    templates = (
        sa.Column(
            "school_id",
            sa.Uuid(),
            sa.ForeignKey("schools.id", name="fk_plan_templates_school_id"),
            nullable=True,
        ),
        # SQLite needs a default to add a column; the real value is written below.
        sa.Column("line_id", sa.Uuid(), nullable=False, server_default="0" * 32),
        sa.Column("edition", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("status", sa.String(length=16), nullable=False, server_default="published"),
        sa.Column("grades", sa.String(), nullable=False, server_default=GRADES),
    )
    for column in templates:
        op.add_column("plan_templates", column, inline_references=True)
    _begin_lines()
    op.create_index(
        "uq_plan_templates_line_id_edition", "plan_templates", ["line_id", "edition"], unique=True
    )
    for name, column, which in (
        ("draft", "line_id", "status = 'draft'"),
        ("published", "line_id", "status = 'published'"),
        ("default", "district_id", "is_default AND status = 'published'"),
    ):
        op.create_index(
            f"uq_plan_templates_{name}",
            "plan_templates",
            [column],
            unique=True,
            sqlite_where=sa.text(which),
            postgresql_where=sa.text(which),
        )
    op.add_column(
        "plan_sections",
        sa.Column(
            "kept_from_id",
            sa.Uuid(),
            sa.ForeignKey("plan_templates.id", name="fk_plan_sections_kept_from_id"),
            nullable=True,
        ),
        inline_references=True,
    )
    op.add_column(
        "plan_sections",
        sa.Column(
            "visibility",
            sa.String(length=32),
            nullable=False,
            server_default="everyone_with_the_plan",
        ),
    )
    op.add_column(
        "profile_entries",
        sa.Column(
            "replaces_id",
            sa.Uuid(),
            sa.ForeignKey("profile_entries.id", name="fk_profile_entries_replaces_id"),
            nullable=True,
        ),
        inline_references=True,
    )
    if _on_postgresql():
        op.alter_column("profile_entries", "kind", type_=sa.String(length=24))


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _begin_lines() -> None:
    """Make each template the first edition of its own line.

    If a district has two defaults, which two first students opened at once could cause, the
    older one stays; plans written in the other continue with it.
    """
    if _on_postgresql():
        # Forced row-level security hides all rows even from the owner.
        op.execute("ALTER TABLE plan_templates NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE plan_templates SET line_id = id")
    op.execute(
        "UPDATE plan_templates SET status = 'retired' WHERE is_default AND EXISTS ("
        "SELECT 1 FROM plan_templates AS older WHERE older.is_default"
        " AND older.district_id = plan_templates.district_id AND older.id < plan_templates.id)"
    )
    if _on_postgresql():
        op.execute("ALTER TABLE plan_templates FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    if _on_postgresql():
        # The shorter column cannot hold a longer value, so it is cut.
        op.alter_column(
            "profile_entries",
            "kind",
            type_=sa.String(length=16),
            postgresql_using="substring(kind, 1, 16)",
        )
    op.drop_column("profile_entries", "replaces_id")
    op.drop_column("plan_sections", "visibility")
    op.drop_column("plan_sections", "kept_from_id")
    for name in ("default", "published", "draft", "line_id_edition"):
        op.drop_index(f"uq_plan_templates_{name}", "plan_templates")
    for name in ("grades", "status", "edition", "line_id", "school_id"):
        op.drop_column("plan_templates", name)
