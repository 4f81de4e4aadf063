"""A trigger keeps signatures append-only; an import may gather statistics (PostgreSQL)."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEPT = "a signature is neither changed nor taken back"

# Only a table's owner may run ANALYZE, and the application owns nothing. The function runs it only
# if a table has outgrown its statistics, as in the first import of an installation.
GATHER = """
CREATE FUNCTION gather_statistics(of_table text, added bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE known real;
BEGIN
    SELECT reltuples INTO known FROM pg_class
     WHERE relname = of_table AND relnamespace = 'public'::regnamespace AND relkind = 'r';
    IF FOUND AND known < added THEN
        EXECUTE format('ANALYZE public.%I', of_table);
    END IF;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER signatures_no_{change.lower()} BEFORE {change} ON signatures"
                f" BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER signatures_kept BEFORE UPDATE OR DELETE ON signatures"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(GATHER)
    op.execute("REVOKE ALL ON FUNCTION gather_statistics(text, bigint) FROM PUBLIC")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER signatures_no_update")
        op.execute("DROP TRIGGER signatures_no_delete")
        return
    op.execute("DROP FUNCTION gather_statistics(text, bigint)")
    op.execute("DROP TRIGGER signatures_kept ON signatures")
    op.execute("DROP FUNCTION refuse_change()")
