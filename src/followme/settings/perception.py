"""Settings of networks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from followme.settings.setting import SettingsError, setting

#: Words of settings that several nodes have.
AUTOSTART = "Configure and activate by itself, again with a growing pause when that fails."
AFTER_DEPTH = (
    "Look at an image only after its depth is known; in one process also one node at a time."
)


def image_transport() -> Any:
    """Declare how a node takes its images; each node that looks at them has this setting."""
    return setting(
        "raw",
        "How images come from another process, as image_transport calls it. raw: on "
        "camera/image_raw; compressed: as JPEG or PNG on camera/image_raw/compressed.",
        choices=("raw", "compressed"),
        read_only=True,
    )


@dataclass(frozen=True)
class ModelSettings:
    """Which file, on what."""

    file: str = setting(
        "",
        "ONNX file with its card beside it; empty: the one that comes with FollowMe, if any.",
        read_only=True,
    )
    runtime: str = setting(
        "onnxruntime", "Inference engine.", choices=("onnxruntime", "openvino"), read_only=True
    )
    threads: int = setting(1, "Threads of the engine.", low=1, high=64, read_only=True)


@dataclass(frozen=True)
class DetectorSettings:
    """What the nodes face_detector and object_detector can be told."""

    autostart: bool = setting(True, AUTOSTART, read_only=True)
    image_transport: str = image_transport()
    after_depth: bool = setting(True, AFTER_DEPTH)
    mirror: bool = setting(
        False,
        "Publish the same as vision_msgs/Detection2DArray too, on detection2d below its topic, and "
        "the classes as LabelInfo on vision_info; where vision_msgs is installed.",
        read_only=True,
    )
    tiles: str = setting(
        "1x1",
        "Look also at enlarged parts of the image, columns x rows, that overlap: what is far is "
        "seen better, and each part takes as long as the whole image.",
        choices=("1x1", "2x1", "2x2"),
        read_only=True,
    )
    thresholds: str = setting(
        "",
        "Least scores of classes in place of those on the network's card, as 'door=0.4, "
        "chair=0.3'; empty: the card's.",
        read_only=True,
    )
    model: ModelSettings = field(default_factory=ModelSettings)

    def __post_init__(self) -> None:
        scores_by_name(self.thresholds)


def scores_by_name(thresholds: str) -> dict[str, float]:
    """Return the scores of a text such as "door=0.4, potted plant=0.3".

    Raises
    ------
    SettingsError
        When it is written in another way, names a class twice, or a score is not from 0 to 1.
    """
    found: dict[str, float] = {}
    for part in thresholds.split(",") if thresholds.strip() else ():
        name, equals, number = (text.strip() for text in part.partition("="))
        try:
            score = float(number)
        except ValueError:
            score = math.nan
        if not (name and equals and 0.0 <= score <= 1.0) or name in found:
            raise SettingsError(
                f"thresholds: {part.strip()!r} is no NAME=SCORE with a score from 0 to 1, each "
                "name once; write it as 'door=0.4, chair=0.3'"
            )
        found[name] = score
    return found
