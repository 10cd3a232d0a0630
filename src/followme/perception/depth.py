"""Metres from a single image."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from followme.perception.card import ModelError, card_path
from followme.perception.network import Network
from followme.settings import ModelSettings
from followme.values.depth_map import MonocularDepth
from followme.values.frame import Frame


class DepthNetwork(Network):
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
        super().__init__(model, "depth", s)
        if self.card.resize != "plain":
            raise ModelError(
                f"{card_path(model).name}: resize is {self.card.resize!r}, depth needs 'plain'; "
                "export it again"
            )

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
        outputs, _ = self.run(frame.bgr)
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

    def _focal_ratio(self, frame: Frame) -> float:
        height, width = self.card.input_size
        if frame.camera is None or self.card.focal_length_px is None:
            return 1.0
        return frame.camera.scaled(width, height).fx / self.card.focal_length_px
