"""Files that are refused: a finding names each error's place, and nothing is imported."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from plp_api.catalog.standards import case, sheet
from plp_api.catalog.standards.findings import MESSAGES, Code, Findings
from plp_api.catalog.standards.models import FrameworkImport
from plp_api.foundation import settings as settings_module
from plp_api.foundation.imports.findings import KEPT_PER_CODE
from plp_api.foundation.settings import Settings
from tests.catalog.standards.conftest import Standards, codes
from tests.catalog.standards.packages import (
    Json,
    association,
    child,
    document,
    ident,
    item,
    node,
    package,
    raw,
    small,
    version_1_1,
)

Change = Callable[[Json], Any]


def cycle(whole: Json) -> None:
    whole["CFItems"] += [item("C"), item("D")]
    whole["CFAssociations"] += [child("C", "D"), child("D", "C")]


def chain(whole: Json) -> None:
    """Sixty items, each beneath the one before; the first is the package's fifth item."""
    whole["CFItems"] += [item(f"D{number}") for number in range(60)]
    whole["CFAssociations"].append(child("framework", "D0"))
    whole["CFAssociations"] += [child(f"D{number}", f"D{number + 1}") for number in range(59)]


def own_parent(whole: Json) -> None:
    whole["CFItems"].append(item("C"))
    whole["CFAssociations"].append(child("C", "C"))


def two_parents(whole: Json) -> None:
    whole["CFAssociations"].append(child("B", "A1"))


def parent_missing(whole: Json) -> None:
    whole["CFItems"].append(item("C"))
    whole["CFAssociations"].append(child("gone", "C"))


def child_missing(whole: Json) -> None:
    whole["CFAssociations"].append(child("A", "gone"))


def child_is_document(whole: Json) -> None:
    whole["CFAssociations"].append(child("A", "framework"))


def local_parent(whole: Json) -> None:
    whole["CFItems"].append(item("C"))
    link = {"title": "", "identifier": "local:1", "uri": "local:1"}
    whole["CFAssociations"].append(association("isChildOf", "C", link))


def put(*path: str | int, value: Any) -> Change:
    """Puts a value at a path of the package."""

    def change(whole: Json) -> None:
        place: Any = whole
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    """Drops the member at a path of the package."""

    def change(whole: Json) -> None:
        place: Any = whole
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


ITEM, LINK = ("CFItems", 0), ("CFAssociations", 0)
# What is wrong with a package of either version: the change, the finding's code and its pointer.
WRONG: dict[str, tuple[Change, str, str]] = {
    "a cycle": (cycle, "cycle", "/CFItems/4"),
    "an item beneath itself": (own_parent, "cycle", "/CFItems/4"),
    "two parents": (two_parents, "two_parents", "/CFAssociations/4"),
    "no parent": (parent_missing, "parent_missing", "/CFAssociations/4/destinationNodeURI"),
    "a parent outside": (local_parent, "parent_missing", "/CFAssociations/4/destinationNodeURI"),
    "no child": (child_missing, "child_missing", "/CFAssociations/4/originNodeURI"),
    "a document as child": (
        child_is_document,
        "child_missing",
        "/CFAssociations/4/originNodeURI",
    ),
    "a number for a text": (
        put(*ITEM, "fullStatement", value=5),
        "wrong_type",
        "/CFItems/0/fullStatement",
    ),
    "a text for an object": (put("CFDocument", value="x"), "wrong_type", "/CFDocument"),
    "an object for a list": (put("CFItems", value={}), "wrong_type", "/CFItems"),
    "a text for an item": (put(*ITEM, value="x"), "wrong_type", "/CFItems/0"),
    "null for an item": (put(*ITEM, value=None), "wrong_type", "/CFItems/0"),
    "a text for a link": (
        put(*LINK, "originNodeURI", value="x"),
        "wrong_type",
        "/CFAssociations/0/originNodeURI",
    ),
    "numbers in a list of texts": (
        put(*ITEM, "educationLevel", value=["09", 9]),
        "wrong_type",
        "/CFItems/0/educationLevel/1",
    ),
    "half a number": (
        put(*LINK, "sequenceNumber", value=1.5),
        "wrong_type",
        "/CFAssociations/0/sequenceNumber",
    ),
    "yes for a number": (
        put(*LINK, "sequenceNumber", value=True),
        "wrong_type",
        "/CFAssociations/0/sequenceNumber",
    ),
    "a huge number": (
        put(*LINK, "sequenceNumber", value=2**40),
        "number_too_large",
        "/CFAssociations/0/sequenceNumber",
    ),
    "no statement": (drop(*ITEM, "fullStatement"), "member_missing", "/CFItems/0/fullStatement"),
    "no title": (drop("CFDocument", "title"), "member_missing", "/CFDocument/title"),
    "no document": (drop("CFDocument"), "member_missing", "/CFDocument"),
    "no identifier": (drop(*ITEM, "identifier"), "member_missing", "/CFItems/0/identifier"),
    "no date": (
        drop(*ITEM, "lastChangeDateTime"),
        "member_missing",
        "/CFItems/0/lastChangeDateTime",
    ),
    "no type": (
        drop(*LINK, "associationType"),
        "member_missing",
        "/CFAssociations/0/associationType",
    ),
    "no UUID": (
        put(*ITEM, "identifier", value="A-1"),
        "identifier_invalid",
        "/CFItems/0/identifier",
    ),
    "one identifier twice": (
        put(*ITEM, "identifier", value=ident("B")),
        "identifier_twice",
        "/CFItems/1",
    ),
    "the document's identifier": (
        put(*ITEM, "identifier", value=ident("framework")),
        "identifier_twice",
        "/CFItems/0",
    ),
    "a date in words": (
        put(*ITEM, "lastChangeDateTime", value="yesterday"),
        "instant_invalid",
        "/CFItems/0/lastChangeDateTime",
    ),
    "a date beyond time": (
        put(*ITEM, "lastChangeDateTime", value="9999-12-31T23:59:59-23:59"),
        "instant_invalid",
        "/CFItems/0/lastChangeDateTime",
    ),
    "a day that is none": (
        put("CFDocument", "statusStartDate", value="2026-02-30"),
        "date_invalid",
        "/CFDocument/statusStartDate",
    ),
    "a NUL": (
        put(*ITEM, "fullStatement", value="a\x00b"),
        "text_unstorable",
        "/CFItems/0/fullStatement",
    ),
    "a lone surrogate": (
        put(*ITEM, "fullStatement", value="\ud800"),
        "text_unstorable",
        "/CFItems/0/fullStatement",
    ),
    "a text too long": (
        put(*ITEM, "fullStatement", value="x" * 10_001),
        "text_too_long",
        "/CFItems/0/fullStatement",
    ),
    "a control character": (
        put(*ITEM, "fullStatement", value="a\x1bb"),
        "control_character",
        "/CFItems/0/fullStatement",
    ),
    "an address that is a script": (
        put(*ITEM, "uri", value="javascript:alert(1)"),
        "scheme_unknown",
        "/CFItems/0/uri",
    ),
    "a source that is a script": (
        put("CFDocument", "officialSourceURL", value=" JavaScript:alert(1)"),
        "scheme_unknown",
        "/CFDocument/officialSourceURL",
    ),
    "an end that is a script": (
        put(*LINK, "originNodeURI", "uri", value="data:text/html,x"),
        "scheme_unknown",
        "/CFAssociations/0/originNodeURI/uri",
    ),
    "a branch that never ends": (chain, "tree_too_deep", "/CFItems/54"),
    "a language too long": (
        put(*ITEM, "language", value="x" * 36),
        "text_too_long",
        "/CFItems/0/language",
    ),
}


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_package_is_refused_at_its_place(
    standards: Standards, name: str, version: str
) -> None:
    whole = small() if version == "1.0" else version_1_1(small())
    change, code, pointer = WRONG[name]
    change(whole)
    outcome = standards.bring(whole)
    assert outcome.state == "refused"
    places = {one.pointer for one in outcome.findings if one.code == code}
    assert pointer in places, list(outcome.findings)
    assert standards.frameworks() == []
    assert standards.items() == {}
    (row,) = standards.rows(FrameworkImport)
    assert (row.state, row.finding_counts[code]) == ("refused", outcome.findings.counts[Code(code)])


# What only the closed schema of 1.1 refuses.
STRICT: dict[str, tuple[Change, str, str]] = {
    "a member of its own": (
        put(*ITEM, "CFDocumentURI", value=node("x")),
        "member_unknown",
        "/CFItems/0/CFDocumentURI",
    ),
    "no uri": (drop(*ITEM, "uri"), "member_missing", "/CFItems/0/uri"),
    "no creator": (drop("CFDocument", "creator"), "member_missing", "/CFDocument/creator"),
    "null": (put(*ITEM, "notes", value=None), "wrong_type", "/CFItems/0/notes"),
    "a text for a list": (
        put(*ITEM, "educationLevel", value="09"),
        "wrong_type",
        "/CFItems/0/educationLevel",
    ),
    "an unknown type": (
        put(*LINK, "associationType", value="isUncleOf"),
        "value_unknown",
        "/CFAssociations/0/associationType",
    ),
    "an unknown target": (
        put(*LINK, "originNodeURI", "targetType", value="BOOK"),
        "value_unknown",
        "/CFAssociations/0/originNodeURI/targetType",
    ),
    "a date without zone": (
        put(*ITEM, "lastChangeDateTime", value="2026-01-01T00:00:00"),
        "instant_invalid",
        "/CFItems/0/lastChangeDateTime",
    ),
    "a wrong definition": (
        put("CFDefinitions", value={"CFSubjects": [{"title": "Maths"}]}),
        "member_missing",
        "/CFDefinitions/CFSubjects/0/identifier",
    ),
    "a wrong rubric": (
        put("CFRubrics", value=[{"CFRubricCriteria": 1}]),
        "wrong_type",
        "/CFRubrics/0/CFRubricCriteria",
    ),
    "a wrong keyword": (
        put(*ITEM, "conceptKeywords", value=[1]),
        "wrong_type",
        "/CFItems/0/conceptKeywords/0",
    ),
    "a link without title": (
        put(*ITEM, "licenseURI", value={"identifier": ident("l"), "uri": "x"}),
        "member_missing",
        "/CFItems/0/licenseURI/title",
    ),
}


@pytest.mark.parametrize("name", STRICT)
def test_a_1_1_package_that_fails_its_schema_is_refused(standards: Standards, name: str) -> None:
    change, code, pointer = STRICT[name]
    whole = version_1_1(small())
    change(whole)
    outcome = standards.bring(whole)
    assert outcome.state == "refused"
    assert (code, pointer) in {(one.code, one.pointer) for one in outcome.findings}
    del whole["CFDocument"]["caseVersion"]
    assert standards.bring(whole).state == "applied", "1.0 is read leniently"


def test_an_unknown_version_is_refused(standards: Standards) -> None:
    versions: tuple[Any, ...] = ("2.0", 1.1, True, [])
    for version in versions:
        outcome = standards.bring(package([], [], document(caseVersion=version)))
        assert outcome.state == "refused"
        assert "version_unknown" in codes(outcome)
    assert standards.bring(package([], [], document(caseVersion="1.0"))).state == "applied"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_json"),
        (b"code,statement\nA,Does A.\n", "not_json"),
        (b"{", "not_json"),
        (b'{"CFDocument": NaN}', "not_json"),
        (b'{"CFDocument": ' + b"1" * 5_000 + b"}", "not_json"),
        (b"\xff\xfe{}", "not_utf8"),
        (raw({"a": 1})[:-1] + b', "a": 2}', "member_twice"),
        (b"[" * 100 + b"]" * 100, "too_deep"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
        (b"[" + b"[]," * 1_500_000 + b"1]", "too_many_values"),
        (b"[]", "wrong_type"),
        (b"null", "wrong_type"),
        (b'"text"', "wrong_type"),
        (b"{}", "member_missing"),
        (b'{"CFPackage": 5}', "wrong_type"),
        (b'{"CFPackage": {}}', "member_missing"),
    ],
    ids=range(17),
)
def test_what_is_no_package_is_refused(standards: Standards, content: bytes, code: str) -> None:
    outcome = standards.bring(content)
    assert (outcome.state, codes(outcome)) == ("refused", {code})


def test_a_file_beyond_the_limit_is_refused(standards: Standards, settings: Settings) -> None:
    with settings_module.using(replace(settings, framework_limit=100)):
        outcome = standards.bring(small())
    assert codes(outcome) == {"file_too_large"}


def test_many_findings_are_counted_and_the_first_are_kept(standards: Standards) -> None:
    whole = small()
    whole["CFItems"] = [{"fullStatement": 1} for _ in range(KEPT_PER_CODE + 50)]
    outcome = standards.bring(whole)
    assert outcome.findings.counts[Code.WRONG_TYPE] == KEPT_PER_CODE + 50
    kept = [one for one in outcome.findings if one.code == Code.WRONG_TYPE]
    assert len(kept) == KEPT_PER_CODE


def test_what_a_file_writes_at_a_place_is_stored_printable(standards: Standards) -> None:
    whole = version_1_1(small())
    whole["CFItems"][0] |= {"\x00\ud800" + "k" * 500: 1, "identifier": {"a": ["\x00"]}}
    outcome = standards.bring(whole)
    assert outcome.state == "refused"
    (row,) = standards.rows(FrameworkImport)
    (unknown,) = (one for one in row.findings if one["code"] == "member_unknown")
    assert unknown["pointer"].startswith("/CFItems/0/??kkk")
    assert len(unknown["pointer"]) == 200


def test_every_code_has_words() -> None:
    assert MESSAGES.keys() == set(Code)


SHEETS: dict[str, tuple[str, str, int | None, str | None]] = {
    "a code twice": ("A,Does A.,,,\nA,Again.,,,\n", "code_twice", 3, "code"),
    "no parent": ("A,Does A.,Z,,\n", "parent_missing", 2, "parent"),
    "a cycle": ("A,Does A.,B,,\nB,Does B.,A,,\n", "cycle", 2, "parent"),
    "a row beneath itself": ("A,Does A.,A,,\n", "cycle", 2, "parent"),
    "no statement": ("A,,,,\n", "cell_missing", 2, "statement"),
    "an invisible statement": ("A,\u200b,,,\n", "control_character", 2, "statement"),
    "no code": (",Does A.,,,\n", "cell_missing", 2, "code"),
    "a NUL": ("A,Does\x00 A.,,,\n", "text_unstorable", 2, "statement"),
    "a control character": ("A\x07,Does A.,,,\n", "control_character", 2, "code"),
    "a code too long": ("A" * 101 + ",Does A.,,,\n", "text_too_long", 2, "code"),
    "no grade": ('A,Does A.,,"9,14",\n', "grade_unknown", 2, "grades"),
    "too many cells": ("A,Does A.,,,,\n", "row_length", 2, None),
    "a stray quote": ('A,"Does" A.,,,\n', "csv_malformed", 2, None),
    "no rows": ("\n,,,,\n", "no_rows", None, None),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_wrong_row_is_refused_at_its_row_and_column(standards: Standards, name: str) -> None:
    rows, code, row, column = SHEETS[name]
    header = "code,statement,parent,grades,subject"
    outcome = standards.bring(f"{header}\n{rows}".encode(), "Ours")
    assert outcome.state == "refused"
    found = {(one.code, one.row, one.column) for one in outcome.findings}
    assert (code, row, column) in found, found
    assert standards.frameworks() == []


@pytest.mark.parametrize(
    ("content", "code", "column"),
    [
        ("", "header_missing", None),
        ("code\nA\n", "column_missing", "statement"),
        ("code,statement,level\nA,B,C\n", "column_unknown", "level"),
        ("code,statement,code\nA,B,C\n", "column_twice", "code"),
        ("Code,Statement\nA,B\n", "column_unknown", "Code"),
        (json.dumps(small()), "column_unknown", None),
    ],
    ids=range(6),
)
def test_a_wrong_header_is_refused(
    standards: Standards, content: str, code: str, column: str | None
) -> None:
    outcome = standards.bring(content.encode(), "Ours")
    assert outcome.state == "refused"
    assert code in codes(outcome)
    if column is not None:
        assert column in {one.column for one in outcome.findings}


def test_a_sheet_that_is_not_utf_8_is_refused(standards: Standards) -> None:
    outcome = standards.bring("code,statement\nA,é\n".encode("latin-1"), "Ours")
    assert codes(outcome) == {"not_utf8"}


NAMES = ("CFPackage", "CFDocument", "CFItems", "CFAssociations", "identifier", "title", "subject")
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
TEXTS = st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore"))


@given(JSON)
@given_settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_odd_json_is_refused_without_an_error(value: Any) -> None:
    findings = Findings()
    content = case.read(json.dumps(value).encode(), findings)
    assert (content is None) == bool(findings.errors)


@given(st.data())
@given_settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_package_with_one_odd_value_is_read_or_refused(data: Any) -> None:
    whole = small() if data.draw(st.booleans()) else version_1_1(small())
    place: Any = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JSON)
    findings = Findings()
    content = case.read(json.dumps(whole).encode(), findings)
    assert (content is None) == bool(findings.errors)
    if content is not None:
        assert [one.position for one in content.items] == list(range(len(content.items)))


@given(st.binary(max_size=200) | TEXTS)
@given_settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_odd_bytes_are_refused_without_an_error(content: bytes) -> None:
    district = uuid4()
    for head in (b"", b"code,statement,parent\n", b'code,statement\nA,"'):
        findings = Findings()
        read = sheet.read(head + content, district, "Ours", findings)
        assert (read is None) == bool(findings.errors)
    findings = Findings()
    assert case.read(content, findings) is None
    assert findings.errors
