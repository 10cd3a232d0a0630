"""What FollowMe is given to see: truth, what sensors give, or what its networks make of images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from followme.evaluation.grid import GridError
from followme.perception.model_file import find_model
from followme.pipeline import PipelineSettings
from followme.settings import DepthEstimatorSettings, DepthFusionSettings, WalkerSettings
from followme.stages.names import Names
from followme.values.frame import Frame

Change = Callable[[Frame], Frame]
Look = Callable[[Frame], Names]


def change_for(perception: str) -> Change:
    """Return what is taken from a frame before FollowMe sees it: networks get no sensor's depth."""
    if perception != "networks":
        return lambda frame: frame
    return lambda frame: replace(frame, depth_m=None, labels=None)


def look_for(perception: str) -> Look | None:
    """Return who names what a frame shows: its own exact labels, or None for the networks."""
    return None if perception == "networks" else lambda frame: Names(labels=frame.labels)


def settings_for(perception: str, camera_height_m: float = 0.0) -> PipelineSettings:
    """Return the settings of the chain.

    Parameters
    ----------
    perception : str
        What FollowMe is given to see.
    camera_height_m : float
        As the walker of a scene would have measured it; 0 when nobody did.

    Raises
    ------
    GridError
        When the networks are wanted and there is none for depth.
    """
    walker = WalkerSettings(camera_height_m=camera_height_m)
    # a sensor's figures must not hang on the weights that happen to lie in models/
    fusion = DepthFusionSettings(enabled=perception == "networks")
    settings = PipelineSettings(depth=DepthEstimatorSettings(walker=walker, fusion=fusion))
    if perception == "networks" and find_model("depth", settings.depth.model) is None:
        raise GridError(
            "perception networks: FollowMe comes without models/depth.onnx here; train and export "
            "it (followme-train depth export), or take --perception sensor"
        )
    return settings
