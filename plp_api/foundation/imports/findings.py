"""The findings of an import about its file, by a closed list of codes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

KEPT_PER_CODE = 100


class Severity(StrEnum):
    """An error refuses the file; with a warning the import continues."""

    ERROR = "error"
    WARNING = "warning"


class Finding(Protocol):
    """One finding at one place of the file; a dataclass of the area."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def code(self) -> StrEnum:
        """What is wrong."""

    @property
    def severity(self) -> Severity:
        """Whether it refuses the file."""

    @property
    def message(self) -> str:
        """What is wrong, in words."""


C = TypeVar("C", bound=StrEnum)
F = TypeVar("F", bound=Finding)


class Findings(Generic[C, F]):
    """The findings of a file: all are counted, the first hundred of each code are kept."""

    def __init__(self) -> None:
        self.counts: Counter[C] = Counter()
        self._kept: list[F] = []

    def severity_of(self, code: C) -> Severity:
        """Whether findings of this code refuse the file."""
        raise NotImplementedError

    def keep(self, code: C, finding: F) -> Severity:
        """Count a finding, keep it if it is one of the first, and return its severity."""
        self.counts[code] += 1
        if self.counts[code] <= KEPT_PER_CODE:
            self._kept.append(finding)
        return finding.severity

    @property
    def errors(self) -> int:
        """How many findings refuse the file."""
        return self._count(Severity.ERROR)

    @property
    def warnings(self) -> int:
        """How many findings do not refuse it."""
        return self._count(Severity.WARNING)

    def _count(self, severity: Severity) -> int:
        return sum(n for code, n in self.counts.items() if self.severity_of(code) is severity)

    def __iter__(self) -> Iterator[F]:
        return iter(self._kept)

    def __len__(self) -> int:
        return self.counts.total()


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding as it is stored and shown."""
    members = asdict(finding)
    return {name: str(v) if isinstance(v, StrEnum) else v for name, v in members.items()}
