"""Signatures: methods, declines, exceptions, waivers, delegates, outreach."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
NEW = (
    "signature_delegates",
    "signature_declines",
    "signature_exceptions",
    "signature_waivers",
    "outreach_attempts",
)
OLD_KEY = "uq_signatures_plan_version_id_role_person_id"
NEW_KEY = "uq_signatures_signed_version_id_role_person_id"
WIDE_KEYED = "signed_version_id"
CHECKED = "CASE method WHEN 'in_room' THEN 'known_in_person' ELSE 'account_login' END"
REFERENCES = {
    "signed_version_id": "plan_versions",
    "delegate_id": "signature_delegates",
    "recorded_by": "people",
}


def upgrade() -> None:
    _create_delegates()
    _create_declines()
    _create_exceptions()
    _create_waivers()
    _create_attempts()
    _widen_signatures()
    op.add_column("review_participants", sa.Column("language", sa.String(16), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for table in NEW:
            _secure(table)


def _widen_signatures() -> None:
    """Until now each signature counted for the version on which it was given."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(is_wide=True)
        return
    for column in _wide():
        op.add_column("signatures", column)
    op.execute("ALTER TABLE signatures NO FORCE ROW LEVEL SECURITY")
    op.execute(
        f"UPDATE signatures SET signed_version_id = plan_version_id, identity_check = {CHECKED}"
    )
    op.execute("ALTER TABLE signatures FORCE ROW LEVEL SECURITY")
    for column in ("signed_version_id", "identity_check"):
        op.alter_column("signatures", column, nullable=False)
    op.drop_constraint(OLD_KEY, "signatures", type_="unique")
    op.create_unique_constraint(op.f(NEW_KEY), "signatures", [WIDE_KEYED, "role", "person_id"])
    for column, other in REFERENCES.items():
        op.create_foreign_key(
            op.f(f"fk_signatures_{column}"), "signatures", other, [column], ["id"]
        )
    op.create_index(
        "ix_signatures_plan_version_id", "signatures", ["plan_version_id"], unique=False
    )


def _wide(*, is_filled: bool = False) -> list[sa.Column[object]]:
    """The new columns; required ones are nullable until they are filled."""
    return [
        sa.Column("signed_version_id", sa.Uuid(), nullable=not is_filled),
        sa.Column("identity_check", sa.String(length=24), nullable=not is_filled),
        sa.Column("delegate_id", sa.Uuid(), nullable=True),
        sa.Column("signed_by_name", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("scan_id", sa.Uuid(), nullable=True),
    ]


def _rebuild(*, is_wide: bool) -> None:
    """Rebuild the table with its rows, because SQLite cannot change a table's constraints."""
    op.drop_index("ix_signatures_student_id", table_name="signatures")
    if not is_wide:
        op.drop_index("ix_signatures_plan_version_id", table_name="signatures")
    op.rename_table("signatures", "signatures_before")
    own = [
        *_owned(),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("witnessed_by", sa.Uuid(), nullable=True),
    ]
    known = ", ".join(one.name for one in own)
    references = {"plan_version_id": "plan_versions", "person_id": "people"}
    references["witnessed_by"] = "people"
    if is_wide:
        own += _wide(is_filled=True)
        references.update(REFERENCES)
    keyed = WIDE_KEYED if is_wide else "plan_version_id"
    op.create_table(
        "signatures",
        *own,
        *_keys("signatures", **references),
        sa.UniqueConstraint(keyed, "role", "person_id", name=op.f(NEW_KEY if is_wide else OLD_KEY)),
    )
    filled = ", signed_version_id, identity_check" if is_wide else ""
    values = f", plan_version_id, {CHECKED}" if is_wide else ""
    op.execute(
        f"INSERT INTO signatures ({known}{filled}) SELECT {known}{values} FROM signatures_before"
    )
    op.drop_table("signatures_before")
    _index("signatures", "student_id")
    if is_wide:
        _index("signatures", "plan_version_id")


def _owned(*, is_resource: bool = False) -> list[sa.Column[object]]:
    resource = [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        *(resource if is_resource else []),
    ]


def _keys(table: str, **references: str) -> list[sa.Constraint]:
    """The primary key, and foreign keys to the district, the student and the given tables."""
    to = {"district_id": "districts", "student_id": "students", **references}
    return [
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, other in to.items()
        ),
    ]


def _span(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f(f"ck_{table}_span")
        ),
    ]


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{columns[0]}", table, list(columns), unique=False)


def _create_delegates() -> None:
    table = "signature_delegates"
    op.create_table(
        table,
        *_owned(is_resource=True),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        *_span(table),
        *_keys(table, parent_id="people", person_id="people"),
    )
    _index(table, "student_id")


def _create_declines() -> None:
    table = "signature_declines"
    op.create_table(
        table,
        *_owned(),
        sa.Column("signed_version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        *_keys(table, signed_version_id="plan_versions", person_id="people", recorded_by="people"),
    )
    _index(table, "signed_version_id")
    _index(table, "student_id")


def _create_exceptions() -> None:
    table = "signature_exceptions"
    op.create_table(
        table,
        *_owned(is_resource=True),
        sa.Column("signed_version_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        *_keys(table, signed_version_id="plan_versions", given_by="people", withdrawn_by="people"),
    )
    _index(table, "signed_version_id")
    _index(table, "student_id")


def _create_waivers() -> None:
    table = "signature_waivers"
    op.create_table(
        table,
        *_owned(is_resource=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        *_span(table),
        *_keys(table, set_by="people"),
    )
    _index(table, "student_id")


def _create_attempts() -> None:
    table = "outreach_attempts"
    op.create_table(
        table,
        *_owned(),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("logged_by", sa.Uuid(), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        *_keys(table, review_id="reviews", person_id="people", logged_by="people"),
    )
    _index(table, "review_id", "tried_on")
    _index(table, "student_id", "tried_on")


def _secure(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY entered_districts ON {table} USING (district_id = {ENTERED})")


def downgrade() -> None:
    op.drop_column("review_participants", "language")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(is_wide=False)
    else:
        _narrow_signatures()
    for table in reversed(NEW):
        op.drop_table(table)


def _narrow_signatures() -> None:
    op.drop_index("ix_signatures_plan_version_id", table_name="signatures")
    for column in REFERENCES:
        op.drop_constraint(op.f(f"fk_signatures_{column}"), "signatures", type_="foreignkey")
    op.drop_constraint(NEW_KEY, "signatures", type_="unique")
    op.create_unique_constraint(
        op.f(OLD_KEY), "signatures", ["plan_version_id", "role", "person_id"]
    )
    for one in _wide():
        op.drop_column("signatures", one.name)
