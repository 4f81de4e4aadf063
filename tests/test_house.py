"""Rules of this code that no linter checks. Each failure says what to do instead."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import plp_api
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.db import Base
from plp_api.foundation.files import upkeep
from plp_api.foundation.ownership import OwnedByStudent, Ownership, SystemRow
from plp_api.foundation.problems import Code
from plp_api.server import areas
from plp_api.server.areas import AREAS
from tests.foundation.access.operations import OPERATIONS

TABLES = areas.load_tables()
ROOT = Path(plp_api.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
TREES = {path: ast.parse(path.read_text()) for path in FILES}
# Sorted, so that all workers collect the same tests.
MODELS = sorted((one.class_ for one in Base.registry.mappers), key=lambda one: one.__name__)
NO_NAMES = {"utils", "helpers", "common", "misc", "base", "core", "lib", "manager", "handler"} | {
    "service", "services", "util", "helper", "handlers", "managers", "shared",
}  # fmt: skip


def found(path: Path, *kinds: type[Any]) -> Iterator[Any]:
    return (node for node in ast.walk(TREES[path]) if isinstance(node, kinds))


def at(path: Path, node: Any) -> str:
    return f"{path.relative_to(ROOT.parent)}:{node.lineno}"


def test_a_file_and_a_class_are_named_for_what_they_hold() -> None:
    named = {one.relative_to(ROOT) for one in FILES if {one.stem, one.parent.name} & NO_NAMES}
    assert named == set()
    classes = [
        f"{at(path, node)} {node.name}"
        for path in FILES
        for node in found(path, ast.ClassDef)
        if {one.lower() for one in re.findall("[A-Z][a-z]+", node.name)} & NO_NAMES
    ]
    # SQLAlchemy's Base, and flask-jwt-extended's own class, extended.
    assert [one for one in classes if one.split()[1] not in ("Base", "Manager")] == []


def test_only_the_database_commits() -> None:
    """The code that opens a transaction ends it (`transaction`): the request, job or command."""
    committing = [
        at(path, node)
        for path in FILES
        if path.name not in ("database.py", "pipeline.py")
        for node in found(path, ast.Call)
        if getattr(node.func, "attr", "") in ("commit", "rollback")
    ]
    assert committing == []


def test_routes_never_touch_the_session() -> None:
    """Routes receive rows that are already checked, and pass them to actions."""
    touching = [
        at(path, node)
        for path in FILES
        if path.name == "routes.py"
        for node in found(path, ast.Import, ast.ImportFrom)
        if _imports_the_session(node)
    ]
    assert touching == []


def _imports_the_session(node: Any) -> bool:
    module = str(getattr(node, "module", ""))
    names = [one.name for one in node.names]
    is_db = module == "plp_api.foundation.db" or (module == "plp_api.foundation" and "db" in names)
    return is_db or any(one.split(".")[0] == "sqlalchemy" for one in (module, *names))


def test_an_event_is_a_noun_and_what_happened_to_it() -> None:
    types = {
        node.args[0].value: at(path, node)
        for path in FILES
        for node in found(path, ast.Call)
        if getattr(getattr(node.func, "value", None), "id", "") == "audit"
        if node.func.attr == "record" and isinstance(node.args[0], ast.Constant)
    }
    assert len(types) > 20, "they are found"
    wrong = {one for one in types if not re.fullmatch(r"[a-z_]{3,30}\.[a-z_]{3,30}", str(one))}
    assert {one: types[one] for one in wrong} == {}


CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}


def test_nothing_but_the_clock_asks_what_time_it_is() -> None:
    """Today belongs to a district, and tests move the clock: ask `plp_api.foundation.clock`."""
    asking = [
        at(path, node)
        for path in FILES
        if path.name != "clock.py"
        for node in found(path, ast.Attribute)
        if (getattr(node.value, "id", ""), node.attr) in CLOCKS
    ]
    assert asking == []


def test_a_file_begins_with_what_it_is_for() -> None:
    silent = [one for one in FILES if one.read_text().strip() and not ast.get_docstring(TREES[one])]
    assert [str(one.relative_to(ROOT)) for one in silent] == []


def test_every_table_is_known_to_migrations() -> None:
    tables = {str(path.relative_to(ROOT.parent)) for path in FILES if _defines_table(path)}
    known = {module.__name__.replace(".", "/") + ".py" for module in TABLES}
    assert tables - known == set()


def _defines_table(path: Path) -> bool:
    return any(
        statement.targets[0].id == "__tablename__"
        for node in found(path, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_table_says_whose_its_rows_are(model: Any) -> None:
    ownership = model.__dict__.get("__ownership__")
    assert isinstance(ownership, Ownership), (
        "declare `__ownership__` (plp_api/foundation/ownership.py)"
    )
    if isinstance(ownership, SystemRow):
        return
    assert ownership.read in {*Permission}
    columns = model.__mapper__.columns
    assert ownership.column in columns
    assert "district_id" in columns or ownership.column == "id"
    if isinstance(ownership, OwnedByStudent) and ownership.about:
        assert ownership.about in columns
    assert (model.__doc__ or "").strip(), "say what one row means"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_student_s_rows_are_found_by_an_index(model: Any) -> None:
    """The access check of a row must not scan a table."""
    ownership = model.__ownership__
    if not isinstance(ownership, OwnedByStudent):
        return
    # A model that inherits has rows in its own table and in its parent's.
    tables = model.__mapper__.tables
    first = {index.columns[0].name for table in tables for index in table.indexes}
    for table in tables:
        keys = (one.columns for one in table.constraints if len(getattr(one, "columns", ())))
        first |= {columns[0].name for columns in keys}
    assert ownership.column in first, f"index {model.__tablename__} by {ownership.column}"


# Who puts files into the storage, and the column that names them.
KEPT_BY = {
    "foundation/archives/keeping.py": "files.name",
    "foundation/files/actions.py": "files.name",
    "foundation/files/receiving.py": "files.name",
    "foundation/files/thumbnails.py": "files.thumbnail",
    "foundation/uploads/actions.py": "upload_chunks.name",
}


def test_what_is_put_into_the_storage_is_named_by_a_column_that_the_sweep_asks() -> None:
    """Else the sweep removes it: give its column the type `StorageName`, and name it here."""
    putting = {
        str(path.relative_to(ROOT))
        for path in FILES
        for node in found(path, ast.Attribute)
        if node.attr.startswith("put") and getattr(node.value, "id", "") == "storage"
    }
    assert putting == KEPT_BY.keys()
    asked = {f"{one.class_.__tablename__}.{one.key}" for one in upkeep.naming()}
    assert asked == {*KEPT_BY.values()}


def test_a_list_is_sorted_by_what_every_row_has() -> None:
    """A cursor at a null value would skip the rows without a value."""
    empty = [
        f"{operation}: {name}"
        for operation in OPERATIONS
        for name in (operation.listing.sorts if operation.listing else ())
        for column in operation.listing.position(name)  # type: ignore[union-attr]  # as above
        if getattr(column.property.columns[0], "nullable", False)
    ]
    assert empty == []


def test_every_permission_lets_somebody_do_something() -> None:
    words = "\n".join(path.read_text() for path in FILES if path.name != "permissions.py")
    unused = [one.name for one in Permission if f"Permission.{one.name}" not in words]
    read = {getattr(model.__ownership__, "read", None) for model in MODELS}
    assert [one for one in unused if Permission[one] not in read] == []


def test_every_problem_code_is_answered_somewhere() -> None:
    words = "\n".join(path.read_text() for path in FILES if path.name != "problems.py")
    assert [one.name for one in Code if f"Code.{one.name}" not in words] == []


def contracts() -> dict[str, list[str]]:
    """The areas of each wing in the import contracts, from top to bottom."""
    declared = tomllib.loads((ROOT.parent / "pyproject.toml").read_text())
    return {
        one["containers"][0].removeprefix("plp_api."): re.findall(r"\w+", " ".join(one["layers"]))
        for one in declared["tool"]["importlinter"]["contracts"]
        if one["type"] == "layers" and one["containers"][0].count(".") == 1
    }


def test_the_list_of_areas_is_that_of_the_import_contracts() -> None:
    """Two lists, one for the program and one for the check of its imports: they must agree."""
    wings = contracts()
    expected = {
        wing: [area for area in reversed(within) if is_area(ROOT / wing / area)]
        for wing, within in wings.items()
        if wing != "server"
    }
    listed = {
        wing: [one.split(".")[1] for one in AREAS if one.split(".")[0] == wing] for wing in expected
    }
    assert listed == expected


def is_area(folder: Path) -> bool:
    """Whether the package has routes or tables; the rest of the foundation has neither."""
    files = [path for path in FILES if path.parent == folder]
    return any(path.name == "routes.py" or _defines_table(path) for path in files)


def test_only_the_server_imports_our_modules_by_name() -> None:
    """The contracts do not see an import by a string."""
    named = [
        at(path, node)
        for path in FILES
        if path.relative_to(ROOT).parts[0] != "server"
        for node in found(path, ast.Call)
        if getattr(node.func, "id", getattr(node.func, "attr", ""))
        in ("import_module", "__import__")
    ]
    assert named == []


def test_every_area_has_tests_of_its_own() -> None:
    folders = {
        path.relative_to(ROOT.parent / "tests") for path in (ROOT.parent / "tests").glob("*/*")
    }
    # The areas above write these rows, and test them.
    elsewhere = {
        "foundation.audit",
        "foundation.roster",
        "people.relationships",
    }
    assert {one for one in AREAS if Path(*one.split(".")) not in folders} == elsewhere


def test_every_operation_s_name_is_a_verb_and_what_it_is_done_to() -> None:
    for one in OPERATIONS:
        if one.permission is not None:
            assert re.fullmatch(r"[a-z]+(_[a-z]+)+|logout|me", one.endpoint.split(".")[1]), one


# They ask whether the reader is family for other reasons than to name somebody.
FOR_OTHER_REASONS = {
    "home/overview/presenters.py _stand": "in home study the school reads none of the plan",
    "people/relationships/actions.py concerns_caller": "nobody confirms their own relationship",
    "people/relationships/presenters.py _disclosed": "rows of others are sealed (scope.unsealed)",
    "planning/printing/copies.py _whose": "a copy says for whom it is, not who somebody is",
    "planning/signatures/actions.py decline": "a family declines for itself alone",
    "planning/signatures/presenters.py _declines": "a family reads its own declines alone",
}
NAMES_SOMEBODY = re.compile(r"(person|author|writer)_id|role|PARENT|written_by")


def test_only_access_decides_what_family_learns_of_other_family() -> None:
    """Ask `Access.is_named` or `Access.shown_person` (plp_api/foundation/access/identities.py)."""
    deciding = {
        f"{path.relative_to(ROOT)} {function.name}"
        for path in FILES
        if path.relative_to(ROOT).parts[:2] != ("foundation", "access")
        for function in found(path, ast.FunctionDef)
        if {"is_family", "FAMILY"} & attributes(function) and compares_somebody(function)
    }
    assert deciding == set(FOR_OTHER_REASONS)


def compares_somebody(function: ast.FunctionDef) -> bool:
    return any(
        NAMES_SOMEBODY.search(ast.unparse(node))
        for node in ast.walk(function)
        if isinstance(node, ast.Compare)
    )


def attributes(tree: ast.AST) -> set[str]:
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
