"""What ships and what others ship: seeds, the specification's schema, real exports."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from plp_api.catalog.standards import rules
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.catalog.standards.rules import Shape
from plp_api.foundation import data
from tests.catalog.standards.conftest import Standards, codes, numbers
from tests.catalog.standards.packages import large, small, version_1_1
from tests.conftest import SHARED

SEEDS = data.seeds() / "frameworks"
SCHEMA = SHARED / "case-schemas" / "v1p1" / "case_v1p1_cfpackage-jsonschema1.json"
EXPORTS = SHARED / "case10-opensalt"
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason="the schemas are not here")

# Items of each export; its associations all place an item.
COUNTS = {
    "AdoptedTestFramework": 1,
    "EmptyExternalFramework": 0,
    "ItemTypeTestFramework": 1,
    "MarkdownFramework": 2,
    "SequenceNumberFramework": 2,
    "Utf8TestFramework": 1,
}


def packages() -> list[Path]:
    return sorted(SEEDS.glob("*.json"))


@needs_schema
@pytest.mark.parametrize("path", packages(), ids=lambda path: path.stem)
def test_a_shipped_package_is_valid_by_the_specification(path: Path) -> None:
    schema = jsonschema_rs.Draft201909Validator(json.loads(SCHEMA.read_text()))
    errors = [str(error) for error in schema.iter_errors(json.loads(path.read_text()))]
    assert errors == []


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("vermont_transferable_skills", 20, ["TS.1", "TS.1.a", "TS.1.b", "TS.1.c", "TS.2"]),
        ("graduation_proficiencies", 22, ["ELA", "ELA.1", "ELA.2", "ELA.3", "MA"]),
    ],
)
def test_a_shipped_package_is_imported(
    standards: Standards, name: str, count: int, first: list[str]
) -> None:
    outcome = standards.bring((SEEDS / f"{name}.json").read_bytes())
    assert (outcome.state, codes(outcome)) == ("applied", set())
    assert numbers(outcome) == {"created": count}
    assert standards.order()[:5] == first


def test_the_five_skills_keep_their_identifiers(standards: Standards) -> None:
    standards.bring((SEEDS / "vermont_transferable_skills.json").read_bytes())
    skills = standards.rows(FrameworkItem, FrameworkItem.parent_id.is_(None))
    assert {str(one.identifier) for one in skills} == {
        "35d8a857-5d60-5081-8728-1344eb242d45",
        "b16fa19b-6cd2-5877-ae9a-8ddb062850be",
        "a16d5093-060d-56b2-9789-2d140e809fde",
        "615afa2d-b035-508f-939e-99e8b4ae3b15",
        "6cb4e146-fbf4-5909-bbeb-00aa68c67126",
    }


def test_the_sample_sheet_is_imported(standards: Standards) -> None:
    content = (SEEDS / "own_proficiencies.csv").read_bytes()
    outcome = standards.bring(content, "Outdoors and at work")
    assert (outcome.state, numbers(outcome)) == ("applied", {"created": 6})
    assert standards.order() == ["OUT", "OUT.1", "OUT.2", "WORK", "WORK.1", "WORK.2"]


@pytest.mark.parametrize("name", COUNTS)
def test_a_real_export_is_imported(standards: Standards, name: str) -> None:
    path = EXPORTS / f"{name}.json"
    if not path.exists():
        pytest.skip("the exports are not here")
    outcome = standards.bring(path.read_bytes())
    assert (outcome.state, codes(outcome)) == ("applied", set())
    assert numbers(outcome, "frameworks") == {"created": 1}
    assert numbers(outcome) == ({"created": COUNTS[name]} if COUNTS[name] else {})
    written = json.loads(path.read_text())
    stored = standards.rows(FrameworkItem)
    assert {one.statement for one in stored} == {one["fullStatement"] for one in written["CFItems"]}
    again = standards.bring(path.read_bytes())
    assert numbers(again) == ({"unchanged": COUNTS[name]} if COUNTS[name] else {})
    if name == "SequenceNumberFramework":
        assert standards.order() == ["SNT.2", "SNT.1"]


@pytest.mark.skipif(not EXPORTS.exists(), reason="the exports are not here")
def test_every_export_that_is_here_is_tried() -> None:
    assert {path.stem for path in EXPORTS.glob("*.json")} == COUNTS.keys()


SHAPES = {
    "CFPckgDocument": rules.DOCUMENT,
    "CFPckgItem": rules.ITEM,
    "CFPckgAssociation": rules.ASSOCIATION,
    "LinkURI": rules.LINK,
    "LinkGenURI": rules.NODE,
    "CFDefinition": rules.DEFINITIONS,
    "CFRubric": rules.RUBRIC,
    "CFRubricCriterion": rules.CRITERION,
    "CFRubricCriterionLevel": rules.LEVEL,
}
TYPES = {"date": "date", "instant": "date-time", "uuid": "uuid"}


@needs_schema
def test_the_shapes_say_what_the_specification_says() -> None:
    schema = json.loads(SCHEMA.read_text())
    parts = schema["$defs"]
    shapes = dict(SHAPES)
    for name, kind in rules.DEFINITIONS.members.items():
        if isinstance(kind, list):
            named = parts["CFDefinition"]["properties"][name]["items"]["$ref"]
            shapes[named.split("/")[-1]] = kind[0]
    for name, shape in shapes.items():
        properties = parts[name]["properties"]
        assert shape.members.keys() == properties.keys(), name
        assert shape.required == set(parts[name].get("required", ())), name
        for member, kind in shape.members.items():
            assert _is_same(kind, properties[member]), (name, member)
    assert rules.PACKAGE.members.keys() == schema["properties"].keys()
    assert rules.PACKAGE.required == set(schema["required"])


def _is_same(kind: Any, written: dict[str, Any]) -> bool:
    if isinstance(kind, Shape):
        return "$ref" in written
    if isinstance(kind, list):
        return written["type"] == "array" and _is_same(kind[0], written["items"])
    if kind == "object":
        return "$ref" in written
    if kind in TYPES:
        return written.get("format") == TYPES[kind]
    if kind in {"integer", "number"}:
        return bool(written["type"] == kind)
    if kind == "text":
        return written["type"] == "string" and "format" not in written and "enum" not in written
    return "oneOf" in written or "enum" in written


@needs_schema
def test_what_the_tests_build_is_valid_by_the_specification() -> None:
    schema = jsonschema_rs.Draft201909Validator(json.loads(SCHEMA.read_text()))
    for whole in (small(), large(20)):
        assert schema.is_valid(version_1_1(whole))
