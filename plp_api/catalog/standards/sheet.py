"""Read a district's own proficiencies: a CSV file with a row for each.

The columns are `code` and `statement`, and where wanted `parent` (the code of the row above it),
`grades` (separated by commas) and `subject`. The order of the rows is the order of the tree.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID, uuid5

from plp_api.catalog.standards import tree
from plp_api.catalog.standards.content import Content, Document, Item
from plp_api.catalog.standards.findings import Code, Findings
from plp_api.catalog.standards.models import FrameworkSource
from plp_api.foundation import db, texts
from plp_api.foundation.roster.models import GRADES

COLUMNS = ("code", "statement", "parent", "grades", "subject")
REQUIRED = ("code", "statement")
LONGEST = {"code": 100, "statement": 10_000, "parent": 100, "grades": 200, "subject": 200}
# After these, rows are missing that others may name as their parents.
UNREAD = frozenset({Code.CSV_MALFORMED, Code.ROW_LENGTH})
# Identifiers stay the same from file to file: they are made from district, title and code.
NAMESPACE = UUID("6f2c9a0e-7d55-5c0e-9b0a-3f9f6f1c2b11")


class Row(NamedTuple):
    """One row: its number in the file (the header is row 1), and its cells by column."""

    number: int
    cells: dict[str, str]


def identifier_of(district_id: UUID, title: str, code: str = "") -> UUID:
    """The identifier of a framework of the district, or of one of its items."""
    return uuid5(NAMESPACE, f"{district_id}\n{texts.normal(title).casefold()}\n{code}")


def read(raw: bytes, district_id: UUID, title: str, findings: Findings) -> Content | None:
    """What the file says; None if there are errors, which are in `findings`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        findings.add(Code.NOT_UTF8)
        return None
    rows = list(_rows(text, findings))
    if not rows and not findings.errors:
        findings.add(Code.NO_ROWS)
    if not rows or findings.counts.keys() & UNREAD:
        return None
    content = _content(rows, district_id, title, findings)
    return None if findings.errors else content


def _rows(text: str, findings: Findings) -> Iterator[Row]:
    # Strict: otherwise a stray quote silently swallows the rows after it.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        header = [name.strip() for name in next(reader, [])]
        if not _is_read(header, findings):
            return
        for number, cells in enumerate(reader, start=2):
            # Excel leaves blank lines at the end, and rows of commas.
            if any(cell.strip() for cell in cells):
                yield Row(number, _cells(header, cells, number, findings))
    except csv.Error:
        findings.add(Code.CSV_MALFORMED, row=number + 1)


def _is_read(header: list[str], findings: Findings) -> bool:
    """Whether rows can be read with this header."""
    if not any(header):
        findings.add(Code.HEADER_MISSING, row=1)
        return False
    before = findings.errors
    for name in REQUIRED:
        if name not in header:
            findings.add(Code.COLUMN_MISSING, row=1, column=name)
    for name, count in Counter(header).items():
        if name not in COLUMNS:
            findings.add(Code.COLUMN_UNKNOWN, row=1, column=name)
        elif count > 1:
            findings.add(Code.COLUMN_TWICE, row=1, column=name)
    return findings.errors == before


def _cells(header: list[str], cells: list[str], number: int, findings: Findings) -> dict[str, str]:
    if len(cells) != len(header):
        findings.add(Code.ROW_LENGTH, row=number)
        return dict.fromkeys(COLUMNS, "")
    read = dict.fromkeys(COLUMNS, "")
    for name, cell in zip(header, cells, strict=True):
        read[name] = text = texts.normal(cell)
        if code := _fault(name, text):
            findings.add(code, row=number, column=name)
    return read


def _fault(name: str, text: str) -> Code | None:
    if not text:
        return Code.CELL_MISSING if name in REQUIRED else None
    if not db.storable(text):
        return Code.TEXT_UNSTORABLE
    if len(text) > LONGEST[name]:
        return Code.TEXT_TOO_LONG
    if texts.fault_of(text, has_lines=name == "statement"):
        return Code.CONTROL_CHARACTER
    if name == "grades" and not set(_grades(text)) <= set(GRADES):
        return Code.GRADE_UNKNOWN
    return None


def _grades(text: str) -> list[str]:
    grades = (grade.strip() for grade in text.split(","))
    return [grade.zfill(2) if grade.isdecimal() else grade for grade in grades if grade]


def _content(rows: list[Row], district_id: UUID, title: str, findings: Findings) -> Content:
    """What the rows say; of those with a finding, as much as finds the faults of the others."""
    by_code: dict[str, Item] = {}
    for row in rows:
        code = row.cells["code"]
        if not code:
            continue
        if code in by_code:
            detail = f"The first is in row {by_code[code].row}."
            findings.add(Code.CODE_TWICE, row=row.number, column="code", detail=detail)
            continue
        subject = row.cells["subject"]
        by_code[code] = Item(
            identifier=identifier_of(district_id, title, code),
            code=code,
            statement=row.cells["statement"],
            subjects=[subject] if subject else [],
            grades=_grades(row.cells["grades"]),
            row=row.number,
        )
    parents = dict(_parents(rows, by_code, findings))
    at_row = {item.identifier: item.row for item in by_code.values()}
    for identifier in tree.in_cycles(parents):
        findings.add(Code.CYCLE, row=at_row[identifier], column="parent")
    document = Document(identifier=identifier_of(district_id, title), title=texts.normal(title))
    keys = {item.identifier: (item.row,) for item in by_code.values()}
    items = tree.arrange(by_code.values(), parents, keys)
    for item in tree.too_deep(items):
        findings.add(Code.TREE_TOO_DEEP, row=item.row, column="parent")
    return Content(source=FrameworkSource.CSV, document=document, items=items)


def _parents(
    rows: list[Row], by_code: dict[str, Item], findings: Findings
) -> Iterator[tuple[UUID, UUID | None]]:
    for row in rows:
        item, above = by_code.get(row.cells["code"]), row.cells["parent"]
        parent = by_code.get(above)
        if above and parent is None:
            findings.add(Code.PARENT_MISSING, row=row.number, column="parent")
        if item is not None and item.row == row.number:
            yield item.identifier, parent.identifier if parent else None
