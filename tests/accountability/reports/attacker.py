"""An attacker who has every answer of one day and tries to compute the hidden numbers."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from plp_api.accountability.reports.suppression import ENROLLED, Cell, Group, Kind, Standing, groups

Values = Mapping[Cell, int]


def count(unseen: Mapping[Kind, int], measures: Collection[str]) -> dict[Cell, int]:
    """Every number about unseen students, including the zeros of their groups."""
    values: dict[Cell, int] = {}
    for kind, students in unseen.items():
        for group in groups(kind.school, kind.grade, kind.advisors):
            for measure in (ENROLLED, *measures):
                counts = measure == ENROLLED or measure in kind.standing
                cell = group, measure
                values[cell] = values.get(cell, 0) + (students if counts else 0)
    return values


class Thorough:
    """Tries every possible district, and keeps those that would show the same numbers.

    Knows more than any reader: which kinds of places have unseen students, who
    advises there, and which standings exist.
    """

    def __init__(
        self, unseen: Mapping[Kind, int], standings: Collection[Standing], shown: Values
    ) -> None:
        places = sorted({kind[:3] for kind in unseen}, key=str)
        self.kinds = [
            Kind(*place, one) for place in places for one in sorted(standings, key=sorted)
        ]
        self.cells = [
            [
                (group, measure)
                for group in groups(*kind[:3])
                for measure in (ENROLLED, *kind.standing)
            ]
            for kind in self.kinds
        ]
        self.shown = shown
        self.most = sum(unseen.values()) + 2
        self.last: dict[Cell, int] = {}
        for number, cells in enumerate(self.cells):
            self.last.update(dict.fromkeys(cells, number))

    def undecided(self, hidden: Collection[Cell]) -> set[Cell]:
        """The hidden numbers that differ between two such districts."""
        self.seen: dict[Cell, set[int]] = defaultdict(set)
        self.hidden = set(hidden)
        self._try(0, defaultdict(int))
        return {cell for cell in hidden if len(self.seen[cell]) > 1}

    def _try(self, number: int, sums: dict[Cell, int]) -> bool:
        """Continue the search; True once every hidden number has had two values."""
        if number == len(self.kinds):
            for cell in self.hidden:
                self.seen[cell].add(sums[cell])
            return all(len(self.seen[cell]) > 1 for cell in self.hidden)
        cells = self.cells[number]
        for students in range(self._room(cells, sums) + 1):
            for cell in cells:
                sums[cell] += students
            is_done = self._may_go_on(number, cells, sums) and self._try(number + 1, sums)
            for cell in cells:
                sums[cell] -= students
            if is_done:
                return True
        return False

    def _room(self, cells: list[Cell], sums: dict[Cell, int]) -> int:
        return min(
            [self.shown[one] - sums[one] for one in cells if one in self.shown] + [self.most]
        )

    def _may_go_on(self, number: int, cells: list[Cell], sums: dict[Cell, int]) -> bool:
        """Whether the completed numbers equal those shown, and no known group is empty."""
        done = (cell for cell in cells if self.last[cell] == number)
        return all(
            sums[cell] == self.shown[cell]
            if cell in self.shown
            else cell[1] != ENROLLED or sums[cell] > 0
            for cell in done
        )


Line = tuple[Cell, list[Cell]]


def lines(values: Values, families: Collection[Collection[str]], *, additive: bool) -> list[Line]:
    """Every total with its parts, in rows and in groups by school, grade or advisor."""
    found: list[Line] = []
    parts: dict[Cell, list[Cell]] = defaultdict(list)
    for group in {group for group, _ in values}:
        found += [((group, ENROLLED), [(group, one) for one in family]) for family in families]
    for group, measure in values:
        for place, _ in enumerate(group):
            if group[place] is not None and (place != 2 or additive):
                wider: Group = (*group[:place], None, *group[place + 1 :])  # type: ignore[assignment]
                parts[(wider, measure), place].append((group, measure))  # type: ignore[index]
    found += [(key[0], cells) for key, cells in parts.items()]  # type: ignore[misc]
    return found


def bounds(
    values: Values, hidden: Collection[Cell], found: Collection[Line]
) -> dict[Cell, tuple[int, int]]:
    """The bounds of each hidden number, narrowed over all lines until they no longer change."""
    most = 10 * max(values.values())
    low = {cell: 1 if cell[1] == ENROLLED else 0 for cell in hidden} | {
        cell: value for cell, value in values.items() if cell not in hidden
    }
    high = dict.fromkeys(hidden, most) | {
        cell: value for cell, value in values.items() if cell not in hidden
    }
    narrowed = True
    while narrowed:
        narrowed = False
        for total, parts in found:
            lows, highs = sum(low[one] for one in parts), sum(high[one] for one in parts)
            limits = [(total, lows, highs)]
            limits += [
                (one, low[total] - highs + high[one], high[total] - lows + low[one])
                for one in parts
            ]
            for cell, least, greatest in limits:
                if least > low[cell] or greatest < high[cell]:
                    low[cell] = max(low[cell], least)
                    high[cell] = min(high[cell], greatest)
                    narrowed = True
                    break
    return {cell: (low[cell], high[cell]) for cell in hidden}
