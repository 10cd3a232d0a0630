"""What surfaces look like in Blender: a material for each finish, varied by the world's seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from followme.sources.parts import Colour, Finish, Material
from followme_training.synthetic.shader_graph import ShaderGraph, Socket, Value
from followme_training.synthetic.solids import Look

#: Finishes that are a picture on each face, as FollowMe's renderer draws it.
PICTURED = (Finish.DOOR, Finish.BOOKS, Finish.SIGN, Finish.WINDOW, Finish.CARDBOARD)

FLOORS = ("tiles", "linoleum", "planks", "terrazzo")


@dataclass(frozen=True)
class Taste:
    """How a world is furnished.

    Parameters
    ----------
    floor : str
        One of :data:`FLOORS`.
    floor_colour, wall_colour, dado_colour : tuple of three ints
        Red, green, blue.
    dado_m : float
        Up to where the wall has the other colour; 0 for nowhere.
    gloss : float
        Roughness of the floor, 0 for a mirror.
    tile_m : float
        Size of floor tiles.
    """

    floor: str
    floor_colour: Colour
    wall_colour: Colour
    dado_colour: Colour
    dado_m: float
    gloss: float
    tile_m: float

    @classmethod
    def of_seed(cls, seed: int) -> Taste:
        """Return the taste of a world."""
        rng = np.random.default_rng([seed, 21])
        floors: list[Colour] = [(150, 146, 138), (120, 128, 126), (146, 112, 78), (168, 160, 150)]
        walls: list[Colour] = [(222, 216, 202), (212, 218, 220), (226, 222, 214), (210, 214, 200)]
        dados: list[Colour] = [(120, 150, 160), (176, 160, 128), (128, 154, 126), (150, 140, 150)]
        kind = int(rng.integers(len(FLOORS)))
        return cls(
            FLOORS[kind],
            _shaken(floors[kind], rng),
            _shaken(walls[int(rng.integers(4))], rng),
            _shaken(dados[int(rng.integers(4))], rng),
            float(rng.choice([0.0, 0.95, 1.1])),
            float(rng.uniform(0.16, 0.42)),
            float(rng.choice([0.3, 0.45, 0.6])),
        )


def _shaken(colour: Colour, rng: np.random.Generator) -> Colour:
    red, green, blue = (int(np.clip(c + rng.normal(0, 7), 0, 255)) for c in colour)
    return red, green, blue


def linear(colour: Colour) -> tuple[float, float, float, float]:
    """Return a colour of sRGB (IEC 61966-2-1) as light, with an alpha of 1."""
    share = np.array(colour) / 255.0
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    red, green, blue = light.tolist()
    return red, green, blue, 1.0


def material_of(bpy: Any, look: Look, taste: Taste, picture: Any = None) -> Any:
    """Return the material of a look.

    Parameters
    ----------
    bpy : module
        Blender.
    look : Look
        What it is.
    taste : Taste
        Of the world.
    picture : Blender image, optional
        Of a finish in :data:`PICTURED`.
    """
    g = ShaderGraph(bpy, f"{look.label} {look.finish.value}")
    if look.material is Material.GLASS and look.finish is not Finish.WINDOW:
        return g.finish(_pane(g))
    if picture is not None:
        return g.finish(_pictured(g, look, picture))
    maker = _MAKERS.get(look.finish, _plain)
    return g.finish(maker(g, linear(look.colour), taste))


def _pictured(g: ShaderGraph, look: Look, picture: Any) -> Socket:
    colour = g.node("TexImage", {"Vector": g.uv}, image=picture).outputs["Color"]
    if look.finish is Finish.WINDOW:
        return g.matter(colour, 0.08, Emission_Color=colour, Emission_Strength=_DAYLIGHT)
    roughness = {Finish.DOOR: 0.38, Finish.SIGN: 0.3}.get(look.finish, 0.7)
    return g.matter(colour, roughness)


_DAYLIGHT = 1.6
_LAMPLIGHT = 9.0


def _plain(g: ShaderGraph, colour: Value, taste: Taste) -> Socket:
    tone = g.spread(g.noise(9.0, 3.0), 0.93, 1.07)
    return g.matter(g.toned(colour, tone), 0.45)


def _wall(g: ShaderGraph, colour: Value, taste: Taste) -> Socket:
    """Plaster with a skirting board, and another colour below where the taste has it so."""
    high = g.axis("Z")
    base: Value = linear(taste.wall_colour)
    if taste.dado_m:
        below = g.math("LESS_THAN", high, taste.dado_m)
        base = g.mix(below, base, linear(taste.dado_colour))
        off = g.math("ABSOLUTE", g.math("SUBTRACT", high, taste.dado_m))
        base = g.mix(g.math("LESS_THAN", off, 0.012), base, linear((238, 236, 230)))
    plaster = g.noise(60.0, 4.0)
    base = g.toned(base, g.spread(g.noise(1.3, 4.0), 0.93, 1.06))
    skirting = g.math("LESS_THAN", high, 0.09)
    base = g.mix(skirting, base, linear((84, 74, 64)))
    return g.matter(base, 0.62, Normal=g.bumped(plaster, 0.002))


def _joints(g: ShaderGraph, size_m: float, wide_m: float) -> tuple[Socket, Socket]:
    """Return where joints between squares are (1), and a number of each square, 0 to 1."""
    bricks = g.node(
        "TexBrick",
        {
            "Vector": g.place,
            "Color1": (0.0, 0.0, 0.0, 1.0),
            "Color2": (1.0, 1.0, 1.0, 1.0),
            "Scale": 1.0,
            "Mortar Size": wide_m / 2,
            "Mortar Smooth": 0.1,
            "Brick Width": size_m,
            "Row Height": size_m,
        },
        offset=0.0,
    )
    return bricks.outputs["Fac"], bricks.outputs["Color"]


def _floor(g: ShaderGraph, colour: Value, taste: Taste) -> Socket:
    base: Value = linear(taste.floor_colour)
    dirt = g.spread(g.noise(1.1, 5.0), 0.86, 1.1)
    gloss: Value = g.spread(g.noise(3.0, 4.0), taste.gloss - 0.06, taste.gloss + 0.12)
    if taste.floor == "tiles":
        joint, tone = _joints(g, taste.tile_m, 0.007)
        base = g.toned(base, g.spread(tone, 0.9, 1.08))
        base = g.toned(base, g.spread(g.noise(22.0, 5.0), 0.9, 1.1))
        base = g.mix(joint, base, linear((96, 92, 86)))
        return g.matter(g.toned(base, dirt), gloss)
    if taste.floor == "planks":
        squeezed = g.node("Mapping", {"Vector": g.place, "Scale": (0.12, 1.0, 1.0)}).outputs[0]
        boards = g.node(
            "TexBrick",
            {
                "Vector": squeezed,
                "Scale": 1.0,
                "Mortar Size": 0.001,
                "Brick Width": 0.16,
                "Row Height": 0.13,
                "Color1": (0.0, 0.0, 0.0, 1.0),
                "Color2": (1.0, 1.0, 1.0, 1.0),
            },
        )
        base = g.toned(base, g.spread(boards.outputs["Color"], 0.78, 1.12))
        base = g.toned(base, g.spread(g.noise(38.0, 5.0, squeezed), 0.8, 1.15))
        base = g.mix(boards.outputs["Fac"], base, linear((52, 38, 26)))
        return g.matter(base, gloss)
    if taste.floor == "terrazzo":
        chips = g.node("TexVoronoi", {"Vector": g.place, "Scale": 55.0}).outputs["Color"]
        base = g.toned(base, g.spread(g.axis("X", chips), 0.72, 1.16))
        return g.matter(g.toned(base, dirt), gloss)
    base = g.toned(base, g.spread(g.noise(160.0, 2.0), 0.88, 1.1))
    return g.matter(g.toned(base, dirt), gloss)


def _ceiling(g: ShaderGraph, colour: Value, taste: Taste) -> Socket:
    joint, _ = _joints(g, 0.6, 0.014)
    speckles = g.spread(g.noise(90.0, 2.0), 0.9, 1.06)
    return g.matter(g.mix(joint, g.toned(colour, speckles), linear((196, 196, 194))), 0.8)


def _lamp(g: ShaderGraph, colour: Value, taste: Taste) -> Socket:
    return g.node("Emission", {"Color": (1.0, 0.97, 0.92, 1.0), "Strength": _LAMPLIGHT}).outputs[0]


def _wood(g: ShaderGraph, colour: Value, taste: Taste) -> Socket:
    along = g.node("Mapping", {"Vector": g.place, "Scale": (2.0, 2.0, 16.0)}).outputs[0]
    grain = g.noise(4.0, 6.0, along)
    return g.matter(g.toned(colour, g.spread(grain, 0.7, 1.22)), 0.42)


def _stone(g: ShaderGraph, colour: Value, taste: Taste) -> Socket:
    grain = g.noise(45.0, 6.0)
    tone = g.toned(colour, g.spread(grain, 0.82, 1.12))
    return g.matter(tone, 0.55, Normal=g.bumped(grain, 0.001))


def _carpet(g: ShaderGraph, colour: Value, taste: Taste) -> Socket:
    pile = g.noise(320.0, 2.0)
    return g.matter(g.toned(colour, g.spread(pile, 0.6, 1.5)), 1.0, Normal=g.bumped(pile, 0.004))


def _gloss(g: ShaderGraph, colour: Value, taste: Taste) -> Socket:
    return g.matter(g.toned(colour, g.spread(g.noise(2.0, 3.0), 0.92, 1.05)), 0.04)


def _pane(g: ShaderGraph) -> Socket:
    """Return glass that is seen through and mirrors a little; thin, so nothing is bent."""
    clear = g.node("BsdfTransparent", {"Color": (0.90, 0.96, 0.94, 1.0)}).outputs[0]
    mirror = g.node("BsdfGlossy", {"Roughness": 0.02}).outputs[0]
    share = g.node("Fresnel", {"IOR": 1.5}).outputs[0]
    # from inside of the pane Fresnel's law mirrors all that is slanted, where nothing is bent
    front = g.math("SUBTRACT", 1.0, g.node("NewGeometry", {}).outputs["Backfacing"])
    share = g.math("MULTIPLY", share, front)
    return g.node("MixShader", {0: share, 1: clear, 2: mirror}).outputs[0]


_MAKERS: dict[Finish, Callable[[ShaderGraph, Value, Taste], Socket]] = {
    Finish.PLAIN: _plain,
    Finish.TILES: _floor,
    Finish.WALL: _wall,
    Finish.CEILING: _ceiling,
    Finish.LAMP: _lamp,
    Finish.WOOD: _wood,
    Finish.STONE: _stone,
    Finish.CARPET: _carpet,
    Finish.GLOSS: _gloss,
}
