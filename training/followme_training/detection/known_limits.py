"""What a detector cannot do, in sentences for its card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from followme_training.datasets.held_out import images_words
from followme_training.detection.figures import Figures
from followme_training.detection.sources import Part, class_counts

# Data sets of which something is known that is not to be seen in their labels.
_MASKED = "faces_train.zip"
_BOXED_BY_MASKS = "nyuv2_train.zip"

#: A class with fewer boxes to learn from is named as one that the data carry badly.
FEW_BOXES = 200
#: A class with a smaller average precision at overlap .5 is named as one that is found badly.
BADLY_FOUND = 0.2


def face_limits(least_px: float, parts: Sequence[Part]) -> list[str]:
    """Return what a face detector cannot do.

    Parameters
    ----------
    least_px : float
        Shorter side, in pixels of the input, from which on faces were asked for in training.
    parts : sequence of Part
        What it learned from.
    """
    said = [
        f"It was not asked for faces of fewer than about {least_px:g} pixels in its input while it "
        "learned."
    ]
    if _learned_from(_MASKED, parts):
        said.append(
            f"About half of the faces in {_MASKED} wore masks; points under a mask are guessed."
        )
    return [*said, "It says that there is a face, never whose."]


def object_limits(figures: Figures, parts: Sequence[Part], holds_out: bool) -> list[str]:
    """Return what an object detector cannot do, so that nobody relies on it.

    Parameters
    ----------
    figures : Figures
        Over the images of validation.
    parts : sequence of Part
        What it learned from.
    holds_out : bool
        Whether those images were held out.
    """
    learned = class_counts([e for part in parts for e in part.training], len(figures.classes))
    boxes = dict(zip(figures.classes, learned, strict=True))
    others: Counter[str] = sum((part.unasked for part in parts), Counter[str]())
    measured = dict(zip(figures.classes, figures.precision.result()[0], strict=True))
    badly = {name: value for name, value in measured.items() if value < BADLY_FOUND}
    unmeasured = [name for name, value in measured.items() if value != value]
    images = images_words(holds_out)
    above_all = "" if "stairs" in figures.classes else ", stairs above all"
    said = [f"What is not on its list is not seen{above_all}: it never says that a way is free."]
    if _learned_from(_BOXED_BY_MASKS, parts):
        said.append(
            "Furniture from NYUv2 is boxed by connected pieces of masks: touching things share a "
            "box."
        )
    if others:
        said.append(
            f"In the data, but too rare or of no use to a walker, and never named: "
            f"{_listed(others)} boxes."
        )
    few = {name: count for name, count in boxes.items() if count < FEW_BOXES}
    if few:
        said.append(f"Few boxes were there to learn from: {_listed(few)}.")
    if badly:
        words = ", ".join(f"{name} (AP50 {value:.2f})" for name, value in badly.items())
        said.append(f"Found badly on {images}: {words}.")
    if unmeasured:
        said.append(f"Not measured, as none of the {images} has any: {', '.join(unmeasured)}.")
    return said


def _learned_from(archive: str, parts: Sequence[Part]) -> bool:
    return any(Path(part.source.images).name == archive for part in parts if part.training)


def _listed(counts: Mapping[str, int]) -> str:
    """Return names with their counts, the rarest first."""
    return ", ".join(f"{name} ({n})" for name, n in sorted(counts.items(), key=lambda c: c[1]))
