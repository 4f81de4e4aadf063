"""Which numbers may be shown about students whom the reader may not see one by one.

A number about fewer than LEAST of them is hidden, and with it as many others as
it takes that no hidden one can be worked out: from totals, from its row, from
its column, or from any other question asked of the same day.

What makes sure of it is *another world* for every hidden number: a few unseen
students stand elsewhere, or otherwise, so that this number is different and
every shown number is the same. Whoever knows only what is shown cannot tell
that world from ours. So whatever differs between the two is hidden together,
and the search is for worlds that differ in as little as possible.

Only unseen students are counted here. Those whom the reader sees, the reader
can subtract; a group seen as a whole has nothing to hide.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from typing import NamedTuple

LEAST = 11
ENROLLED = "enrolled"
NO_ADVISOR = "none"
TRIED, ALIKE = 8, 2
"""How many worlds of a sort are weighed against each other, and how many that are much alike."""

Standing = frozenset[str]
Group = tuple[str | None, str | None, str | None]
"""School, grade and advisor; None stands for all of them."""
Cell = tuple[Group, str]
"""One number: a group, and the measure that is counted in it."""


class Kind(NamedTuple):
    """Students who are alike: where they learn, who advises them, and what they count under.

    Schools and advisors by their ids as text, which costs a third of UUIDs to look up.
    """

    school: str
    grade: str
    advisors: tuple[str, ...]
    standing: Standing


Steps = tuple[tuple[Kind, int], ...]
"""The way to another world: of which kind there are how many more or fewer."""


def groups(school: str, grade: str, advisors: Sequence[str]) -> tuple[Group, ...]:
    """Every group these students belong to, the whole district (all None) among them."""
    return tuple(
        (one, other, advisor)
        for one in (None, school)
        for other in (None, grade)
        for advisor in (None, *(advisors or (NO_ADVISOR,)))
    )


def hidden(
    unseen: Mapping[Kind, int], standings: Collection[Standing], least: int = LEAST
) -> frozenset[Cell]:
    """The numbers about the unseen that must not be shown, whatever is asked.

    `standings` are all that a student could have, so that another world may
    hold one that nobody here has. Numbers of groups without unseen students
    are never among the hidden.
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
    """The unseen students of a district, and what of them is hidden so far."""

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
        # Rare kinds first: they stand in numbers that are hidden anyway.
        for kind in sorted(self.counts, key=lambda one: (self.counts[one], _order(one))):
            for group in self.groups.setdefault(kind[:3], groups(*kind[:3])):
                self.members[group].setdefault(kind.standing, []).append(kind)
                for measure in (ENROLLED, *kind.standing):
                    self.values[group, measure] += self.counts[kind]
        self.small = {cell for cell in self.cells() if self._is_small(cell, least)}
        self.unlike = {measure: self._unlike(measure) for measure in self.measures}

    def cells(self) -> list[Cell]:
        """Every number, those that tell of more students first, by advisor last of all."""
        ordered = sorted(self.members, key=lambda one: (one[2] is not None, _width(one), str(one)))
        return [(group, measure) for group in ordered for measure in self.measures]

    def _is_small(self, cell: Cell, least: int) -> bool:
        """Whether the number, or its whole group, tells of too few."""
        group, _ = cell
        return self.values[group, ENROLLED] < least or 0 < self.values.get(cell, 0) < least

    def must_hide(self, cell: Cell) -> bool:
        """Whether the number is small, and not a zero that shown zeros give away already."""
        if cell not in self.small:
            return False
        return cell in self.values or not all(
            any((group, cell[1]) in self.shown_zeros for group in self.groups[kind[:3]])
            for kind in chain.from_iterable(self.members[cell[0]].values())
        )

    def nearest_world(self, cell: Cell) -> dict[Cell, int]:
        """What differs in the world that tells this number otherwise at the least cost."""
        for way in self._ways(cell):
            best: dict[Cell, int] | None = None
            lowest: tuple[int, ...] = ()
            worlds = (one for one in map(self._changes, way) if one and cell in one)
            for world in islice(worlds, TRIED):
                cost = self._cost(world)
                if best is None or cost < lowest:
                    best, lowest = world, cost
                if not any(cost):
                    break
            if best is not None:
                return best
        raise AssertionError("a student more, or one who stands otherwise, is always possible")

    def _changes(self, steps: Steps) -> dict[Cell, int] | None:
        """The numbers that differ after the steps; None where that world is impossible.

        It must keep every group that the reader knows to hold somebody unseen.
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
        """How much would be hidden for this alone: in the widest groups first, then how many."""
        lost = world.keys() - self.small - self.hidden
        widths = [_width(group) for group, _ in lost]
        return *map(widths.count, range(4)), sum(self.values.get(one, 0) for one in lost)

    def _ways(self, cell: Cell) -> Iterator[Iterator[Steps]]:
        """Sorts of worlds in which the number differs, those that spare wider groups first."""
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
        """Standings of which one counts under the measure, the most alike first."""
        pairs = [
            (one, other)
            for one, other in product(self.standings, repeat=2)
            if (measure in one) != (measure in other)
        ]
        return sorted(pairs, key=lambda pair: (len(pair[0] ^ pair[1]), *map(sorted, pair)))

    def _otherwise(self, cell: Cell) -> Iterator[tuple[list[Kind], Standing]]:
        """Students of the cell's group, and a standing that differs from theirs in the measure."""
        members = self.members[cell[0]]
        for one, other in self.unlike[cell[1]]:
            if one in members:
                yield members[one], other

    def _outside(self, cell: Cell, near: Group, standing: Standing) -> Iterator[Kind]:
        """Students of that standing who are near, and not of the cell's group."""
        found = self.members.get(near, {}).get(standing, ())
        return (kind for kind in found if not _is_in(kind, cell[0]))

    def _trades(self, cell: Cell, nearby: "Nearby") -> Iterator[Steps]:
        """Two students trade standings: both groups stay as large, every total as it is."""
        for kinds, other in self._otherwise(cell):
            trades = (
                _trade(kind, partner)
                for kind in kinds
                for partner in self._outside(cell, nearby(kind), other)
            )
            yield from islice(trades, ALIKE)

    def _crossed_trades(self, cell: Cell) -> Iterator[Steps]:
        """A trade between grades of one school, undone between the same grades of another.

        Neither the schools' numbers nor the grades' change, only where they cross.
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
        """One kind of that grade and standing for each school that has such, the rarest."""
        if (grade, standing) not in self.of_schools:
            kinds = self.members.get((None, grade, None), {}).get(standing, ())
            self.of_schools[grade, standing] = {kind.school: kind for kind in reversed(kinds)}
        return self.of_schools[grade, standing]

    def _moves(self, cell: Cell, nearby: "Nearby") -> Iterator[Steps]:
        """One student takes another's place, either way."""
        for kind in chain.from_iterable(self.members[cell[0]].values()):
            for standing in self.members[nearby(kind)]:
                for partner in islice(self._outside(cell, nearby(kind), standing), ALIKE):
                    yield _move(kind, partner)
                    yield _move(partner, kind)

    def _crossed_moves(self, cell: Cell) -> Iterator[Steps]:
        """One student moves to another grade of the school, one of like standing back elsewhere."""
        for kind in chain.from_iterable(self.members[cell[0]].values()):
            for standing in self.members[kind.school, None, None]:
                near = self._outside(cell, (kind.school, None, None), standing)
                for partner in (one for one in near if one.grade != kind.grade):
                    yield from self._moved_across(kind, partner)
                    yield from self._moved_across(partner, kind)

    def _moved_across(self, kind: Kind, other: Kind) -> Iterator[Steps]:
        for school, back in self._by_school(other.grade, kind.standing).items():
            there = self.members.get((school, kind.grade, None))
            if there and school != kind.school:
                yield _move(kind, other) + _move(back, next(iter(there.values()))[0])

    def _turns(self, cell: Cell) -> Iterator[Steps]:
        """One student stands otherwise: totals change with it."""
        for kinds, other in self._otherwise(cell):
            for kind in kinds[:ALIKE]:
                yield (kind, -1), (kind._replace(standing=other), 1)

    def _arrivals(self, cell: Cell) -> Iterator[Steps]:
        """One student more: every number that counts them changes."""
        for kind in chain.from_iterable(self.members[cell[0]].values()):
            yield ((kind, 1),)


Nearby = Callable[[Kind], Group]


def _width(group: Group) -> int:
    """By how many things the group is narrowed."""
    return sum(one is not None for one in group)


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
