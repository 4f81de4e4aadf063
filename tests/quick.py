"""`make test-quick`: the tests of the areas that changed, and of the areas that import these.

What changed is what differs from the branch `main`, or is not committed. The house rules and the
sweep of access run with them. SQLite alone, and no live servers; what is left out is printed.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
PACKAGE = "plp_api"
FOUNDATION = "tests/foundation"
SWEEP = f"{FOUNDATION}/access/test_sweep.py"
FUZZ = f"{FOUNDATION}/rest/test_fuzz.py"
ALWAYS = ("tests/test_house.py", SWEEP)
# What every test stands on, as it stands on the foundation.
SHARED = {f"tests/{name}.py" for name in ("client", "conftest", "databases", "queries", "world")}
MIGRATIONS = ("tests/test_migrations.py", "tests/*/*/test_migration.py")
OPTIONS = ["-n", "auto", "--dist", "worksteal", "-q", "-m", "not servers", f"--ignore={FUZZ}"]

Importers = Callable[[str], set[str]]
"""From an area (`planning.goals`) to the areas that import it."""


@dataclass
class Selection:
    """Files and folders of tests to run, and what changed that has no tests of its own."""

    tests: set[str] = field(default_factory=lambda: {*ALWAYS})
    untested: list[str] = field(default_factory=list)

    def left_out(self) -> list[str]:
        """The folders of tests of which nothing runs."""
        folders = {str(one.parent.relative_to(ROOT)) for one in ROOT.glob("tests/*/**/test_*.py")}
        return sorted(one for one in folders if not self._runs_in(one))

    def _runs_in(self, folder: str) -> bool:
        inner = {one for one in self.tests if one not in ALWAYS}
        return any(f"{folder}/".startswith(f"{one}/") for one in inner) or any(
            one.startswith(f"{folder}/") for one in inner
        )


def main(arguments: list[str]) -> int:
    """Run the tests of what changed since the branch that is named; return pytest's exit code."""
    base, *further = arguments or ["main"]
    paths = changed(base)
    if not paths:
        print(f"Nothing differs from {base}: there is nothing to test.")
        return 0
    selection = selected(paths, importers_in(grimp.build_graph(PACKAGE)))
    print("Runs:", *sorted(selection.tests), sep="\n  ")
    if selection.untested:
        print("Changed, and no tests are chosen for it:", *selection.untested, sep="\n  ")
    print("Leaves out:", *selection.left_out(), sep="\n  ")
    print("  fuzzing, tests that start servers, and all of them on PostgreSQL", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *sorted(selection.tests), *further],
        cwd=ROOT,
        env={**os.environ, "PLP_TEST_DATABASES": "sqlite"},
        check=False,
    ).returncode


def changed(base: str) -> list[str]:
    """Paths that differ from where this branch left `base`, and those that git does not know."""
    left = _git("merge-base", "HEAD", base) or ["HEAD"]
    differ = _git("diff", "--name-only", "--no-renames", *left)
    return sorted({*differ, *_git("ls-files", "--others", "--exclude-standard")})


def _git(*words: str) -> list[str]:
    """The lines that git answers; none where it refuses."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def importers_in(graph: grimp.ImportGraph) -> Importers:
    """The areas that import something of an area; not the server's, which imports them all."""

    def importers(area: str) -> set[str]:
        module = f"{PACKAGE}.{area}"
        if module not in graph.modules:
            return set()
        parts = {module, *graph.find_descendants(module)}
        importing = {one for part in parts for one in graph.find_modules_that_directly_import(part)}
        areas = {_area_of(one.split(".")) for one in importing - parts}
        return {one for one in areas if not one.startswith("server.")}

    return importers


def _area_of(parts: Iterable[str]) -> str:
    """`planning.goals`, of the parts of a module's name or of a path."""
    _, wing, area, *_ = parts
    return f"{wing}.{area}"


def selected(paths: Iterable[str], importers: Importers) -> Selection:
    """The tests of what stands at these paths."""
    selection = Selection()
    for path in paths:
        found = _tests_of(path, importers)
        selection.tests |= found
        if not found:
            selection.untested.append(path)
    return selection


def _tests_of(path: str, importers: Importers) -> set[str]:
    """The tests of one path; none where nobody could say which."""
    top, *inner = Path(path).parts
    if path in SHARED or inner[:1] == ["foundation"]:
        return {FOUNDATION}
    if top == "migrations":
        return {str(one.relative_to(ROOT)) for name in MIGRATIONS for one in ROOT.glob(name)}
    if top == PACKAGE and len(inner) > 2:
        area = _area_of(Path(path).parts)
        return {*_folder(area), *(one for other in importers(area) for one in _folder(other))}
    if top == "tests" and len(inner) > 1:
        return {str(Path(path).parent)}
    return {path} if top == "tests" and inner[0].startswith("test_") else set()


def _folder(area: str) -> list[str]:
    """The folder of an area's tests, or of its wing's where it has none of its own."""
    wing, _ = area.split(".")
    names = (f"tests/{area.replace('.', '/')}", f"tests/{wing}")
    return [name for name in names if (ROOT / name).is_dir()][:1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
