"""Decide which numbers about students whom the caller may not read one by one are hidden.

A number about fewer than LEAST of these students is hidden. Other numbers are
hidden too, so that no hidden number can be computed from totals, from its row or
column, or from another report of the same day.

To be sure of that, every hidden number needs *another world*: the same district,
except that a few unseen students are in another group or have another standing.
In that world the hidden number is different, and every shown number is the same.
A caller who knows only the shown numbers cannot tell which of the two worlds is
the real one. So all numbers that differ between the two are hidden together, and
the search prefers worlds that differ in few numbers (docs/decisions/0015).

Only unseen students are counted here. The caller can subtract the students they
may read; in a group of which they may read every student, nothing is hidden.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from typing import NamedTuple

LEAST = 11
ENROLLED = "enrolled"
NO_ADVISOR = "none"
TRIED, ALIKE = 8, 2
"""How many worlds of one sort are compared by cost, and how many very similar ones are tried."""

Standing = frozenset[str]
Group = tuple[str | None, str | None, str | None]
"""School, grade and advisor; None means all."""
Cell = tuple[Group, str]
"""One number of a report: a group, and the measure that is counted in it."""


class Kind(NamedTuple):
    """Students with the same school, grade, advisors and standing (the measures they count under).

    Schools and advisors are ids as text: looking them up takes a third of the time of UUIDs.
    """

    school: str
    grade: str
    advisors: tuple[str, ...]
    standing: Standing


Steps = tuple[tuple[Kind, int], ...]
"""The steps to another world: for each kind, how many students more or fewer it has."""


def groups(school: str, grade: str, advisors: Sequence[str]) -> tuple[Group, ...]:
    """Every group to which these students belong, including the whole district (all None)."""
    return tuple(
        (of_school, of_grade, advisor)
        for of_school in (None, school)
        for of_grade in (None, grade)
        for advisor in (None, *(advisors or (NO_ADVISOR,)))
    )


def hidden(
    unseen: Mapping[Kind, int], standings: Collection[Standing], least: int = LEAST
) -> frozenset[Cell]:
    """The numbers about unseen students that no report may show.

    `standings` are all possible standings, because another world may use one
    that no real student has. Numbers of groups without unseen students are
    never hidden.
    """
    district = _District(unseen, standings, least)
    for cell in district.cells():
        if cell in district.hidden:
            continue
        if district.must_hide(cell):
            district.hidden.update(district.nearest_world(cell))
        elif cell not in district.values:
            district.shown_zeros.add(cell)
    return frozenset(district.hidden)


class _District:
    """The unseen students of a district, and the numbers about them that are hidden so far."""

    def __init__(
        self, unseen: Mapping[Kind, int], standings: Collection[Standing], least: int
    ) -> None:
        self.counts = {kind: count for kind, count in unseen.items() if count}
        self.standings = sorted(standings, key=sorted)
        self.measures = [ENROLLED, *sorted(frozenset().union(*standings))]
        self.hidden: set[Cell] = set()
        self.shown_zeros: set[Cell] = set()
        self.values: Counter[Cell] = Counter()
        self.groups: dict[tuple[str, str, tuple[str, ...]], tuple[Group, ...]] = {}
        self.members: dict[Group, dict[Standing, list[Kind]]] = defaultdict(dict)
        self.of_schools: dict[tuple[str, Standing], dict[str, Kind]] = {}
        # Rare kinds first: the numbers that count them are often hidden already.
        for kind in sorted(self.counts, key=lambda each: (self.counts[each], _order(each))):
            for group in self.groups.setdefault(kind[:3], groups(*kind[:3])):
                self.members[group].setdefault(kind.standing, []).append(kind)
                for measure in (ENROLLED, *kind.standing):
                    self.values[group, measure] += self.counts[kind]
        self.small = {cell for cell in self.cells() if self._is_small(cell, least)}
        self.unlike = {measure: self._unlike(measure) for measure in self.measures}

    def cells(self) -> list[Cell]:
        """Every number, wide groups first and groups of advisors last."""
        ordered = sorted(self.members, key=lambda key: (key[2] is not None, _width(key), str(key)))
        return [(group, measure) for group in ordered for measure in self.measures]

    def _is_small(self, cell: Cell, least: int) -> bool:
        """Whether the number, or its whole group, counts too few students."""
        group, _ = cell
        return self.values[group, ENROLLED] < least or 0 < self.values.get(cell, 0) < least

    def must_hide(self, cell: Cell) -> bool:
        """Whether the number is small, and not a zero that follows from shown zeros anyway."""
        if cell not in self.small:
            return False
        return cell in self.values or not all(
            any((group, cell[1]) in self.shown_zeros for group in self.groups[kind[:3]])
            for kind in chain.from_iterable(self.members[cell[0]].values())
        )

    def nearest_world(self, cell: Cell) -> dict[Cell, int]:
        """The changed numbers of the cheapest world in which this number is different."""
        for way in self._ways(cell):
            best: dict[Cell, int] | None = None
            lowest: tuple[int, ...] = ()
            worlds = (world for world in map(self._changes, way) if world and cell in world)
            for world in islice(worlds, TRIED):
                cost = self._cost(world)
                if best is None or cost < lowest:
                    best, lowest = world, cost
                if not any(cost):
                    break
            if best is not None:
                return best
        raise AssertionError("one more student, or another standing, is always possible")

    def _changes(self, steps: Steps) -> dict[Cell, int] | None:
        """The numbers that the steps change, each with its change; None if no such world exists.

        A group that has unseen students must keep at least one, because the caller
        knows that it has some.
        """
        places: dict[tuple[Group, ...], dict[str, int]] = {}
        for kind, more in steps:
            measures = places.setdefault(self.groups[kind[:3]], {})
            for measure in (ENROLLED, *kind.standing):
                measures[measure] = measures.get(measure, 0) + more
        changes: dict[Cell, int] = {}
        for groups_there, measures in places.items():
            for measure, more in measures.items():
                for group in groups_there if more else ():
                    cell = group, measure
                    changes[cell] = changes.get(cell, 0) + more
        different = {cell: more for cell, more in changes.items() if more}
        for cell, more in different.items():
            if cell[1] == ENROLLED and self.values[cell] + more < 1:
                return None
        return different

    def _cost(self, world: Mapping[Cell, int]) -> tuple[int, ...]:
        """The numbers that only this world would hide, counted from wide to narrow groups.

        The last member of the cost is the sum of these numbers.
        """
        lost = world.keys() - self.small - self.hidden
        widths = [_width(group) for group, _ in lost]
        return *map(widths.count, range(4)), sum(self.values.get(cell, 0) for cell in lost)

    def _ways(self, cell: Cell) -> Iterator[Iterator[Steps]]:
        """Yield sorts of worlds that change the number; first those that keep wide groups as is."""
        (school, grade, advisor), measure = cell
        if measure == ENROLLED:
            swap, crosswise, alone = self._moves, self._crossed_moves, self._arrivals
        else:
            swap, crosswise, alone = self._trades, self._crossed_trades, self._turns
        if advisor is not None:
            yield swap(cell, lambda kind: (kind.school, kind.grade, None))
        if advisor is not None or (school is not None and grade is not None):
            yield crosswise(cell)
        if advisor is not None or school is not None:
            yield swap(cell, lambda kind: (None, kind.grade, None))
        if advisor is not None or grade is not None:
            yield swap(cell, lambda kind: (kind.school, None, None))
        yield swap(cell, lambda _: (None, None, None))
        yield alone(cell)

    def _unlike(self, measure: str) -> list[tuple[Standing, Standing]]:
        """Pairs of standings of which exactly one has the measure, the most similar first."""
        pairs = [
            (standing, other)
            for standing, other in product(self.standings, repeat=2)
            if (measure in standing) != (measure in other)
        ]
        return sorted(pairs, key=lambda pair: (len(pair[0] ^ pair[1]), *map(sorted, pair)))

    def _otherwise(self, cell: Cell) -> Iterator[tuple[list[Kind], Standing]]:
        """Yield kinds of the cell's group, each with a standing that differs in the measure."""
        members = self.members[cell[0]]
        for standing, other in self.unlike[cell[1]]:
            if standing in members:
                yield members[standing], other

    def _outside(self, cell: Cell, near: Group, standing: Standing) -> Iterator[Kind]:
        """The kinds of that standing in the group `near` that are outside the cell's group."""
        kinds = self.members.get(near, {}).get(standing, ())
        return (kind for kind in kinds if not _is_in(kind, cell[0]))

    def _trades(self, cell: Cell, nearby: "Nearby") -> Iterator[Steps]:
        """Two students trade standings: their groups keep their sizes, and totals stay the same."""
        for kinds, other in self._otherwise(cell):
            trades = (
                _trade(kind, partner)
                for kind in kinds
                for partner in self._outside(cell, nearby(kind), other)
            )
            yield from islice(trades, ALIKE)

    def _crossed_trades(self, cell: Cell) -> Iterator[Steps]:
        """A trade between two grades of a school, and the opposite trade in another school.

        The numbers of schools and of grades stay the same; only those of a grade
        in a school change.
        """
        for kinds, other in self._otherwise(cell):
            trades = (
                trade
                for kind in kinds
                for partner in self._outside(cell, (kind.school, None, None), other)
                if partner.grade != kind.grade
                for trade in self._crossed(kind, partner)
            )
            yield from islice(trades, ALIKE)

    def _crossed(self, kind: Kind, partner: Kind) -> Iterator[Steps]:
        theirs = self._by_school(partner.grade, kind.standing)
        ours = self._by_school(kind.grade, partner.standing)
        for school, third in theirs.items():
            if school != kind.school and school in ours:
                yield _trade(kind, partner) + _trade(third, ours[school])

    def _by_school(self, grade: str, standing: Standing) -> dict[str, Kind]:
        """The rarest kind of that grade and standing in each school that has one."""
        if (grade, standing) not in self.of_schools:
            kinds = self.members.get((None, grade, None), {}).get(standing, ())
            self.of_schools[grade, standing] = {kind.school: kind for kind in reversed(kinds)}
        return self.of_schools[grade, standing]

    def _moves(self, cell: Cell, nearby: "Nearby") -> Iterator[Steps]:
        """One student moves to the place of another, in either direction."""
        for kind in chain.from_iterable(self.members[cell[0]].values()):
            for standing in self.members[nearby(kind)]:
                for partner in islice(self._outside(cell, nearby(kind), standing), ALIKE):
                    yield _move(kind, partner)
                    yield _move(partner, kind)

    def _crossed_moves(self, cell: Cell) -> Iterator[Steps]:
        """One student moves to another grade; one of the same standing moves back elsewhere."""
        for kind in chain.from_iterable(self.members[cell[0]].values()):
            for standing in self.members[kind.school, None, None]:
                near = self._outside(cell, (kind.school, None, None), standing)
                for partner in near:
                    if partner.grade != kind.grade:
                        yield from self._moved_across(kind, partner)
                        yield from self._moved_across(partner, kind)

    def _moved_across(self, kind: Kind, other: Kind) -> Iterator[Steps]:
        for school, back in self._by_school(other.grade, kind.standing).items():
            there = self.members.get((school, kind.grade, None))
            if there and school != kind.school:
                yield _move(kind, other) + _move(back, next(iter(there.values()))[0])

    def _turns(self, cell: Cell) -> Iterator[Steps]:
        """One student gets another standing, which changes totals."""
        for kinds, other in self._otherwise(cell):
            for kind in kinds[:ALIKE]:
                yield (kind, -1), (kind._replace(standing=other), 1)

    def _arrivals(self, cell: Cell) -> Iterator[Steps]:
        """One more student, which changes every number that counts them."""
        for kind in chain.from_iterable(self.members[cell[0]].values()):
            yield ((kind, 1),)


Nearby = Callable[[Kind], Group]


def _width(group: Group) -> int:
    """How many of school, grade and advisor narrow the group: 0 is the widest."""
    return sum(value is not None for value in group)


def _order(kind: Kind) -> str:
    return f"{kind.school} {kind.grade} {kind.advisors} {sorted(kind.standing)}"


def _is_in(kind: Kind, group: Group) -> bool:
    school, grade, advisor = group
    return (
        school in (None, kind.school)
        and grade in (None, kind.grade)
        and (advisor is None or advisor in (kind.advisors or (NO_ADVISOR,)))
    )


def _trade(kind: Kind, other: Kind) -> Steps:
    return (
        (kind, -1),
        (other, -1),
        (kind._replace(standing=other.standing), 1),
        (other._replace(standing=kind.standing), 1),
    )


def _move(kind: Kind, other: Kind) -> Steps:
    return (kind, -1), (other._replace(standing=kind.standing), 1)
