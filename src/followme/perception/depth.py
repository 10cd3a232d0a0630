"""Metres from a single image."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from followme.perception.card import ModelError, card_path, load_card
from followme.perception.session import Session
from followme.settings import ModelSettings
from followme.share import share_path
from followme.values.depth_map import MonocularDepth
from followme.values.frame import Frame


def find_model(task: str, s: ModelSettings) -> Path | None:
    """Return the ONNX file of a task: the one asked for, else the one that comes along, if any.

    Raises
    ------
    ModelError
        When a file was asked for and there is none, or it is not called ``*.onnx``.
    """
    if s.file:
        path = Path(s.file).expanduser()
        if not path.is_file():
            raise ModelError(
                f"model.file: there is no file {s.file!r}; give an ONNX file with its card beside "
                "it, or nothing"
            )
        if path.suffix != ".onnx":  # its card would stand for another file
            raise ModelError(
                f"model.file: {s.file!r} does not end in .onnx; give the ONNX file, its card is "
                "found beside it"
            )
        return path
    try:
        return share_path("models", f"{task}.onnx")
    except FileNotFoundError:
        return None


class DepthNetwork:
    """A network that guesses metres, and how sure it is of each.

    A network learns metres for one focal length only: seen through a longer lens everything
    looks nearer than it is. Its answer is therefore multiplied by the focal length of this
    camera, at the input size, over that of its training (Yin et al., "Metric3D", ICCV 2023,
    section 3: the canonical camera).

    Parameters
    ----------
    model : Path
        The ONNX file; its card lies beside it.
    s : ModelSettings
        Engine and threads.

    Raises
    ------
    ModelError
        When file or card cannot be used.
    """

    def __init__(self, model: Path, s: ModelSettings) -> None:
        self.file = model
        self.card = load_card(card_path(model))
        if self.card.task != "depth":
            raise ModelError(
                f"{card_path(model).name}: task is {self.card.task!r}, a depth network is needed; "
                "give another file"
            )
        if self.card.resize != "plain":
            raise ModelError(
                f"{card_path(model).name}: resize is {self.card.resize!r}, depth needs 'plain'; "
                "export it again"
            )
        self._session = Session(model, self.card, s.runtime, s.threads)

    def infer(self, frame: Frame) -> MonocularDepth:
        """Guess the metres of one frame.

        Returns
        -------
        MonocularDepth
            At the input size of the network; NaN where the network gave no usable number.

        Raises
        ------
        ModelError
            When the network gave no usable number at all.
        """
        height, width = self.card.input_size
        shrinks = frame.bgr.shape[0] > height or frame.bgr.shape[1] > width
        resized = cv2.resize(
            frame.bgr,
            (width, height),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        )
        rgb = np.asarray(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB), np.uint8)
        outputs = self._session.run(rgb)
        depth_m = outputs["depth"][0]  # (H, W)
        log_std = outputs["log_depth_std"][0]  # (H, W)
        # a distance that nobody knows the sureness of is as unknown as one that is no number
        usable = np.isfinite(depth_m) & (depth_m > 0) & np.isfinite(log_std) & (log_std >= 0)
        if not usable.any():
            raise ModelError(
                f"{self.file.name}: no pixel of its depth is a positive finite number; "
                "export it again"
            )
        unknown = np.float32(np.nan)
        return MonocularDepth(
            stamp_ns=frame.stamp_ns,
            depth_m=np.where(usable, depth_m * np.float32(self._focal_ratio(frame)), unknown),
            log_std=np.where(usable, log_std, unknown),
            focal_known=frame.camera is not None and not frame.camera.nominal,
        )

    def close(self) -> None:
        """Free the engine."""
        self._session.close()

    def _focal_ratio(self, frame: Frame) -> float:
        height, width = self.card.input_size
        if frame.camera is None or self.card.focal_length_px is None:
            return 1.0
        return frame.camera.scaled(width, height).fx / self.card.focal_length_px
