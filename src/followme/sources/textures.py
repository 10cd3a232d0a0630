"""What surfaces look like: small pictures drawn from the finish, the size and a seed.

Row 0 is the lower edge and column 0 the left one; colours are blue, green, red in float32.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.sources.parts import Colour, Finish
from followme.sources.texture_grain import bevel, clouds, grain, near_lamps, outline

Picture = NDArray[np.float32]

_TILE_M = 0.6
_GROUT_M = 0.015
_SKIRTING_M = 0.10
_DADO_M = 0.95


def draw(
    finish: Finish,
    size_m: tuple[float, float],
    colour: Colour,
    rng: np.random.Generator,
    px_per_m: float,
    from_m: tuple[float, float] = (0.0, 0.0),
) -> Picture:
    """Draw a surface.

    Parameters
    ----------
    finish : Finish
        What it looks like.
    size_m : tuple of two floats
        Width and height.
    colour : tuple of three ints
        Red, green, blue.
    rng : numpy.random.Generator
        Of the grain.
    px_per_m : float
        Resolution.
    from_m : tuple of two floats
        Where the lower left corner lies in the scene, so that patterns go on across surfaces.

    Returns
    -------
    (H, W, 3) float32
        0 to 255, at least two pixels each way.
    """
    width, height = (max(2, round(length * px_per_m)) for length in size_m)
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = colour[::-1]
    x = np.linspace(from_m[0], from_m[0] + size_m[0], width, dtype=np.float32)
    y = np.linspace(from_m[1], from_m[1] + size_m[1], height, dtype=np.float32)
    _PAINTERS[finish](picture, x, y, rng)
    return picture


def _plain(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    picture *= clouds(picture.shape, rng, 6, 0.03)


def _tiles(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Floor tiles, each of its own tone, under the shine of the lamps."""
    column, row = np.floor(x / _TILE_M), np.floor(y / _TILE_M)
    tones = rng.normal(1.0, 0.045, (101, 103)).astype(np.float32)
    picture *= tones[np.ix_(row.astype(int) % 101, column.astype(int) % 103)][..., None]
    picture *= clouds(picture.shape, rng, 8, 0.04)
    for along, axis in ((x, 1), (y, 0)):
        edge_m = np.abs(along / _TILE_M - np.round(along / _TILE_M)) * _TILE_M
        grout = 1.0 - 0.38 * np.clip(1.5 - edge_m / _GROUT_M, 0.0, 1.0)
        picture *= grout[None, :, None] if axis else grout[:, None, None]
    across = (y - y.mean()) / max(float(np.ptp(y)), 1e-3)
    shine = np.exp(-((across * 4.0) ** 2))[:, None] * near_lamps(x, 0.8)[None, :]
    picture *= (1.0 + 0.16 * shine - 0.9 * np.abs(across[:, None]) ** 6)[..., None]


def _wall(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Plaster, a darker lower part, a skirting board, light that falls from lamps."""
    picture *= clouds(picture.shape, rng, 8, 0.012)
    dado = y < _DADO_M
    picture[dado] *= np.array([0.80, 0.80, 0.74], np.float32)
    picture[np.abs(y - _DADO_M) < 0.02] *= 0.72
    picture[y < _SKIRTING_M] = np.array([62, 72, 86], np.float32)
    picture[np.abs(y - _SKIRTING_M) < 0.008] *= 0.6
    lamp = near_lamps(x, 1.0)[None, :] * np.clip(y / 2.5, 0.0, 1.0)[:, None]
    picture *= (0.93 + 0.14 * lamp)[..., None]
    top = np.clip((y[-1] - y) / 0.25, 0.0, 1.0)
    picture *= (0.86 + 0.14 * top)[:, None, None]


def _ceiling(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    picture *= clouds(picture.shape, rng, 3, 0.02)
    for along, axis in ((x, 1), (y, 0)):
        edge_m = np.abs(along / _TILE_M - np.round(along / _TILE_M)) * _TILE_M
        joint = 1.0 - 0.14 * np.clip(1.5 - edge_m / 0.012, 0.0, 1.0)
        picture *= joint[None, :, None] if axis else joint[:, None, None]
    picture *= (0.9 + 0.1 * near_lamps(x, 0.9))[None, :, None]


def _lamp(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    picture[:] = 255.0
    rim = max(1, min(picture.shape[:2]) // 16)
    picture[:rim] = picture[-rim:] = 170.0
    picture[:, :rim] = picture[:, -rim:] = 170.0


def _door(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Draw a frame, a leaf with two sunk panels, a handle on its plate and a name plate."""
    height, width = picture.shape[:2]
    m = (width - 1) / max(float(x[-1] - x[0]), 1e-3)
    leaf = picture.copy()
    picture[:] = picture * 0.2 + np.array([176, 190, 198], np.float32) * 0.8
    frame = round(0.075 * m)
    leaf *= grain(leaf.shape, rng)
    inner = (slice(0, height - frame), slice(frame, width - frame))
    picture[inner] = leaf[inner]
    outline(picture, (frame, 0, width - frame, height - frame), 0.45, max(1, round(0.012 * m)))
    left, right = frame + round(0.13 * m), width - frame - round(0.13 * m)
    for low, high in ((0.18, 0.86), (1.08, 1.86)):
        low_px, high_px = round(low * m), min(round(high * m), height - frame - 2)
        if right - left > 4 and high_px - low_px > 4:
            picture[low_px:high_px, left:right] *= 0.86
            bevel(picture, (left, low_px, right, high_px), max(1, round(0.02 * m)))
    _handle(picture, width - frame - round(0.065 * m), round(1.02 * m), m)


def _handle(picture: Picture, column: int, row: int, m: float) -> None:
    plate, half = max(1, round(0.022 * m)), max(2, round(0.10 * m))
    cv2.rectangle(picture, (column - plate, row - half), (column + plate, row + half), _STEEL, -1)
    reach, thick = round(0.12 * m), max(1, round(0.028 * m))
    cv2.line(picture, (column, row + half // 3), (column - reach, row + half // 3), _BRIGHT, thick)
    cv2.circle(picture, (column, row - half // 2), max(1, round(0.01 * m)), (30.0, 30.0, 30.0), -1)


_STEEL = (150.0, 152.0, 150.0)
_BRIGHT = (226.0, 228.0, 226.0)


def _wood(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    picture *= grain(picture.shape, rng)
    outline(picture, (0, 0, picture.shape[1] - 1, picture.shape[0] - 1), 0.82, 1)


def _cardboard(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Draw cardboard with dark edges, a strip of tape and a label."""
    height, width = picture.shape[:2]
    picture *= clouds(picture.shape, rng, 4, 0.05)
    tape = max(1, round(0.07 * width))
    picture[:, width // 2 - tape : width // 2 + tape] *= np.array([0.86, 0.93, 1.06], np.float32)
    if min(height, width) >= 16:
        low, left = round(0.16 * height), round(0.62 * width)
        picture[low : round(0.42 * height), left : round(0.90 * width)] = 226.0
        for line in range(3):
            at = low + round((0.05 + 0.07 * line) * height)
            picture[at : at + max(1, height // 40), left + 2 : round(0.84 * width)] = 70.0
    outline(picture, (0, 0, width - 1, height - 1), 0.62, max(1, min(height, width) // 30))


def _books(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Spines of many colours and heights before a dark back."""
    height, width = picture.shape[:2]
    picture *= 0.3
    m = (width - 1) / max(float(x[-1] - x[0]), 1e-3)
    column = 1
    while column < width - 2:
        thick = max(2, round(float(rng.uniform(0.025, 0.055)) * m))
        top = round(height * float(rng.uniform(0.74, 0.99)))
        spine = rng.uniform(40, 205, 3).astype(np.float32)
        end = min(column + thick, width - 1)
        picture[:top, column:end] = spine
        picture[round(0.6 * top) : round(0.72 * top), column:end] = 0.5 * spine + 110
        picture[:top, end - 1 : end] *= 0.45
        column = end


def _stone(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Speckled stone on a darker base, with a joint every half metre."""
    picture *= clouds(picture.shape, rng, 5, 0.07)
    picture *= rng.normal(1.0, 0.03, (*picture.shape[:2], 1)).astype(np.float32)
    joint_m = np.abs(y / 0.5 - np.round(y / 0.5)) * 0.5
    picture *= (1.0 - 0.25 * np.clip(1.5 - joint_m / 0.012, 0.0, 1.0))[:, None, None]
    picture[y < 0.15] *= 0.62


def _carpet(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Short pile, with a border of its own tone."""
    picture *= rng.normal(1.0, 0.10, (*picture.shape[:2], 1)).astype(np.float32)
    picture *= clouds(picture.shape, rng, 10, 0.05)
    rim = max(1, min(picture.shape[:2]) // 24)
    outline(picture, (rim, rim, picture.shape[1] - 1 - rim, picture.shape[0] - 1 - rim), 1.5, rim)


def _gloss(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Streaks of light that a smooth surface mirrors, slanting."""
    slant = x[None, :] + 0.6 * y[:, None]
    streak = np.exp(-((np.abs(((slant / 0.7) % 1.0) - 0.5) / 0.09) ** 2))
    picture *= clouds(picture.shape, rng, 5, 0.03)
    picture += (70.0 * streak)[..., None]


def _window(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Daylight between the bars of a frame: sky above, trees below."""
    height, width = picture.shape[:2]
    m = (width - 1) / max(float(x[-1] - x[0]), 1e-3)
    rows = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None, None]
    sky = np.array([250, 240, 226], np.float32)
    trees = np.array([96, 138, 104], np.float32) * clouds(picture.shape, rng, 9, 0.16)
    picture[:] = np.where(rows > 0.38, sky, trees)
    bar = max(1, round(0.05 * m))
    white = np.array([214, 220, 222], np.float32)
    picture[:bar] = picture[-bar:] = white
    picture[:, :bar] = picture[:, -bar:] = white
    picture[:, (width - bar) // 2 : (width + bar) // 2 + 1] = white


def _sign(picture: Picture, x: Picture, y: Picture, rng: np.random.Generator) -> None:
    """Draw a bright rim, an arrow and two lines of what might be text."""
    height, width = picture.shape[:2]
    rim = max(1, min(height, width) // 16)
    outline(picture, (rim, rim, width - 1 - rim, height - 1 - rim), 1.8, rim)
    if min(height, width) >= 12:
        tip = (round(0.12 * width), height // 2)
        tail = round(0.32 * width)
        thick = max(1, height // 12)
        cv2.arrowedLine(picture, (tail, tip[1]), tip, _BRIGHT, thick, tipLength=0.5)
        for low in (0.32, 0.58):
            rows = slice(round(low * height), max(round((low + 0.12) * height), 1))
            picture[rows, round(0.42 * width) : round(0.86 * width)] = 230.0


_PAINTERS: dict[Finish, Callable[[Picture, Picture, Picture, np.random.Generator], None]] = {
    Finish.PLAIN: _plain,
    Finish.TILES: _tiles,
    Finish.WALL: _wall,
    Finish.CEILING: _ceiling,
    Finish.LAMP: _lamp,
    Finish.DOOR: _door,
    Finish.WOOD: _wood,
    Finish.CARDBOARD: _cardboard,
    Finish.BOOKS: _books,
    Finish.STONE: _stone,
    Finish.CARPET: _carpet,
    Finish.GLOSS: _gloss,
    Finish.WINDOW: _window,
    Finish.SIGN: _sign,
}
