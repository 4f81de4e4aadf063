"""What a file of standards says, in one form for CASE packages and CSV files."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from plp_api.catalog.standards.models import FrameworkSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The framework: a CFDocument, or the title of a CSV file.

    `last_changed_at` is None for a CSV file, which knows no such time.
    """

    identifier: UUID
    title: str
    creator: str = ""
    publisher: str = ""
    description: str = ""
    adoption_status: str | None = None
    document_version: str | None = None
    case_version: str | None = None
    framework_type: str | None = None
    language: str | None = None
    uri: str | None = None
    official_source_url: str | None = None
    license_uri: str | None = None
    subjects: list[str] = field(default_factory=list)
    starts_on: date | None = None
    ends_on: date | None = None
    last_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One standard. `place` is its JSON Pointer, `row` its row in a CSV file."""

    identifier: UUID
    statement: str
    code: str | None = None
    abbreviated_statement: str | None = None
    item_type: str | None = None
    subjects: list[str] = field(default_factory=list)
    grades: list[str] = field(default_factory=list)
    list_enumeration: str | None = None
    notes: str | None = None
    language: str | None = None
    uri: str | None = None
    license_uri: str | None = None
    last_changed_at: datetime | None = None
    place: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """One end of an association: an item, a document, or something outside."""

    identifier: str
    uri: str
    title: str

    @property
    def key(self) -> UUID | None:
        """The identifier as a UUID; None if it is none, as `local:` URIs are."""
        try:
            return UUID(self.identifier)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A CFAssociation."""

    identifier: UUID
    type: str
    origin: End
    destination: End
    sequence_number: int | None
    last_changed_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An item at its place in the tree, read depth first."""

    item: Item
    parent: UUID | None
    position: int
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A whole file: the framework, its items in the order of the tree, other associations."""

    source: FrameworkSource
    document: Document
    items: list[Placed]
    associations: list[Association] = field(default_factory=list)
