"""Read a package's manifest.csv: its version and the mode of each of its files."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from plp_api.people.rostering.archive import Archive, Broken, printable
from plp_api.people.rostering.columns import COLUMNS, FILES
from plp_api.people.rostering.findings import Code, Findings
from plp_api.people.rostering.sheet import records

NAME = "manifest.csv"
MODES = ("absent", "bulk", "delta")

_HEADER = ["propertyName", "value"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of a package's manifest; `version` is None if we do not read that version."""

    version: str | None = None
    modes: dict[str, str] = field(default_factory=dict)


def read_manifest(archive: Archive, findings: Findings) -> Manifest:
    """The package's manifest, compared with the files that the package holds."""
    if NAME not in archive.names:
        findings.add(Code.MANIFEST_MISSING, NAME)
        return Manifest()
    properties = dict(_properties(archive, findings))
    if properties.get("manifest.version", "1.0") != "1.0":
        findings.add(Code.MANIFEST_INVALID, NAME, detail="manifest.version must be 1.0.")
    version = properties.get("oneroster.version")
    if version not in FILES:
        findings.add(Code.VERSION_UNKNOWN, NAME)
        return Manifest()
    known = FILES[version]
    _judge_names(archive, known, findings)
    modes = {file: _mode(file, properties, archive, findings) for file in known}
    for file in COLUMNS[version]:
        if modes[file] == "delta":
            findings.add(Code.DELTA_NOT_READ, f"{file}.csv")
    return Manifest(version, modes)


def _properties(archive: Archive, findings: Findings) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    number = 0
    try:
        for number, cells in enumerate(records(archive.lines(NAME)), start=1):
            if number == 1 and cells != _HEADER:
                findings.add(Code.MANIFEST_INVALID, NAME, 1, detail="See its header.")
            if number == 1 or not cells:
                continue
            if len(cells) != 2 or cells[0] in seen:
                findings.add(Code.MANIFEST_INVALID, NAME, number)
                continue
            seen.add(cells[0])
            yield cells[0].strip(), cells[1].strip()
    except Broken as broken:
        findings.add(broken.code, NAME, number + 1)


def _judge_names(archive: Archive, known: tuple[str, ...], findings: Findings) -> None:
    expected = {NAME, *(f"{file}.csv" for file in known)}
    for name in archive.names:
        if name not in expected:
            findings.add(Code.FILE_UNKNOWN, printable(name))


def _mode(file: str, properties: dict[str, str], archive: Archive, findings: Findings) -> str:
    """The mode of one file; adds a finding if the package contradicts it."""
    name = f"{file}.csv"
    is_there = name in archive.names
    declared = properties.get(f"file.{file}")
    if declared is None and not is_there:
        findings.add(Code.MANIFEST_INCOMPLETE, name)
    if declared in (None, "absent"):
        if is_there:
            findings.add(Code.FILE_NOT_DECLARED, name)
        return "absent"
    if declared not in MODES:
        findings.add(Code.MANIFEST_INVALID, NAME, column=f"file.{file}")
        return "absent"
    if not is_there:
        findings.add(Code.FILE_MISSING, name)
        return "absent"
    return str(declared)
