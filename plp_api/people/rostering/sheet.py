"""Read one CSV file of a package: check its header and turn its rows into values."""

import csv
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from plp_api.foundation.imports.findings import Severity
from plp_api.people.rostering.archive import Broken
from plp_api.people.rostering.cells import Reader, Unfit, Value, reader_for
from plp_api.people.rostering.columns import MANY, Column, Kind
from plp_api.people.rostering.findings import Code, Findings

_EMPTY: tuple[Value, ...] = (None, ())


class Row(NamedTuple):
    """One row: its number in the file (the header is row 1) and its values by column name.

    An empty cell is None, or an empty tuple if the column holds a list. `is_fit` is False if the
    row has an error.
    """

    number: int
    cells: dict[str, Value]
    is_fit: bool = True


class _Place(NamedTuple):
    """A column at its place in this file's header; without a reader it is skipped."""

    name: str
    read: Reader | None
    is_required: bool


def records(lines: Iterator[str]) -> Iterator[list[str]]:
    """The records of CSV `lines`; a blank line is an empty record.

    Raises `Broken`: csv_malformed, or what `lines` raises.
    """
    try:
        # Strict: otherwise a stray quote silently swallows the rows after it.
        yield from csv.reader(lines, strict=True)
    except csv.Error:
        raise Broken(Code.CSV_MALFORMED) from None


class Sheet:
    """The rows of one file; findings are added while they are read.

    `is_complete` is true after the file was read to its end.
    """

    def __init__(
        self, file: str, columns: tuple[Column, ...], lines: Iterator[str], findings: Findings
    ) -> None:
        self.name = f"{file}.csv"
        self.is_complete = False
        self._columns = {column.name: column for column in columns}
        self._lines = lines
        # The row being read, for a finding if reading breaks off.
        self._number = 0
        self._findings = findings
        self._blank: dict[str, Value] = {
            column.name: () if column.kind in MANY else None
            for column in columns
            if column.kind is not Kind.UNREAD
        }

    def rows(self) -> Iterator[Row]:
        """Every row, in the order of the file; none if the header cannot be understood."""
        self._number = 1
        try:
            yield from self._rows(records(self._lines))
        except Broken as broken:
            self._findings.add(broken.code, self.name, self._number)

    def _rows(self, lines: Iterator[list[str]]) -> Iterator[Row]:
        header = next(lines, [])
        places = self._places(header)
        if not places:
            return
        self._number = 2
        for cells in lines:
            # Excel leaves blank lines at the end.
            if cells:
                yield self._row(cells, places)
            self._number += 1
        self.is_complete = True
        if self._number == 2:
            self._findings.add(Code.NO_ROWS, self.name)

    def _places(self, header: list[str]) -> list[_Place]:
        """Each column of the header with its reader; none if rows cannot be read with it."""
        if not header:
            self._findings.add(Code.HEADER_MISSING, self.name, 1)
            return []
        known = [name for name in header if name in self._columns]
        missing = [
            column.name
            for column in self._columns.values()
            if column.is_required and column.name not in header
        ]
        twice = [name for name, count in Counter(known).items() if count > 1]
        for name in missing:
            self._findings.add(Code.COLUMN_MISSING, self.name, 1, name)
        for name in twice:
            self._findings.add(Code.COLUMN_TWICE, self.name, 1, name)
        self._judge_unknown(header)
        self._judge_order(header, known)
        if missing or twice:
            return []
        return [self._place(name) for name in header]

    def _judge_unknown(self, header: list[str]) -> None:
        # Without a header the first row holds a person's data: report the place, not the name.
        for place, name in enumerate(header, start=1):
            if name not in self._columns and not name.startswith("metadata."):
                self._findings.add(
                    Code.COLUMN_UNKNOWN, self.name, 1, detail=f"It is column {place}."
                )

    def _judge_order(self, header: list[str], known: list[str]) -> None:
        standard = list(self._columns)
        is_sorted = known == sorted(known, key=standard.index)
        if not is_sorted or header[: len(known)] != known:
            self._findings.add(Code.COLUMN_ORDER, self.name, 1)

    def _place(self, name: str) -> _Place:
        column = self._columns.get(name)
        if column is None or column.kind is Kind.UNREAD:
            return _Place(name, None, is_required=False)
        return _Place(name, reader_for(column), column.is_required)

    def _row(self, cells: list[str], places: list[_Place]) -> Row:
        number = self._number
        values = dict(self._blank)
        if len(cells) != len(places):
            self._findings.add(Code.ROW_LENGTH, self.name, number)
            return Row(number, values, is_fit=False)
        is_fit = True
        for (name, read, is_required), text in zip(places, cells, strict=True):
            if read is None:
                continue
            try:
                value = _value(read, text)
            except Unfit as unfit:
                is_fit = self._note(unfit, number, name) and is_fit
                values[name] = unfit.value
                continue
            if value not in _EMPTY:
                values[name] = value
            elif is_required:
                self._findings.add(Code.CELL_MISSING, self.name, number, name)
                is_fit = False
        if values["status"] or values["dateLastModified"]:
            severity = self._findings.add(Code.STATUS_IN_BULK, self.name, number, "status")
            is_fit = is_fit and severity is Severity.WARNING
        return Row(number, values, is_fit)

    def _note(self, unfit: Unfit, number: int, name: str) -> bool:
        """Add a finding for a badly written cell; return whether its row is still usable."""
        severity = self._findings.add(unfit.code, self.name, number, name, unfit.detail)
        return severity is Severity.WARNING


def _value(read: Reader, text: str) -> Value:
    if "\n" in text or "\r" in text:
        raise Unfit(Code.NEWLINE_IN_CELL)
    text = text.strip()
    return read(text) if text else None
