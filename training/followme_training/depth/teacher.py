"""Distillation: a network learns from another one, larger or trained on more, beside the truth.

Hinton et al., "Distilling the Knowledge in a Neural Network", 2015. A teacher speaks of every
pixel, also where the truth is silent, and it is smoother than a sensor. It is no part of the
network that learns: neither checkpoint nor exported file holds anything of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from followme_training.common.card import CardError, read_card
from followme_training.common.onnx_file import Engine, OnnxError, onnxruntime_engine, signature
from followme_training.common.resampling import resized_rgb
from followme_training.depth import loss as losses
from followme_training.depth.data import DepthBatch

# A learner whose inverse depth varies by less than this share has not learnt yet.
_FLAT = 0.05
# Range of a teacher's map, relative to its largest value, below which it tells nothing.
_NO_RELIEF = 1e-4


class TeacherError(ValueError):
    """A teacher that cannot teach; one sentence with file and mend."""


@dataclass(frozen=True)
class TeacherSettings:
    """Which network teaches, and how much it counts.

    It is asked about each augmented image in each step, by onnxruntime on the processor in one
    thread: no two steps see one image alike, so no answer could be kept. That costs a forward
    pass of the teacher an image, where the learner's own step costs about three of the learner's.

    Parameters
    ----------
    onnx : Path, optional
        The file: ``image`` uint8 [1, H, W, 3] RGB of a fixed size. None for no teacher.
    kind : str
        metric: ``depth`` [1, H, W] in metres at the focal length of its card, which lies beside
        it. relative: one map [1, h, w] or [1, 1, h, w] of inverse depth (larger is nearer) up to
        an unknown positive scale and shift, as large networks trained on mixed data give; it
        needs no card, and teaches shape but no metres.
    weight : float
        Of its absolute difference; that of the truth has ``loss.absolute``.
    gradient : float
        Of gradient matching to it, over ``weight``.
    """

    onnx: Path | None = None
    kind: Literal["metric", "relative"] = "metric"
    weight: float = 1.0
    gradient: float = 0.5


@dataclass(frozen=True)
class Teacher:
    """A network that is loaded, and how its answers are read.

    Parameters
    ----------
    settings : TeacherSettings
        As the user gave them.
    engine : callable
        From an image (H, W, 3) uint8 to the outputs.
    size_hw : tuple of two ints
        Of its input.
    output : str
        The map that is learnt from.
    focal_length_px : float, optional
        For which its metres hold, at its input size; None of a relative one.
    """

    settings: TeacherSettings
    engine: Engine
    size_hw: tuple[int, int]
    output: str
    focal_length_px: float | None

    def loss_parts(
        self, log_depth: Tensor, batch: DepthBatch, focal_length_px: float
    ) -> dict[str, Tensor]:
        """Return the losses against the teacher, times their factors.

        Parameters
        ----------
        log_depth : (B, 1, H, W) tensor
            Of the learner, for its canonical focal length.
        batch : DepthBatch
            What it saw; its truth is not used.
        focal_length_px : float
            The canonical one, at the learner's input size.

        Raises
        ------
        TeacherError
            When the teacher tells nothing of any of the images.
        """
        said = self.answers(batch.rgb)
        mask = torch.isfinite(said)
        if self.focal_length_px is None:
            mask = mask & _relief(said, mask)
            # in inverse depth, as a network that is relative is wrong by a shift there
            target = losses.scale_and_shift_free(said, mask)
            guess = losses.scale_and_shift_free(torch.exp(-log_depth), mask, _FLAT)
        else:
            # metres follow the focal length, which follows the width; that of the batch's cameras
            # stands in both corrections and falls out
            of_same_lens = self.focal_length_px * batch.rgb.shape[3] / self.size_hw[1]
            target = said + math.log(focal_length_px / of_same_lens)
            guess = log_depth
        if not mask.any():
            raise TeacherError(
                f"teacher {self.settings.onnx}: it tells nothing of {', '.join(batch.names)}; "
                "its depth has to be finite, of kind metric also positive, and not the same "
                "everywhere"
            )
        weight = self.settings.weight
        parts = {"teacher": weight * losses.absolute(guess, target, mask)}
        if self.settings.gradient:
            value = losses.gradient_matching(guess, target, mask)
            parts["teacher_gradient"] = weight * self.settings.gradient * value
        return parts

    def answers(self, rgb: Tensor) -> Tensor:
        """Return the teacher's map of each image, at the size of the images.

        Parameters
        ----------
        rgb : (B, 3, H, W) float tensor
            Red, green, blue, 0 to 255.

        Returns
        -------
        (B, 1, H, W) float32 tensor
            Logarithm of metres at the teacher's focal length, or inverse depth of unknown scale
            and shift; not finite where the teacher knows nothing.
        """
        images = rgb.detach().clamp(0, 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        maps = [
            self.engine(resized_rgb(np.ascontiguousarray(image), self.size_hw))[self.output]
            for image in images
        ]
        said = torch.from_numpy(np.stack([m.reshape(1, *m.shape[-2:]) for m in maps])).float()
        if self.focal_length_px is not None:
            # before it is resized: else what is no depth would be mixed into its neighbours
            said = torch.log(said)
        size = (rgb.shape[2], rgb.shape[3])
        resized = functional.interpolate(said, size, mode="bilinear", align_corners=False)
        return resized.to(rgb.device)


def _relief(values: Tensor, known: Tensor) -> Tensor:
    """Return which images (B, 1, 1, 1) are not flat; a flat one has no shape to compare."""
    highest = torch.where(known, values, values.new_full((), -math.inf)).amax((1, 2, 3), True)
    lowest = torch.where(known, values, values.new_full((), math.inf)).amin((1, 2, 3), True)
    return highest - lowest > _NO_RELIEF * torch.maximum(highest.abs(), lowest.abs())


def open_teacher(settings: TeacherSettings) -> Teacher | None:
    """Load the teacher; return None where none is asked for.

    Raises
    ------
    TeacherError
        When the file is missing or does not keep the contract of its kind.
    """
    if settings.onnx is None:
        return None
    file = settings.onnx
    try:
        asked = signature(file)
        engine = onnxruntime_engine(file)
    except OnnxError as error:
        raise TeacherError(f"teacher {error}") from error
    size_hw = _size_of(file, asked.inputs)
    if settings.kind == "metric":
        output, focal_length_px = "depth", _focal_length_px(file, size_hw)
    else:
        output, focal_length_px = asked.outputs[0], None
    if output not in asked.outputs or (settings.kind == "relative" and len(asked.outputs) != 1):
        wanted = "an output 'depth'" if settings.kind == "metric" else "one output"
        raise TeacherError(
            f"teacher {file}: its outputs are {', '.join(asked.outputs)}; kind {settings.kind} "
            f"needs {wanted}, choose the other kind or export it again"
        )
    shape = engine(np.full((*size_hw, 3), 127, np.uint8))[output].shape
    if not (shape == (1, *size_hw) if focal_length_px else _is_one_map(shape)):
        wanted = f"(1, {size_hw[0]}, {size_hw[1]})" if focal_length_px else "(1, h, w)"
        raise TeacherError(
            f"teacher {file}: its output {output!r} is {shape}, kind {settings.kind} needs "
            f"{wanted}; export it again"
        )
    return Teacher(settings, engine, size_hw, output, focal_length_px)


def _is_one_map(shape: tuple[int, ...]) -> bool:
    return len(shape) in (3, 4) and set(shape[:-2]) == {1} and min(shape) > 0


def _size_of(file: Path, inputs: list[tuple[str, str, tuple[object, ...]]]) -> tuple[int, int]:
    match inputs:
        case [("image", "uint8", (1, int(height), int(width), 3))]:
            return height, width
    raise TeacherError(
        f"teacher {file}: its inputs are {inputs}; it has to take one, 'image' uint8 "
        "(1, H, W, 3) of a fixed size, so put what it does to its images into the file"
    )


def _focal_length_px(file: Path, size_hw: tuple[int, int]) -> float:
    try:
        card = read_card(file)
    except CardError as error:
        raise TeacherError(
            f"teacher {error}; without a card its metres hold for no lens, kind relative needs none"
        ) from error
    focal_length_px = card.get("focal_length_px")
    if not isinstance(focal_length_px, (int, float)) or not focal_length_px > 0:
        raise TeacherError(
            f"teacher {file}: focal_length_px of its card is {focal_length_px!r}, it has to be a "
            "positive number of pixels; export it again"
        )
    if list(card.get("input_size", ())) != list(size_hw):
        raise TeacherError(
            f"teacher {file}: it takes images of {list(size_hw)}, its card says "
            f"{card.get('input_size')}; export both again"
        )
    return float(focal_length_px)
