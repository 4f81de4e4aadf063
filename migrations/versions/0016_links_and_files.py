"""Links and files of any area.

Columns common to all links move from `signing_links` to `links`; columns about the version stay.
Columns common to all files move from `scans` to `files`; columns about the signature stay.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As in 0001: a transaction sees only rows of the districts that it has entered.
ENTERED = (
    "any ((select string_to_array("
    "nullif(current_setting('plp.districts', true), ''), ','))::uuid[])"
)
OF_A_LINK = (
    "id, district_id, student_id, person_id, token_sha256, identity_check, code_hash, code_by,"
    " witnessed_by, witnessed_at, attempts_left, created_at, issued_by, expires_at, opened_at,"
    " used_at, outcome, ended_at, ended_by, end_reason"
)
OF_SIGNING = "id, plan_version_id, delegate_id, role, snapshot_sha256"
OF_A_FILE = "id, district_id, media_type, size, sha256, created_at, uploaded_by"
OF_A_SCAN = (
    *("id", "district_id", "student_id", "plan_version_id", "person_id", "role"),
    "created_at",
)
OF_BOTH = {
    "media_type": sa.String(32),
    "size": sa.Integer(),
    "sha256": sa.String(64),
    "uploaded_by": sa.Uuid(),
}


def upgrade() -> None:
    purpose = sa.Column("purpose", sa.String(16), nullable=False)
    _create("links", [*_link_columns(), purpose])
    op.execute(
        f"INSERT INTO links (purpose, {OF_A_LINK}) SELECT 'signing', {OF_A_LINK} FROM signing_links"
    )
    op.create_index("ix_links_token_sha256", "links", ["token_sha256"], unique=True)
    op.create_index("ix_links_student_id", "links", ["student_id", "person_id"])
    op.execute(f"CREATE TABLE kept_links AS SELECT {OF_SIGNING} FROM signing_links")
    op.drop_table("signing_links")
    _create("signing_links", [*_signing_columns(), _refers("signing_links", "id", "links")])
    op.execute(f"INSERT INTO signing_links ({OF_SIGNING}) SELECT {OF_SIGNING} FROM kept_links")
    op.drop_table("kept_links")
    op.create_index("ix_signing_links_plan_version_id", "signing_links", ["plan_version_id"])
    _force("scans", is_on=False)
    _create("files", _file_columns())
    op.execute(
        f"INSERT INTO files (name, {OF_A_FILE}) SELECT {_name_of_scan()}, {OF_A_FILE} FROM scans"
    )
    op.create_index("ix_files_district_id", "files", ["district_id", "created_at"])
    op.add_column("scans", sa.Column("file_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE scans SET file_id = id")
    if op.get_bind().dialect.name == "sqlite":
        _write_scans_anew([sa.Column("file_id", sa.Uuid(), nullable=False)], ["file_id"])
    else:
        op.alter_column("scans", "file_id", nullable=False)
        op.create_foreign_key("fk_scans_file_id", "scans", "files", ["file_id"], ["id"])
        for name in OF_BOTH:
            op.drop_column("scans", name)
    _force("scans", is_on=True)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE files ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE files FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY entered_districts ON files USING (district_id = {ENTERED})")


def downgrade() -> None:
    _force("scans", is_on=False)
    _force("files", is_on=False)
    for name, kind in OF_BOTH.items():
        op.add_column("scans", sa.Column(name, kind, nullable=True))
        op.execute(f"UPDATE scans SET {name} = (SELECT {name} FROM files WHERE files.id = file_id)")
    if op.get_bind().dialect.name == "sqlite":
        both = [sa.Column(name, kind, nullable=False) for name, kind in OF_BOTH.items()]
        _write_scans_anew(both, list(OF_BOTH))
    else:
        for name in OF_BOTH:
            op.alter_column("scans", name, nullable=False)
        # The constraint is checked over rows of every district.
        _force("people", is_on=False)
        op.create_foreign_key("fk_scans_uploaded_by", "scans", "people", ["uploaded_by"], ["id"])
        _force("people", is_on=True)
        op.drop_column("scans", "file_id")
    _force("scans", is_on=True)
    op.drop_table("files")
    both = f"{OF_SIGNING}, {OF_A_LINK.removeprefix('id, ')}"
    op.execute(
        f"CREATE TABLE kept_links AS SELECT signing_links.{both} FROM signing_links"
        " JOIN links ON links.id = signing_links.id"
    )
    op.drop_table("signing_links")
    op.drop_table("links")
    _create("signing_links", [*_link_columns("signing_links"), *_signing_columns()[1:]])
    op.execute(f"INSERT INTO signing_links ({both}) SELECT {both} FROM kept_links")
    op.drop_table("kept_links")
    op.create_index("ix_signing_links_token_sha256", "signing_links", ["token_sha256"], unique=True)
    op.create_index("ix_signing_links_plan_version_id", "signing_links", ["plan_version_id"])
    op.create_index("ix_signing_links_student_id", "signing_links", ["student_id", "person_id"])


def _link_columns(table: str = "links") -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("identity_check", sa.String(16), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("code_by", sa.String(16), nullable=False),
        sa.Column("witnessed_by", sa.Uuid(), nullable=True),
        sa.Column("witnessed_at", INSTANT, nullable=True),
        sa.Column("attempts_left", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.String(32), nullable=True),
        _refers(table, "district_id", "districts"),
        _refers(table, "student_id", "students"),
        _refers(table, "person_id", "people"),
        _refers(table, "issued_by", "people"),
        _refers(table, "ended_by", "people"),
    ]


def _signing_columns() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("snapshot_sha256", sa.String(64), nullable=False),
        _refers("signing_links", "plan_version_id", "plan_versions"),
        _refers("signing_links", "delegate_id", "signature_delegates"),
    ]


def _file_columns() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        _refers("files", "district_id", "districts"),
        _refers("files", "uploaded_by", "people"),
    ]


def _write_scans_anew(further: list[sa.Column[Any]], names: list[str]) -> None:
    """Rebuild the table with its rows, because SQLite cannot change a table's constraints."""
    kept = ", ".join([*OF_A_SCAN, *names])
    op.execute(f"CREATE TABLE kept_scans AS SELECT {kept} FROM scans")
    op.drop_table("scans")
    refers = {"file_id": "files", "uploaded_by": "people"}
    _create(
        "scans",
        [
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("district_id", sa.Uuid(), nullable=False),
            sa.Column("student_id", sa.Uuid(), nullable=False),
            sa.Column("plan_version_id", sa.Uuid(), nullable=False),
            sa.Column("person_id", sa.Uuid(), nullable=False),
            sa.Column("role", sa.String(16), nullable=False),
            sa.Column("created_at", INSTANT, nullable=False),
            *further,
            _refers("scans", "district_id", "districts"),
            _refers("scans", "student_id", "students"),
            _refers("scans", "plan_version_id", "plan_versions"),
            _refers("scans", "person_id", "people"),
            *(_refers("scans", name, to) for name, to in refers.items() if name in names),
        ],
    )
    op.execute(f"INSERT INTO scans ({kept}) SELECT {kept} FROM kept_scans")
    op.drop_table("kept_scans")
    op.create_index("ix_scans_plan_version_id", "scans", ["plan_version_id"])
    op.create_index("ix_scans_student_id", "scans", ["student_id"])


def _create(table: str, columns: list[sa.schema.SchemaItem]) -> None:
    op.create_table(table, *columns, sa.PrimaryKeyConstraint("id", name=f"pk_{table}"))


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _name_of_scan() -> str:
    """The storage name of a scan, with its ids in the written form of UUIDs."""
    if op.get_bind().dialect.name == "postgresql":
        return "'scans/' || district_id || '/' || id"
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    district_id, key = (
        " || '-' || ".join(f"substr({column}, {start}, {length})" for start, length in parts)
        for column in ("district_id", "id")
    )
    return f"'scans/' || {district_id} || '/' || {key}"


def _force(table: str, is_on: bool) -> None:
    """Force row-level security on the owner, or lift it while rows of every district move."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} {'' if is_on else 'NO '}FORCE ROW LEVEL SECURITY")
