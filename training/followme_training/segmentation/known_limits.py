"""What a segmentation cannot do, in sentences for its card."""

from __future__ import annotations

from collections.abc import Sequence

# Those of the class lists for NYUv2 that have few pixels there.
_RARE = ("person", "door", "window")
# Of what a walker meets, with the word for it in the names of classes.
_MET = {"glass": "glass", "mirrors": "mirror", "stairs": "stair"}


def known_limits(
    dataset: str, source: str, images: int, classes: Sequence[str], further: int = 0
) -> list[str]:
    """Return what a network cannot do.

    Parameters
    ----------
    dataset, source : str
        Kind of the data that it learnt from, and the data in words.
    images : int
        That it learnt from.
    classes : sequence of str
        Names of its classes.
    further : int
        How many of the images are not of that data but of further folders.
    """
    beside = f", {further} of them of further folders" if further else ""
    said = []
    if dataset == "nyuv2":
        said.append(f"Indoor rooms only; it saw {images} images{beside}.")
        rare = [name for name in _RARE if name in classes]
        if rare:
            said.append(
                f"Rare classes ({', '.join(rare)}) are missed more often than not where they are "
                "small."
            )
    else:
        said.append(f"It saw {images} images of {source}; a place unlike them it does not know.")
    unnamed = [met for met, word in _MET.items() if not any(word in name for name in classes)]
    if unnamed:
        said.append(f"No classes of their own, though a walker meets them: {', '.join(unnamed)}.")
    return said
