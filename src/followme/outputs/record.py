"""The folder that a run leaves behind: all it saw, said and took."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from followme.outputs.files import (
    JsonLines,
    OutputError,
    output_error,
    part_path,
    write_bytes,
    write_json,
    write_png,
)
from followme.outputs.film import Film, Shot
from followme.outputs.latency import LatencyTable
from followme.outputs.rows import Row, announcement_row, obstacle_row, truth_row
from followme.outputs.transcript import transcript
from followme.settings import CorridorSettings
from followme.values.camera import Camera
from followme.values.depth_map import DepthStatus
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.intent import Announcement, Outcome
from followme.values.label_map import LabelMap
from followme.values.obstacle import Obstacles
from followme.values.truth import TruthObject

_SUMMARY_KEYS = ("frames_in", "frames_out", "dropped", "seconds", "versions", "models")
_FILES = (
    "overlay.mp4",
    "contact_sheet.png",
    "announcements.jsonl",
    "announcements.txt",
    "obstacles.jsonl",
    "truth.jsonl",
    "latency.json",
    "summary.json",
)


class RunRecord:
    """Files of one run, written while it goes on.

    Everything but ``close`` may be called from any thread of the graph and never raises: a full
    disk must not silence the one who guides. The first thing that went wrong is :attr:`fault`, and
    ``close`` raises it after it has completed what could be.

    Parameters
    ----------
    folder : Path
        Is made where it is missing; files of an earlier run in it are replaced.
    rate_hz : float
        Pictures a second of the film.
    corridor : CorridorSettings
        The walker's way, drawn on the floor.
    keep_faces : bool
        Leave faces recognisable; else they are blurred wherever a picture comes with its faces.

    Raises
    ------
    OutputError
        When the folder cannot be made or written.
    """

    def __init__(
        self,
        folder: Path,
        *,
        rate_hz: float,
        corridor: CorridorSettings,
        keep_faces: bool = False,
    ) -> None:
        self._folder, self._keep_faces = folder, keep_faces
        _prepare(folder)
        self._lock = threading.Lock()
        self._fault: OutputError | None = None
        self._closed = False
        self._without_faces = 0
        self._searched = False
        self._rows: list[Row] = []
        self._sounding: dict[tuple[int, str, int], Announcement] = {}
        self._announcements = JsonLines(folder / "announcements.jsonl")
        self._obstacles = JsonLines(folder / "obstacles.jsonl")
        self._truth: JsonLines | None = None
        self._film = Film(folder, rate_hz, corridor)

    @property
    def fault(self) -> OutputError | None:
        """The first thing that could not be written; None while all is well."""
        return self._fault or self._film.fault

    def frame(
        self,
        image: ColourImage,
        camera: Camera | None,
        status: DepthStatus | None,
        obstacles: Obstacles | None,
        saying: str,
        faces: Detections | None = None,
        *,
        now_ns: int | None = None,
        labels: LabelMap | None = None,
    ) -> None:
        """Queue a picture for the film; never waits, the oldest waiting one gives way.

        Parameters are those of :func:`followme.drawing.overlay.draw_overlay`. With ``now_ns`` the
        picture is shown at that time and bears its age: a picture may thus be given again while
        the camera is silent, so that the film shows that sight was lost.
        """
        if faces is None:
            self._without_faces += 1
        else:
            self._searched = True
        blurred = None if self._keep_faces else faces
        self._film.put(Shot(image, camera, status, obstacles, saying, blurred, now_ns, labels))

    def obstacles(self, o: Obstacles) -> None:
        """Write a line of ``obstacles.jsonl``."""
        row = obstacle_row(o)
        with self._lock:
            self._write(self._obstacles, row)

    def announcement(self, a: Announcement) -> None:
        """Write a line of ``announcements.jsonl`` once the outcome is final."""
        key = (a.stamp_ns, a.key, a.track_id)
        with self._lock:
            if a.outcome is Outcome.STARTED:
                self._sounding[key] = a
                return
            begun = self._sounding.pop(key, None)
            if begun is not None and math.isnan(a.onset_s):
                a = replace(a, onset_s=begun.onset_s, latency_s=begun.latency_s)
            self._write_announcement(a)

    def truth(self, stamp_ns: int, objects: tuple[TruthObject, ...]) -> None:
        """Write a line of ``truth.jsonl``; the file is made by the first one."""
        row = truth_row(stamp_ns, objects)
        with self._lock:
            if self._truth is None and not self._closed:
                try:
                    self._truth = JsonLines(self._folder / "truth.jsonl")
                except OutputError as error:
                    self._fault = self._fault or error
            if self._truth is not None:
                self._write(self._truth, row)

    def close(self, latency: LatencyTable, summary: Mapping[str, Any]) -> None:
        """Complete the folder; a second time does nothing.

        Parameters
        ----------
        latency : LatencyTable
            Becomes ``latency.json``.
        summary : mapping
            Becomes ``summary.json``: frames_in, frames_out, dropped (by node), seconds, versions,
            models (name to sha256), and whatever else is worth knowing. Missing ones are null,
            ``pictures_dropped``, ``faces`` ("blurred", "kept" or "not looked for") and
            ``pictures_without_face_search`` are added.

        Raises
        ------
        OutputError
            The first thing that could not be written during the run or now.
        """
        with self._lock:
            if self._closed:
                return
            for begun in self._sounding.values():
                # it was heard; that the run ended in the middle of it is what became of it
                self._write_announcement(replace(begun, outcome=Outcome.CUT))
            self._sounding.clear()
            self._closed = True
            for lines in (self._announcements, self._obstacles, self._truth):
                if lines is not None:
                    lines.close()
        for finish in (
            self._film.close,
            lambda: write_png(self._folder / "contact_sheet.png", self._film.sheet()),
            lambda: write_json(self._folder / "latency.json", latency.rows()),
            lambda: write_json(self._folder / "summary.json", self._completed(summary)),
            lambda: write_bytes(
                self._folder / "announcements.txt", transcript(self._rows).encode()
            ),
        ):
            try:
                finish()
            except OutputError as error:
                self._fault = self._fault or error
        if self._fault is not None:
            raise self._fault

    def _completed(self, summary: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **dict.fromkeys(_SUMMARY_KEYS),
            **summary,
            "pictures_dropped": self._film.dropped,
            "faces": self._faces_in_words(),
            "pictures_without_face_search": self._without_faces,
        }

    def _faces_in_words(self) -> str:
        if self._keep_faces:
            return "kept"
        return "blurred" if self._searched else "not looked for"

    def _write_announcement(self, a: Announcement) -> None:
        row = announcement_row(a)
        self._write(self._announcements, row)
        if not self._closed:
            self._rows.append(row)

    def _write(self, lines: JsonLines, row: Row) -> None:
        if self._closed:
            return
        try:
            lines.write(row)
        except OutputError as error:
            self._fault = self._fault or error


def _prepare(folder: Path) -> None:
    """Make the folder, and remove what an earlier run left: nobody shall take it for this one's."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            (folder / name).unlink(missing_ok=True)
            part_path(folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error
