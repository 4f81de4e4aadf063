"""Importing CASE packages: what becomes of rows, import after import."""

import os
import sys
import time
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.standards.actions import Outcome
from plp_api.catalog.standards.models import Association, FrameworkImport
from plp_api.foundation.audit.models import Event
from tests.catalog.standards.conftest import Standards, codes, numbers
from tests.catalog.standards.packages import (
    SECOND,
    Json,
    association,
    child,
    document,
    ident,
    item,
    large,
    node,
    package,
    small,
    version_1_1,
)
from tests.client import Client
from tests.queries import counting
from tests.world import World

THIRD = "2026-03-01T00:00:00+00:00"


def test_a_package_becomes_a_tree(standards: Standards) -> None:
    outcome = standards.bring(small())
    assert outcome.state == "applied"
    assert numbers(outcome, "frameworks") == {"created": 1}
    assert numbers(outcome) == {"created": 4}
    assert standards.order() == ["B", "A", "A1", "A2"]
    items = standards.items()
    assert [items[code].depth for code in standards.order()] == [0, 0, 1, 1]
    assert items["A1"].parent_id == items["A"].id
    assert items["A"].parent_id is None
    (row,) = standards.rows(FrameworkImport)
    assert (row.state, row.format, row.framework_id) == ("applied", "case", items["A"].framework_id)
    (event,) = standards.rows(Event, Event.type == "framework_import.applied")
    assert event.subject_id == row.id


def test_a_wrapped_package_and_one_with_a_byte_order_mark_are_read(standards: Standards) -> None:
    import json

    wrapped = json.dumps({"CFPackage": small()}).encode()
    assert standards.bring(b"\xef\xbb\xbf" + wrapped).state == "applied"
    assert standards.order() == ["B", "A", "A1", "A2"]


def test_siblings_are_ordered_by_number_then_enumeration_then_code(standards: Standards) -> None:
    items = [
        item("z", listEnumeration="10"),
        item("y", listEnumeration="9"),
        item("c.10"),
        item("c.9"),
        item("last"),
        item("first"),
    ]
    branches = [child("framework", one["humanCodingScheme"]) for one in items]
    branches[5]["sequenceNumber"], branches[4]["sequenceNumber"] = 1, 2
    standards.bring(package(items, branches))
    assert standards.order() == ["first", "last", "y", "z", "c.9", "c.10"]


def test_the_same_package_twice_changes_nothing(standards: Standards) -> None:
    standards.bring(small())
    before = {code: one.version for code, one in standards.items().items()}
    again = standards.bring(small())
    assert numbers(again, "frameworks") == {"unchanged": 1}
    assert numbers(again) == {"unchanged": 4}
    assert {code: one.version for code, one in standards.items().items()} == before


def test_only_what_is_newer_is_changed(standards: Standards) -> None:
    standards.bring(small())
    changed = small()
    changed["CFDocument"] |= {"lastChangeDateTime": SECOND, "title": "Renamed"}
    changed["CFItems"][0] |= {"fullStatement": "New words.", "lastChangeDateTime": SECOND}
    changed["CFItems"][1] |= {"fullStatement": "New words without a new date."}
    outcome = standards.bring(changed)
    assert numbers(outcome, "frameworks") == {"updated": 1}
    assert numbers(outcome) == {"updated": 1, "unchanged": 3}
    items = standards.items()
    assert items["A"].statement == "New words."
    assert items["A"].version == 2
    assert items["B"].statement == "Does B."
    assert standards.frameworks()[0].title == "Renamed"


def test_an_item_that_moves_keeps_its_id_and_words(standards: Standards) -> None:
    standards.bring(small())
    before = standards.items()
    moved = small()
    for one in moved["CFAssociations"]:
        if one["originNodeURI"]["title"] == "A2":
            one["destinationNodeURI"] = node("B")
    outcome = standards.bring(moved)
    assert numbers(outcome)["updated"] >= 1
    after = standards.items()
    assert after["A2"].id == before["A2"].id
    assert after["A2"].parent_id == before["B"].id
    assert standards.order() == ["B", "A2", "A", "A1"]


def test_an_older_package_changes_nothing(standards: Standards) -> None:
    standards.bring(small(SECOND))
    outcome = standards.bring(small(names=("A", "B")))
    assert (outcome.state, codes(outcome)) == ("applied", {"package_older"})
    assert numbers(outcome) == {"unchanged": 2}
    assert standards.order() == ["B", "A", "A1", "A2"]


def test_what_is_gone_is_retired_and_comes_back_restored(standards: Standards) -> None:
    standards.bring(small())
    before = standards.items()
    gone = standards.bring(small(SECOND, names=("A", "B", "A1")), is_confirmed=True)
    assert numbers(gone)["retired"] == 1
    retired = standards.items()["A2"]
    assert retired.id == before["A2"].id
    assert isinstance(retired.retired_on, date)
    again = standards.bring(small(SECOND, names=("A", "B", "A1")))
    assert numbers(again) == {"unchanged": 3}, "what is retired is not retired again"
    back = standards.bring(small(THIRD))
    assert numbers(back)["restored"] == 1
    assert standards.items()["A2"].retired_on is None
    assert standards.items()["A2"].id == before["A2"].id


def test_what_comes_back_with_its_old_date_is_restored_too(standards: Standards) -> None:
    standards.bring(small())
    standards.bring(small(SECOND, names=("A", "B", "A1")), is_confirmed=True)
    old = small(SECOND)
    old["CFItems"][3]["lastChangeDateTime"] = "2025-01-01T00:00:00+00:00"
    assert numbers(standards.bring(old))["restored"] == 1


def test_a_dry_run_counts_and_changes_nothing(standards: Standards) -> None:
    outcome = standards.bring(small(), is_dry_run=True)
    assert (outcome.state, numbers(outcome)) == ("compared", {"created": 4})
    assert standards.frameworks() == []
    (row,) = standards.rows(FrameworkImport)
    assert (row.state, row.framework_id) == ("compared", None)


def test_ends_outside_the_package_are_kept_as_references(standards: Standards) -> None:
    outside = node("elsewhere")
    local = {"identifier": "local:9", "uri": "local:9", "title": "A page"}
    beside = [
        association("exactMatchOf", "A", outside),
        association("exemplar", local, "B"),
        association("precedes", "A1", "A2", sequenceNumber=3),
    ]
    whole = small()
    whole["CFAssociations"] += beside
    outcome = standards.bring(whole)
    assert numbers(outcome, "associations") == {"created": 3}
    items = standards.items()
    by_type = {one.type: one for one in standards.rows(Association)}
    match, exemplar, before = (by_type[k] for k in ("exactMatchOf", "exemplar", "precedes"))
    assert (match.origin_item_id, match.destination_item_id) == (items["A"].id, None)
    assert (match.destination_identifier, match.destination_title) == (
        ident("elsewhere"),
        "elsewhere",
    )
    assert (exemplar.origin_identifier, exemplar.origin_item_id) == ("local:9", None)
    assert before.destination_item_id == items["A2"].id
    assert before.sequence_number == 3
    assert numbers(standards.bring(whole), "associations") == {"unchanged": 3}


def test_an_outside_end_is_found_once_its_framework_comes(standards: Standards) -> None:
    whole = small()
    whole["CFAssociations"].append(association("precedes", "A", "X"))
    standards.bring(whole)
    other = package([item("X")], [child("other", "X")], document(name="other"))
    standards.bring(other)
    (found,) = standards.rows(Association)
    assert found.destination_item_id == standards.items()["X"].id
    # And at once where the other framework is there already.
    third = package(
        [item("Y")],
        [child("third", "Y"), association("precedes", "Y", "X")],
        document(name="third"),
    )
    standards.bring(third)
    (other_one,) = standards.rows(Association, Association.origin_title == "Y")
    assert other_one.destination_item_id == standards.items()["X"].id


def test_an_association_that_is_gone_is_retired(standards: Standards) -> None:
    whole = small()
    whole["CFAssociations"].append(association("precedes", "A", "B"))
    standards.bring(whole)
    outcome = standards.bring(small(SECOND), is_confirmed=True)
    assert numbers(outcome, "associations") == {"retired": 1}
    (one,) = standards.rows(Association)
    assert one.retired_on is not None


def test_words_are_kept_as_they_came(standards: Standards) -> None:
    words = "A _table_:\r\n\r\n| a |\r\n\r\n $x = {-b \\pm \\sqrt{b^2}}$ 𝑑 e\u0301 <b>&amp;\t "
    notes: Json = {
        "notes": "n",
        "educationLevel": ["09", "10"],
        "CFItemType": "Skill",
        "language": "en",
    }
    standards.bring(package([item("A", fullStatement=words, **notes)], [child("framework", "A")]))
    kept = standards.items()["A"]
    assert kept.statement == words
    assert (kept.notes, kept.grades, kept.item_type) == ("n", ["09", "10"], "Skill")


def test_an_item_that_nothing_places_stands_at_the_end(standards: Standards) -> None:
    whole = small()
    whole["CFItems"].insert(0, item("loose"))
    outcome = standards.bring(whole)
    assert (outcome.state, codes(outcome)) == ("applied", {"item_unplaced"})
    assert standards.order()[-1] == "loose"
    assert standards.items()["loose"].parent_id is None


def test_a_1_0_package_may_be_odd(standards: Standards) -> None:
    whole = small()
    whole["CFDocument"] |= {"CFPackageURI": node("p"), "subject": "Maths", "licenseURI": None}
    whole["CFDocument"] |= {"statusStartDate": "2026-01-01T00:00:00+00:00", "notes": "n"}
    whole["CFItems"][3]["licenseURI"] = {"identifier": 7, "uri": "https://example.org/m"}
    whole["CFItems"][0] |= {
        "CFDocumentURI": node("d"),
        "educationLevel": "09",
        "identifier": ident("A").upper(),
        "conceptKeywords": None,
        "licenseURI": "https://example.org/l",
    }
    del whole["CFItems"][1]["uri"]
    whole["CFDefinitions"] = []
    outcome = standards.bring(whole)
    assert outcome.state == "applied", list(outcome.findings)
    (framework,) = standards.frameworks()
    assert (framework.subjects, framework.starts_on) == (["Maths"], date(2026, 1, 1))
    assert standards.items()["A"].grades == ["09"]
    assert standards.items()["A"].license_uri == "https://example.org/l"
    assert standards.items()["A2"].license_uri == "https://example.org/m"


def test_a_1_1_package_is_read_by_its_rules(standards: Standards) -> None:
    outcome = standards.bring(version_1_1(small()))
    assert outcome.state == "applied"
    assert standards.frameworks()[0].case_version == "1.1"


def test_districts_have_frameworks_of_the_same_identifiers(
    standards: Standards, world: World
) -> None:
    standards.bring(small())
    other = standards.bring(small(), district_id=world.away.district_id)
    assert (other.state, numbers(other)) == ("applied", {"created": 4})


def test_an_identifier_of_another_framework_is_refused(standards: Standards) -> None:
    standards.bring(small())
    taken = package([item("A")], [child("other", "A")], document(name="other"))
    outcome = standards.bring(taken)
    assert (outcome.state, codes(outcome)) == ("refused", {"identifier_elsewhere"})
    (finding,) = outcome.findings
    assert (finding.pointer, finding.identifier) == ("/CFItems/0", ident("A"))
    assert len(standards.frameworks()) == 1
    whole = small()
    whole["CFAssociations"].append(association("precedes", "A", "B", name="taken"))
    standards.bring(whole)
    beside = package(
        [item("X")],
        [child("other", "X"), association("precedes", "X", "X", name="taken")],
        document(name="other"),
    )
    outcome = standards.bring(beside)
    assert (outcome.state, codes(outcome)) == ("refused", {"identifier_elsewhere"})
    assert "X" not in standards.items()


def test_a_goal_s_link_to_a_retired_item_stays_readable(
    standards: Standards, world: World, client: Client
) -> None:
    standards.bring(small())
    linked = standards.items()["A2"]
    student = world.home.student
    with standards.database.transaction(districts=[standards.district_id]) as session:
        own = {"district_id": standards.district_id, "student_id": student.id}
        about = {"subject_type": "goals", "subject_id": student.goal_id}
        session.add(ItemLink(**own, **about, framework_item_id=linked.id, linked_by=student.id))
    standards.bring(small(SECOND, names=("A", "B", "A1")), is_confirmed=True)
    (link,) = standards.rows(ItemLink)
    assert link.framework_item_id == linked.id
    shown = client.as_(student).read(f"/framework-items/{linked.id}")
    assert (shown["statement"], shown["is_retired"]) == ("Does A2.", True)
    assert [one["code"] for one in shown["path"]] == ["A"]


@pytest.mark.both_databases
def test_five_thousand_items_take_few_statements(
    standards: Standards, capsys: pytest.CaptureFixture[str]
) -> None:
    """As many for 5,000 items and their 4,999 associations as for four, but for loading them."""
    few = _counted(standards, small(names=("A", "B")))
    standards.bring(small(names=("A", "B")))
    many, changed = large(5_000), large(5_000, SECOND)
    for one in (many, changed):
        one["CFDocument"] |= {"identifier": ident("large")}
        for each in one["CFAssociations"]:
            if each["destinationNodeURI"]["title"] == "framework":
                each["destinationNodeURI"] = node("large")
    told = {}
    for name, whole in (("created", many), ("unchanged", many), ("updated", changed)):
        start = time.perf_counter()
        count, outcome = _counted_outcome(standards, whole)
        told[name] = count
        assert numbers(outcome) == {name: 5_000}, list(outcome.findings)[:3]
        assert count <= few + 15
        with capsys.disabled():
            if os.environ.get("PLP_TELL"):
                seconds = time.perf_counter() - start
                kind = "PostgreSQL" if standards.database.is_postgresql else "SQLite"
                sys.stdout.write(f"\n{kind}, 5,000 {name}: {count} statements, {seconds:.2f} s\n")
    assert max(told.values()) / 10 <= 5, "statements for each 1,000 rows"


def _counted(standards: Standards, whole: Any) -> int:
    return _counted_outcome(standards, whole)[0]


def _counted_outcome(standards: Standards, whole: Any) -> tuple[int, Outcome]:
    with counting(standards.database) as counted:
        outcome = standards.bring(whole)
    return len(counted), outcome


def test_an_import_by_somebody_without_office_is_refused(
    standards: Standards, world: World
) -> None:
    for person in (world.home.school_admin.id, world.away.district_admin.id, uuid4()):
        outcome = standards.bring(small(), by=person)
        assert (outcome.state, codes(outcome)) == ("refused", {"importer_without_office"})
    assert standards.frameworks() == []
    assert standards.bring(small(), by=world.home.district_admin.id).state == "applied"
