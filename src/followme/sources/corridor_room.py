"""The room of a walk: floor, ceiling and walls of a corridor, doors and lamps along it."""

from __future__ import annotations

from dataclasses import dataclass

from followme.sources.parts import Finish
from followme.sources.scene import Opening, Panel
from followme.sources.source import SourceError
from followme.sources.texture_grain import LAMP_EVERY_M, LAMP_FROM_M

_DOOR_SIZE_M = (1.0, 2.1)
_DOORS_LEFT_M = (1.9, 6.6, 10.4)
_DOORS_RIGHT_M = (0.2, 3.9, 7.1, 11.2)
_DOOR_COLOURS = ((86, 116, 150), (150, 92, 66), (96, 132, 104))
_PLASTER_LEFT, _PLASTER_RIGHT, _PLASTER_END = (214, 206, 190), (202, 196, 184), (190, 178, 152)


@dataclass(frozen=True)
class Branch:
    """A corridor that leaves another one at a right angle: a junction, or a turn at its end.

    Parameters
    ----------
    side : int
        1 to the left, -1 to the right.
    from_m : float
        x of its wall that is nearer to the start.
    width_m, length_m : float
        Between its walls, and from the wall of the corridor to its own end.
    """

    side: int
    from_m: float
    width_m: float
    length_m: float

    @property
    def to_m(self) -> float:
        """X of its wall that is farther from the start."""
        return self.from_m + self.width_m


@dataclass(frozen=True)
class Corridor:
    """A straight corridor along x; its middle is y = 0.

    Parameters
    ----------
    width_m, height_m : float
        Between walls, and from floor to ceiling (specification C: 2.4 m wide).
    length_m : float
        Where the end wall stands.
    behind_m : float
        How far it reaches behind x = 0.
    doors : bool
        Whether closed doors are painted on the walls.
    left_openings, right_openings : tuple of pairs of corners
        Where the side walls are missing, as (x, z).
    branches : tuple of Branch
        Corridors that leave it.
    """

    width_m: float = 2.4
    height_m: float = 2.5
    length_m: float = 14.0
    behind_m: float = 3.0
    doors: bool = True
    left_openings: tuple[Opening, ...] = ()
    right_openings: tuple[Opening, ...] = ()
    branches: tuple[Branch, ...] = ()

    def __post_init__(self) -> None:
        sizes = (self.width_m, self.height_m, self.length_m, self.behind_m)
        if not all(0 < size <= 200 for size in sizes):
            raise SourceError(f"corridor: sizes {sizes} must be lengths above 0, 200 m at most")

    @property
    def half_m(self) -> float:
        """Where its left wall stands."""
        return self.width_m / 2

    def holds(self, x_m: float, y_m: float, away_m: float) -> bool:
        """Return whether a point is so far from all walls, in the corridor or in a branch."""
        low, high = -self.behind_m + away_m, self.length_m - away_m
        if low <= x_m <= high and abs(y_m) <= self.half_m - away_m:
            return True
        return any(
            b.from_m + away_m <= x_m <= b.to_m - away_m
            and 0.0 <= b.side * y_m <= self.half_m + b.length_m - away_m
            for b in self.branches
        )

    def panels(self) -> tuple[Panel, ...]:
        """Return all its surfaces; doors and lamps come after what they are drawn on."""
        doors = self._doors() if self.doors else []
        branches = [panel for branch in self.branches for panel in self._branch(branch)]
        return (*self._room(), *branches, *doors, *self._lamps())

    def _room(self) -> list[Panel]:
        back, half, high, length = -self.behind_m, self.half_m, self.height_m, self.length_m
        side_low, side_high = (back, 0.0), (length, high)
        low, top = (back, -half), (length, half)
        end_low, end_high = (-half, 0.0), (half, high)
        left, right = self._openings(1), self._openings(-1)
        return [
            Panel(2, 0.0, low, top, "floor", (150, 146, 138), Finish.TILES),
            Panel(2, high, low, top, "ceiling", (226, 226, 222), Finish.CEILING),
            Panel(1, half, side_low, side_high, "wall", _PLASTER_LEFT, Finish.WALL, openings=left),
            Panel(
                1, -half, side_low, side_high, "wall", _PLASTER_RIGHT, Finish.WALL, openings=right
            ),
            Panel(0, length, end_low, end_high, "wall", _PLASTER_END, Finish.WALL),
            Panel(0, back, end_low, end_high, "wall", _PLASTER_END, Finish.WALL),
        ]

    def _doors(self) -> list[Panel]:
        """Doors in both walls, each 14 m again, and one in the end wall."""
        width, height = _DOOR_SIZE_M[0], min(_DOOR_SIZE_M[1], self.height_m)
        doors = []
        for side_m, places, openings in (
            (self.half_m, _DOORS_LEFT_M, self._openings(1)),
            (-self.half_m, _DOORS_RIGHT_M, self._openings(-1)),
        ):
            every = [
                place + again * 14.0
                for again in range(int(self.length_m // 14) + 1)
                for place in places
            ]
            fitting = [x for x in every if x + width < self.length_m]
            for n, x in enumerate(fitting):
                colour = _DOOR_COLOURS[n % len(_DOOR_COLOURS)]
                if not any(low[0] < x + width and x < high[0] for low, high in openings):
                    doors.append(
                        Panel(1, side_m, (x, 0.0), (x + width, height), "door", colour, Finish.DOOR)
                    )
        if self.width_m <= width:
            return doors
        low_m, high_m = (-width / 2, 0.0), (width / 2, height)
        end = Panel(0, self.length_m, low_m, high_m, "door", (120, 84, 62), Finish.DOOR)
        return [*doors, end]

    def _openings(self, side: int) -> tuple[Opening, ...]:
        """Return where a side wall is missing, for doors and for branches."""
        own = self.left_openings if side > 0 else self.right_openings
        branches = (b for b in self.branches if b.side == side)
        return (*own, *(((b.from_m, 0.0), (b.to_m, self.height_m)) for b in branches))

    def _branch(self, branch: Branch) -> list[Panel]:
        """Return the surfaces of a branch, with its lamps."""
        near, far = branch.side * self.half_m, branch.side * (self.half_m + branch.length_m)
        low_y, high_y = min(near, far), max(near, far)
        low, high = (branch.from_m, low_y), (branch.to_m, high_y)
        top = self.height_m
        side = ((low_y, 0.0), (high_y, top))
        panels = [
            Panel(2, 0.0, low, high, "floor", (150, 146, 138), Finish.TILES),
            Panel(2, top, low, high, "ceiling", (226, 226, 222), Finish.CEILING),
            Panel(0, branch.from_m, *side, "wall", _PLASTER_LEFT, Finish.WALL),
            Panel(0, branch.to_m, *side, "wall", _PLASTER_RIGHT, Finish.WALL),
            Panel(1, far, (low[0], 0.0), (high[0], top), "wall", _PLASTER_END, Finish.WALL),
        ]
        middle = (branch.from_m + branch.to_m) / 2
        for n in range(int(branch.length_m // LAMP_EVERY_M) + 1):
            y = near + branch.side * (LAMP_FROM_M + n * LAMP_EVERY_M)
            if low_y + 0.6 <= y <= high_y - 0.6:
                corners = (middle - 0.15, y - 0.55), (middle + 0.15, y + 0.55)
                panels.append(Panel(2, top, *corners, "ceiling", (255, 255, 255), Finish.LAMP))
        return panels

    def _lamps(self) -> list[Panel]:
        count = int((self.length_m - LAMP_FROM_M) // LAMP_EVERY_M) + 1
        lamps = []
        for n in range(count):
            x = LAMP_FROM_M + n * LAMP_EVERY_M
            low, high = (x - 0.55, -0.15), (x + 0.55, 0.15)
            lamps.append(
                Panel(2, self.height_m, low, high, "ceiling", (255, 255, 255), Finish.LAMP)
            )
        return lamps
