"""Which calibration holds for a frame: a file's, the source's own, or a nominal one."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from followme.sources.calibration import camera_from_yaml, check_size
from followme.sources.source import SourceError
from followme.values.camera import Camera
from followme.values.frame import Frame


class CameraChoice:
    """What a user said about the camera, against what a source knows.

    Parameters
    ----------
    calibration : str
        A camera_info file, which outranks the source; empty for none.
    field_of_view_deg : float
        Horizontal; makes a nominal calibration where nothing else is known. 0 unknown.
    report : callable
        Told in one sentence what a user should know.

    Raises
    ------
    SourceError
        When the file cannot be used, or no lens has that field of view.
    """

    def __init__(
        self, calibration: str, field_of_view_deg: float, report: Callable[[str], None]
    ) -> None:
        if field_of_view_deg != 0.0 and not 1.0 <= field_of_view_deg <= 179.0:
            raise SourceError(
                f"field_of_view_deg: {field_of_view_deg!r} is none that a lens has; give 1 to 179, "
                "or 0 when nobody knows it"
            )
        self._file = calibration
        self._given = (
            camera_from_yaml(Path(calibration).expanduser(), report) if calibration else None
        )
        self._field_of_view_deg = field_of_view_deg
        self._nominal: Camera | None = None
        self.about = "no frame yet"

    def camera_for(self, frame: Frame) -> Camera | None:
        """Return the calibration of a frame, None unknown; :attr:`about` says where it is from.

        Raises
        ------
        SourceError
            When the file is for images of another size.
        """
        size_wh = (frame.bgr.shape[1], frame.bgr.shape[0])
        if self._given is not None:
            self.about = f"from {self._file}"
            check_size(self._file, self._given, size_wh)
            return self._given
        if frame.camera is not None:
            self.about = "of the source" + (", nominal" if frame.camera.nominal else "")
            return frame.camera
        if not self._field_of_view_deg:
            self.about = "unknown"
            return None
        self.about = f"nominal, {self._field_of_view_deg:g} deg wide"
        if self._nominal is None or (self._nominal.width, self._nominal.height) != size_wh:
            self._nominal = Camera.from_field_of_view(
                *size_wh, math.radians(self._field_of_view_deg)
            )
        return self._nominal
