"""Read a CASE 1.0 or 1.1 package: a CFPackage as JSON, bare or as `{"CFPackage": …}`.

Reading raises no errors, whatever the bytes are: errors become findings.
"""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from plp_api.catalog.standards import rules, tree
from plp_api.catalog.standards.content import Association, Content, Document, End, Item
from plp_api.catalog.standards.findings import Code, Findings
from plp_api.catalog.standards.models import FrameworkSource
from plp_api.catalog.standards.rules import Checker

# An upper bound from the bytes alone, so that a bomb is refused before it is unpacked into memory.
# A package of 20,000 items with their associations has half of that.
MOST_VALUES = 2_000_000
DEEPEST = 64
IS_CHILD_OF = "isChildOf"
BOM = b"\xef\xbb\xbf"


class Broken(Exception):
    """A file that cannot be read any further."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


def read(raw: bytes, findings: Findings) -> Content | None:
    """What the package says; None if there are errors, which are in `findings`."""
    try:
        package = parse(raw)
    except Broken as broken:
        findings.add(broken.code)
        return None
    pointer = ""
    if isinstance(package, dict) and "CFPackage" in package:
        package, pointer = package["CFPackage"], "/CFPackage"
    content = _Package(findings, _is_strict(package, pointer, findings), pointer).read(package)
    return None if findings.errors else content


def parse(raw: bytes) -> Any:
    """The JSON value. Raises Broken: not_utf8, not_json, too_many_values, too_deep and so on."""
    if sum(map(raw.count, (b"{", b"[", b","))) > MOST_VALUES:
        raise Broken(Code.TOO_MANY_VALUES)
    try:
        text = raw.removeprefix(BOM).decode()
    except UnicodeDecodeError:
        raise Broken(Code.NOT_UTF8) from None
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except RecursionError:
        raise Broken(Code.TOO_DEEP) from None
    except ValueError:
        raise Broken(Code.NOT_JSON) from None
    if _is_too_deep(value):
        raise Broken(Code.TOO_DEEP)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Broken(Code.MEMBER_TWICE)
    return members


def _is_too_deep(value: Any) -> bool:
    level = _containers([value])
    for _ in range(DEEPEST):
        if not level:
            return False
        level = _containers(inner for outer in level for inner in _inner(outer))
    return True


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _inner(container: Any) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _is_strict(package: Any, pointer: str, findings: Findings) -> bool:
    """Whether the package says that it is of version 1.1."""
    document = package.get("CFDocument") if isinstance(package, dict) else None
    version = document.get("caseVersion") if isinstance(document, dict) else None
    if version is None or version == "1.0":
        return False
    if version != rules.VERSION:
        findings.add(Code.VERSION_UNKNOWN, f"{pointer}/CFDocument/caseVersion")
    return True


class _Package:
    """One package while it is read."""

    def __init__(self, findings: Findings, is_strict: bool, pointer: str) -> None:
        self.findings = findings
        self.checker = Checker(findings, is_strict=is_strict)
        self.pointer = pointer
        self.items: dict[UUID, Item] = {}
        self.places: dict[UUID, str] = {}

    def read(self, package: Any) -> Content | None:
        members = self.checker.read(package, rules.PACKAGE, self.pointer)
        if members is None:
            return None
        document = self._document(package["CFDocument"])
        for number, given in enumerate(members.get("CFItems", ())):
            self._add_item(given, f"{self.pointer}/CFItems/{number}")
        associations = [
            association
            for number, given in enumerate(members.get("CFAssociations", ()))
            if (association := self._association(given, f"{self.pointer}/CFAssociations/{number}"))
        ]
        if document is None or self.findings.errors:
            return None
        return self._arranged(document, associations)

    def _document(self, given: Any) -> Document | None:
        found = self.checker.read(given, rules.DOCUMENT, f"{self.pointer}/CFDocument")
        if found is None:
            return None
        self._note(found["identifier"], f"{self.pointer}/CFDocument")
        return Document(
            identifier=found["identifier"],
            title=found["title"],
            creator=found.get("creator", ""),
            publisher=found.get("publisher", ""),
            description=found.get("description") or found.get("notes", ""),
            adoption_status=found.get("adoptionStatus"),
            document_version=found.get("version"),
            case_version=found.get("caseVersion"),
            framework_type=found.get("frameworkType"),
            language=found.get("language"),
            uri=found.get("uri"),
            official_source_url=found.get("officialSourceURL"),
            license_uri=_uri(found),
            subjects=found.get("subject", []),
            starts_on=found.get("statusStartDate"),
            ends_on=found.get("statusEndDate"),
            last_changed_at=found["lastChangeDateTime"],
        )

    def _add_item(self, given: Any, place: str) -> None:
        found = self.checker.read(given, rules.ITEM, place)
        if found is None or not self._note(found["identifier"], place):
            return
        self.items[found["identifier"]] = Item(
            identifier=found["identifier"],
            statement=found["fullStatement"],
            code=found.get("humanCodingScheme"),
            abbreviated_statement=found.get("abbreviatedStatement"),
            item_type=found.get("CFItemType"),
            subjects=found.get("subject", []),
            grades=found.get("educationLevel", []),
            list_enumeration=found.get("listEnumeration"),
            notes=found.get("notes"),
            language=found.get("language"),
            uri=found.get("uri"),
            license_uri=_uri(found),
            last_changed_at=found["lastChangeDateTime"],
            place=place,
        )

    def _association(self, given: Any, place: str) -> Association | None:
        found = self.checker.read(given, rules.ASSOCIATION, place)
        if found is None or not self._note(found["identifier"], place):
            return None
        return Association(
            identifier=found["identifier"],
            type=found["associationType"],
            origin=_end(found["originNodeURI"]),
            destination=_end(found["destinationNodeURI"]),
            sequence_number=found.get("sequenceNumber"),
            last_changed_at=found["lastChangeDateTime"],
            place=place,
        )

    def _note(self, identifier: UUID, place: str) -> bool:
        """Note that the identifier is used; False, with a finding, if it was before."""
        if identifier in self.places:
            detail = f"The first is at {self.places[identifier]}."
            self.findings.add(Code.IDENTIFIER_TWICE, place, identifier, detail=detail)
            return False
        self.places[identifier] = place
        return True

    def _arranged(self, document: Document, associations: list[Association]) -> Content:
        branches = self._branches(document, associations)
        # Items that nothing places stand at the end of the framework, in the order of the file.
        parents: dict[UUID, UUID | None] = {}
        keys: dict[UUID, tree.Key] = {}
        for identifier, item in self.items.items():
            branch = branches.get(identifier)
            if branch is None:
                self.findings.add(Code.ITEM_UNPLACED, item.place, identifier)
            parent = branch.destination.key if branch else None
            parents[identifier] = None if parent == document.identifier else parent
            keys[identifier] = _key(item, branch)
        for identifier in tree.in_cycles(parents):
            self.findings.add(Code.CYCLE, self.places[identifier], identifier)
        others = [one for one in associations if one.type != IS_CHILD_OF]
        placed = tree.arrange(self.items.values(), parents, keys)
        for item in tree.too_deep(placed):
            self.findings.add(Code.TREE_TOO_DEEP, item.place, item.identifier)
        return Content(
            source=FrameworkSource.CASE, document=document, items=placed, associations=others
        )

    def _branches(
        self, document: Document, associations: list[Association]
    ) -> dict[UUID, Association]:
        """The isChildOf that places each item."""
        branches: dict[UUID, Association] = {}
        for one in associations:
            if one.type != IS_CHILD_OF:
                continue
            child, parent = one.origin.key, one.destination.key
            if child is None or child not in self.items:
                place = f"{one.place}/originNodeURI"
                self.findings.add(Code.CHILD_MISSING, place, one.origin.identifier)
                continue
            if parent != document.identifier and parent not in self.items:
                place = f"{one.place}/destinationNodeURI"
                self.findings.add(Code.PARENT_MISSING, place, one.destination.identifier)
                continue
            first = branches.setdefault(child, one)
            if first.destination.key != parent:
                self.findings.add(Code.TWO_PARENTS, one.place, child)
        return branches


def _end(link: dict[str, Any]) -> End:
    return End(link["identifier"], link.get("uri", ""), link.get("title", ""))


def _uri(found: dict[str, Any]) -> str | None:
    link = found.get("licenseURI")
    return link.get("uri") if link else None


def _key(item: Item, branch: Association | None) -> tree.Key:
    number = branch.sequence_number if branch else None
    return (
        branch is None,
        number is None,
        number or 0,
        tree.natural(item.list_enumeration),
        tree.natural(item.code),
    )
