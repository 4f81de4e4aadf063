"""The shapes of CASE's objects, and the check of a value against its shape.

A 1.1 package is checked as its specification says: every member known and of its type, every
required one there. Real exports of 1.0 carry members of their own, nulls and single texts in
place of lists, so of them only what is read here is checked. A test compares the shapes with the
specification's JSON Schema.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from plp_api.catalog.standards.findings import Code, Findings
from plp_api.foundation import clock, db, texts

LONGEST_TEXT = 10_000
LONGEST_WORD = {"language": 35, "adoptionStatus": 64, "associationType": 64, "caseVersion": 8}
LONGEST_WORD |= {"humanCodingScheme": 200, "abbreviatedStatement": 500, "title": 1_000}
# Addresses are shown as links: another scheme could run a script.
ADDRESSES = frozenset({"uri", "officialSourceURL"})
SCHEMES = frozenset({"http", "https", "urn", "local", "tag", "doi", "ark", "info"})
GREATEST = 2**31 - 1
AHEAD = timedelta(days=1)
"""How far a time may lie ahead: clocks differ, and some write a local time as UTC."""
VERSION = "1.1"
TYPES = frozenset(
    {
        "isChildOf",
        "isPeerOf",
        "isPartOf",
        "exactMatchOf",
        "precedes",
        "isRelatedTo",
        "replacedBy",
        "exemplar",
        "hasSkillLevel",
        "isTranslationOf",
    }
)
EXTENSION = re.compile(r"ext:[A-Za-z0-9._|-]+")
HEX = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
SCHEME = re.compile(r"\A([A-Za-z][A-Za-z0-9+.-]*):")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class Unfit(Exception):
    """A value that does not fit its member."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.pointer: str | None = None
        """The place within the member, if it is not the whole value."""


@dataclass(frozen=True)
class Shape:
    """The members of an object with their types; `read` are those that we store.

    A type is a word of `Checker.kinds`, another shape, or a list of one of these.
    """

    required: frozenset[str]
    members: Mapping[str, Any]
    read: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()
    """What a 1.0 object cannot do without."""


def _shape(required: str, read: str = "", needed: str = "", **members: Any) -> Shape:
    words = (frozenset(each.split()) for each in (read, needed))
    return Shape(frozenset(required.split()), members, *words)


def _thing(required: str = "", read: str = "", needed: str = "", **members: Any) -> Shape:
    """An object with an identifier of its own."""
    own = {"identifier": "uuid", "uri": "text", "lastChangeDateTime": "instant"}
    return _shape(
        f"identifier uri lastChangeDateTime {required}",
        f"identifier uri lastChangeDateTime {read}",
        f"identifier lastChangeDateTime {needed}",
        **own,
        extensions="object",
        **members,
    )


LINK = _shape("title identifier uri", "uri", title="text", identifier="uuid", uri="text")
NODE = _shape(
    "title identifier uri",
    "title identifier uri",
    "identifier",
    title="text",
    identifier="text",
    uri="text",
    targetType="target",
)
DATED = {"statusStartDate": "date", "statusEndDate": "date"}
DOCUMENT = _thing(
    "creator title",
    "creator title publisher description notes adoptionStatus version caseVersion frameworkType"
    " language officialSourceURL licenseURI subject statusStartDate statusEndDate",
    "title",
    frameworkType="text",
    caseVersion="version",
    creator="text",
    title="text",
    officialSourceURL="text",
    publisher="text",
    description="text",
    subject=["text"],
    subjectURI=[LINK],
    language="text",
    version="text",
    adoptionStatus="text",
    licenseURI=LINK,
    notes="text",
    **DATED,
)
ITEM = _thing(
    "fullStatement",
    "fullStatement humanCodingScheme abbreviatedStatement CFItemType educationLevel subject"
    " listEnumeration notes language licenseURI",
    "fullStatement",
    fullStatement="text",
    alternativeLabel="text",
    CFItemType="text",
    humanCodingScheme="text",
    listEnumeration="text",
    abbreviatedStatement="text",
    conceptKeywords=["text"],
    conceptKeywordsURI=LINK,
    notes="text",
    subject=["text"],
    subjectURI=[LINK],
    language="text",
    educationLevel=["text"],
    CFItemTypeURI=LINK,
    licenseURI=LINK,
    **DATED,
)
ASSOCIATION = _thing(
    "associationType originNodeURI destinationNodeURI",
    "associationType originNodeURI destinationNodeURI sequenceNumber",
    "associationType originNodeURI destinationNodeURI",
    associationType="association",
    sequenceNumber="integer",
    originNodeURI=NODE,
    destinationNodeURI=NODE,
    CFAssociationGroupingURI=LINK,
    notes="text",
)
TITLED = {"title": "text", "description": "text"}
ORDERED = {**TITLED, "hierarchyCode": "text"}
DEFINITIONS = _shape(
    "",
    CFConcepts=[_thing("title hierarchyCode", keywords="text", **ORDERED)],
    CFSubjects=[_thing("title hierarchyCode", **ORDERED)],
    CFLicenses=[_thing("title licenseText", licenseText="text", **TITLED)],
    CFItemTypes=[_thing("title description hierarchyCode", typeCode="text", **ORDERED)],
    CFAssociationGroupings=[_thing("title", **TITLED)],
    extensions="object",
)
LEVEL = _thing(
    description="text",
    quality="text",
    score="number",
    feedback="text",
    position="integer",
    rubricCriterionId="uuid",
)
LEVEL = Shape(LEVEL.required, {**LEVEL.members, "extensions": ["object"]})
CRITERION = _thing(
    category="text",
    description="text",
    CFItemURI=LINK,
    weight="number",
    position="integer",
    rubricId="uuid",
    CFRubricCriterionLevels=[LEVEL],
)
RUBRIC = _thing(CFRubricCriteria=[CRITERION], **TITLED)
PACKAGE = _shape(
    "CFDocument",
    "CFItems CFAssociations",
    "CFDocument",
    CFDocument="object",
    CFItems="list",
    CFAssociations="list",
    CFDefinitions=DEFINITIONS,
    CFRubrics=[RUBRIC],
    extensions="object",
)


class Checker:
    """Checks values against shapes, strictly (1.1) or leniently (1.0), and collects findings."""

    def __init__(self, findings: Findings, *, is_strict: bool) -> None:
        self.findings = findings
        self.is_strict = is_strict
        self.latest = clock.now() + AHEAD
        self.kinds: Mapping[str, Callable[[str, Any], Any]] = {
            "association": self._association,
            "date": self._date,
            "instant": self._instant,
            "integer": _integer,
            "list": _of_type(list, "an array"),
            "number": _number,
            "object": _of_type(dict, "an object"),
            "target": self._target,
            "text": _text,
            "uuid": _uuid,
            "version": _text,
        }

    def read(self, value: Any, shape: Shape, pointer: str) -> dict[str, Any] | None:
        """The members of the object that fit; None if it is no object or lacks what it needs.

        Instants, dates and identifiers are values of Python; a link is its object.
        """
        if not isinstance(value, dict):
            self.findings.add(Code.WRONG_TYPE, pointer, detail="It must be an object.")
            return None
        before = self.findings.errors
        identifier = value.get("identifier")
        present = value if self.is_strict else {k: v for k, v in value.items() if v is not None}
        for name in sorted((shape.required if self.is_strict else shape.needed) - present.keys()):
            self.findings.add(Code.MEMBER_MISSING, f"{pointer}/{name}", identifier)
        found = {}
        for name, given in present.items():
            place = f"{pointer}/{_token(name)}"
            if name not in shape.members:
                if self.is_strict:
                    self.findings.add(Code.MEMBER_UNKNOWN, place, identifier)
            elif self.is_strict or name in shape.read:
                try:
                    found[name] = self._value(name, shape.members[name], given, place)
                except Unfit as unfit:
                    at = unfit.pointer or place
                    self.findings.add(unfit.code, at, identifier, detail=unfit.detail)
        return found if self.findings.errors == before else None

    def _value(self, name: str, kind: Any, value: Any, place: str) -> Any:
        if isinstance(kind, Shape):
            if kind is LINK and not self.is_strict and isinstance(value, str):
                return {"uri": _text(name, value)}
            return self.read(value, kind, place)
        if isinstance(kind, list):
            if isinstance(value, str) and not self.is_strict:
                value = [value]
            listed = _of_type(list, "an array")(name, value)
            return [self._part(name, kind[0], one, f"{place}/{i}") for i, one in enumerate(listed)]
        return self.kinds[kind](name, value)

    def _part(self, name: str, kind: Any, value: Any, place: str) -> Any:
        try:
            return self._value(name, kind, value, place)
        except Unfit as unfit:
            unfit.pointer = unfit.pointer or place
            raise

    def _instant(self, name: str, value: Any) -> datetime:
        text = _text(name, value)
        if self.is_strict and not INSTANT.fullmatch(text):
            raise Unfit(Code.INSTANT_INVALID)
        try:
            moment = datetime.fromisoformat(text)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Unfit(Code.INSTANT_INVALID) from None
        if moment > self.latest:
            raise Unfit(Code.INSTANT_IN_FUTURE)
        return moment

    def _date(self, name: str, value: Any) -> date:
        text = _text(name, value)
        if not self.is_strict:
            text = text[:10]
        try:
            if DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise Unfit(Code.DATE_INVALID)

    def _association(self, name: str, value: Any) -> str:
        text = _text(name, value)
        if self.is_strict and text not in TYPES and not EXTENSION.fullmatch(text):
            raise Unfit(Code.VALUE_UNKNOWN)
        return text

    def _target(self, name: str, value: Any) -> str:
        text = _text(name, value)
        if self.is_strict and text != "CASE" and not EXTENSION.fullmatch(text):
            raise Unfit(Code.VALUE_UNKNOWN)
        return text


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit(Code.WRONG_TYPE, "It must be a text.")
    if not db.storable(value):
        raise Unfit(Code.TEXT_UNSTORABLE)
    if texts.fault_of(value, has_lines=True) is texts.Fault.CONTROL:
        raise Unfit(Code.CONTROL_CHARACTER)
    if (
        name in ADDRESSES
        and (scheme := SCHEME.match(value.strip()))
        and scheme[1].lower() not in SCHEMES
    ):
        raise Unfit(Code.SCHEME_UNKNOWN)
    longest = LONGEST_WORD.get(name, LONGEST_TEXT)
    if len(value) > longest:
        raise Unfit(Code.TEXT_TOO_LONG, f"At most {longest} characters.")
    return value


def _uuid(name: str, value: Any) -> UUID:
    if not HEX.fullmatch(_text(name, value)):
        raise Unfit(Code.IDENTIFIER_INVALID)
    return UUID(value)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(Code.WRONG_TYPE, "It must be a number.")
    return value


def _integer(name: str, value: Any) -> int:
    number = _number(name, value)
    if abs(number) > GREATEST:
        raise Unfit(Code.NUMBER_TOO_LARGE)
    if number != int(number):
        raise Unfit(Code.WRONG_TYPE, "It must be a whole number.")
    return int(number)


def _of_type(wanted: type, words: str) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if not isinstance(value, wanted):
            raise Unfit(Code.WRONG_TYPE, f"It must be {words}.")
        return value

    return check


def _token(key: str) -> str:
    """One reference token of a JSON Pointer, escaped by RFC 6901."""
    return key.replace("~", "~0").replace("/", "~1")
