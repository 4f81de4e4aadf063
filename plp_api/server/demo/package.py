"""Zip a district's CSV files into a OneRoster package, with dates in the present year."""

import csv
import io
import zipfile
from pathlib import Path

from plp_api.server.demo.years import Years

DATES = frozenset({"startDate", "endDate", "beginDate", "birthDate"})
YEAR = "schoolYear"


def write(folder: Path, target: Path, years: Years) -> None:
    """Write the folder's files as a package to `target`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for file in sorted(folder.glob("*.csv")):
            package.writestr(file.name, _moved(file, years))


def _moved(file: Path, years: Years) -> str:
    written = io.StringIO(newline="")
    with file.open(newline="", encoding="utf-8") as source:
        rows = csv.DictReader(source)
        out = csv.DictWriter(written, rows.fieldnames or [])
        out.writeheader()
        for row in rows:
            out.writerow({name: _value(name, value, years) for name, value in row.items()})
    return written.getvalue()


def _value(name: str, value: str, years: Years) -> str:
    if not value:
        return value
    if name in DATES:
        return years.moved(value)
    return str(int(value) + years.by) if name == YEAR else value
