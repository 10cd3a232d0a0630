"""Which versions a figure was measured with."""

from __future__ import annotations

import importlib.metadata
import platform

from followme import __version__

_LIBRARIES = ("rclpy", "numpy", "opencv-python-headless", "onnxruntime", "openvino")


def versions() -> dict[str, str]:
    """Return the version of FollowMe, of Python and of what computes; "unknown" where it hides."""
    found = {"followme": __version__, "python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            found[library] = "unknown"
    return found
