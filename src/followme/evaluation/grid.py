"""Which runs there are: walks, and how they are varied over speed, pitch, seed and sway."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

SPEEDS_MPS = (0.5, 1.0, 1.4)
PITCHES_DEG = (0.0, 10.0, 20.0)
SEEDS = 5
SWAYS = ("none", "full")

GRIDS = ("ci", "full")
PERCEPTIONS = ("truth", "sensor", "networks")


class GridError(ValueError):
    """Runs that cannot be made; one sentence with the thing and the mend."""


@dataclass(frozen=True)
class Run:
    """One run of a walk.

    Parameters
    ----------
    path : Path
        File of the walk.
    speed_mps, pitch_deg, sway : float, float, str or None
        None: as the file says.
    seed : int
        Of all that is drawn at random.
    perception : str
        One of :data:`PERCEPTIONS`.
    mutation : str
        Name of a fault put in on purpose; empty for none.
    contacts : bool
        Whether the simulated walker walks it too.
    pictures : int
        How many to keep for the page.
    made_of : str
        Fingerprint of all else that it hangs on; empty where no log is kept.
    """

    path: Path
    speed_mps: float | None = None
    pitch_deg: float | None = None
    seed: int = 0
    sway: str | None = None
    perception: str = "sensor"
    mutation: str = ""
    contacts: bool = True
    pictures: int = 0
    made_of: str = ""

    @property
    def key(self) -> str:
        """Its name as a file."""
        parts = [self.path.stem, self.perception]
        for name, value in (("v", self.speed_mps), ("p", self.pitch_deg)):
            if value is not None:
                parts.append(f"{name}{value:g}")
        parts.append(f"s{self.seed}")
        parts += [part for part in (self.sway, self.mutation) if part]
        return "_".join(parts)

    def as_row(self) -> dict[str, Any]:
        """Return what tells it from other runs, for JSON."""
        return {
            "walk": self.path.stem,
            "speed_mps": self.speed_mps,
            "pitch_deg": self.pitch_deg,
            "seed": self.seed,
            "sway": self.sway,
            "perception": self.perception,
            "mutation": self.mutation,
            "contacts": self.contacts,
            "made_of": self.made_of,
        }


def runs_of(
    paths: Sequence[Path],
    grid: str = "ci",
    *,
    seed: int = 0,
    seeds: int = SEEDS,
    perception: str = "sensor",
    contacts: bool = True,
    pictures: int = 0,
) -> list[Run]:
    """Return the runs of a grid: ``ci`` each walk as its file says, ``full`` 18 a seed of each.

    Raises
    ------
    GridError
        When there is no walk, or two have the same name.
    """
    if not paths:
        raise GridError("grid: there is no walk in it, name one or put files into config/walks")
    names = [path.stem for path in paths]
    for name in names:
        if names.count(name) > 1:
            raise GridError(f"grid: two walks are called {name!r}, give one of them another name")
    more: dict[str, Any] = {"perception": perception, "contacts": contacts, "pictures": pictures}
    if grid == "ci":
        return [Run(path, seed=seed, **more) for path in paths]
    return [
        Run(path, v, pitch, seed + n, sway, **more)
        for n, path, v, pitch, sway in product(range(seeds), paths, SPEEDS_MPS, PITCHES_DEG, SWAYS)
    ]


def chosen(paths: Iterable[Path], wanted: Sequence[str]) -> list[Path]:
    """Return the walks that are wanted, by number, name or part of the name; all when none is.

    Raises
    ------
    GridError
        When one is not there.
    """
    known = sorted(paths)
    if not wanted:
        return known
    found: list[Path] = []
    for word in wanted:
        fitting = [p for p in known if _is(p, word)]
        if not fitting:
            names = ", ".join(p.stem for p in known) or "none"
            raise GridError(f"walk {word!r}: there is no such walk, there are {names}")
        found += [p for p in fitting if p not in found]
    return found


def _is(path: Path, word: str) -> bool:
    number, _, name = path.stem.partition("_")
    if word.isdigit():
        return number.isdigit() and int(number) == int(word)
    return word.lower() in (path.stem.lower(), name.lower()) or word.lower() in name.lower().split(
        "_"
    )
