"""Settings of a network."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import setting


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
