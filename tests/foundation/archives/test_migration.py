"""Archives and share links that an earlier server would not know."""

from typing import Any

from sqlalchemy import create_engine, text

from plp_api.foundation import db, migrating
from plp_api.foundation.archives.models import StudentExport
from plp_api.foundation.files.models import FileType, StoredFile
from tests.conftest import Live
from tests.foundation.access import rows
from tests.world import writing

LARGER_THAN_32_BITS = 3 << 30


def counted(live: Live, *statements: str) -> list[Any]:
    """The first column of the first row of each statement, as the owner of the tables sees it."""
    engine = create_engine(live.settings.migration_database_url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for table in ("files", "disclosures"):
                connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
        found = [connection.execute(text(one)).scalar() for one in statements]
        if engine.dialect.name == "postgresql":
            for table in ("files", "disclosures"):
                connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
    engine.dispose()
    return found


def test_the_way_down_takes_whole_records_and_share_links_away(own: Live) -> None:
    home = own.world.home
    with writing(own.database, home, own.world.away) as session:
        rows.complete(own.world)
        key = db.new_id()
        file = StoredFile(
            id=key,
            district_id=home.district_id,
            name=f"exports/{home.district_id}/{key}",
            media_type=FileType.ZIP,
            size=LARGER_THAN_32_BITS,
            sha256="0" * 64,
            uploaded_by=home.student.id,
        )
        session.add(file)
        session.flush()
        export = session.query(StudentExport).filter_by(student_id=home.student.id).one()
        export.file_id = file.id
    archives = "SELECT count(*) FROM files WHERE name LIKE 'exports/%'"
    links = "SELECT count(*) FROM links WHERE purpose = 'share'"
    others = "SELECT count(*) FROM links WHERE purpose <> 'share'"
    files = "SELECT count(*) FROM files WHERE name NOT LIKE 'exports/%'"
    ledger = "SELECT count(*) FROM disclosures"
    before = counted(own, archives, links, others, files, ledger)
    assert before[0] == 1
    assert before[1] > 0
    own.database.dispose()
    migrating.downgrade(own.settings, "0041")
    assert counted(own, archives, links, others, files, ledger) == [0, 0, *before[2:]]
    migrating.upgrade(own.settings)
