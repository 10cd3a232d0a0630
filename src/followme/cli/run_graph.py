"""The whole graph in one process, from a source to the ear, watched and recorded."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TextIO

import rclpy
from tqdm import tqdm

from followme.cli.live import LiveLines
from followme.cli.observer import RunObserver
from followme.cli.run import remaps_of
from followme.launching.shared_parameter import camera_height_everywhere, read_camera_height
from followme.nodes.composition import Composition
from followme.outputs.record import RunRecord
from followme.outputs.versions import versions
from followme.ros.parameter_file import check_parameter_file
from followme.ros.process import Spinner, begin, stop_on_signals
from followme.settings import CameraNodeSettings, OverlaySettings
from followme.sources.open import open_source
from followme.sources.source import Source

# What is in work when the source ends may still be said, but the silence of the camera must not
# yet count as lost sight.
_AFTER_END_S = 0.3


class GraphSource(Protocol):
    """What gives the images of a graph in one process."""

    @property
    def node(self) -> str:
        """Return the node that gives them: camera or bag_player."""

    @property
    def rate_hz(self) -> float:
        """Return images a second, once it is open."""

    def open(self) -> None:
        """Get ready to give the first image at once."""

    def wiring(self, end: Callable[[], None]) -> dict[str, Any]:
        """Return what the node is given besides parameters, with what to call at the end."""

    def overrides(self) -> dict[str, dict[str, Any]]:
        """Return parameters by node that the command line asks for."""

    def join(self, graph: Composition) -> None:
        """Learn which graph takes the images."""

    def close(self) -> None:
        """Let go of files and devices."""


class CameraSource:
    """The camera node with a source, stamped as it is given out.

    Parameters
    ----------
    given : Namespace
        Of ``followme run``.
    """

    node = "camera"

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._source: Source | None = None
        self.rate_hz = given.rate or CameraNodeSettings().rate_hz

    def open(self) -> None:
        self._source = _open(self._given)

    def wiring(self, end: Callable[[], None]) -> dict[str, Any]:
        return {"source": self._source, "ended": end}

    def overrides(self) -> dict[str, dict[str, Any]]:
        given = self._given
        asked = {"source": given.source, "rate_hz": given.rate, "remaps": remaps_of(given)}
        return {"camera": {name: value for name, value in asked.items() if value is not None}}

    def join(self, graph: Composition) -> None:
        """Do nothing: a camera waits for nobody."""

    def close(self) -> None:
        if self._source is not None:
            self._source.close()


def run_graph(given: argparse.Namespace) -> int:
    """Run the graph on a source; see :func:`run_watched`."""
    return run_watched(given, CameraSource(given))


def run_watched(
    given: argparse.Namespace,
    source: GraphSource,
    lines: TextIO = sys.stdout,
    joined: Callable[[Composition, RunObserver], None] | None = None,
) -> int:
    """Run the graph until its source ends, the time is over or a signal comes.

    Parameters
    ----------
    given : Namespace
        With seconds, params_file, out, speech, camera_height and keep_faces.
    source : GraphSource
        What gives the images.
    lines : TextIO
        Where a person reads what is seen and said.
    joined : callable or None
        Told the graph and who watches it, before anything is seen.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used.
    """
    began_s = time.monotonic()
    # threads cannot wait for longer than TIMEOUT_MAX
    if given.seconds is not None and not 0 < given.seconds <= threading.TIMEOUT_MAX:
        raise ValueError(
            f"--seconds: {given.seconds:g} is no time to run; give more than 0, or leave it out"
        )
    worn = {} if given.camera_height is None else _worn(given.camera_height)
    if given.params_file is not None:
        check_parameter_file(given.params_file)
    begin(_ros_arguments(given))
    stop = stop_on_signals()
    ended: list[bool] = []

    def end() -> None:
        ended.append(True)
        stop.set()

    try:
        source.open()
        observer = RunObserver(LiveLines(lines), _record(given, source.rate_hz), began_s)
        overrides = _joined(source.overrides(), _speech(given), worn)
        graph = Composition(overrides, observer.timed, source.wiring(end), source.node)
        source.join(graph)
        _tap(graph, observer)
        if joined is not None:
            joined(graph, observer)
        if not given.keep_faces:
            observer.faces_looked_for = graph.looks_for_faces
        begin_s = time.monotonic()
        spinner = Spinner(list(graph.nodes.values()), stop.set)
        stop.wait(given.seconds)
        if ended:
            time.sleep(_AFTER_END_S)
        summary = _summary(graph, time.monotonic() - begin_s)
        spinner.stop()
        observer.close(summary)
        _report(given, observer, lines)
        if spinner.error is not None:
            raise spinner.error
    finally:
        source.close()
        rclpy.try_shutdown()
    return 0


def _ros_arguments(given: argparse.Namespace) -> list[str]:
    asked = [] if given.params_file is None else ["--params-file", str(given.params_file)]
    if namespace := getattr(given, "namespace", ""):
        asked += ["-r", f"__ns:=/{namespace}"]
    return ["--ros-args", *asked] if asked else []


def _open(given: argparse.Namespace) -> Source | None:
    """Open the source that the command line names, before the graph's clock starts."""
    if given.params_file is not None:
        return None  # it may say which source, and how: the camera node reads it
    defaults = CameraNodeSettings()
    # quiet in a pipe
    with tqdm(desc="rendering", unit="frame", leave=False, disable=None) as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        return open_source(
            given.source or defaults.source,
            rate_hz=given.rate or defaults.rate_hz,
            width=defaults.width,
            height=defaults.height,
            seed=defaults.seed,
            remaps=remaps_of(given) or "",
            report=lambda sentence: print(f"source: {sentence}", flush=True),
            progress=progress,
        )


def _record(given: argparse.Namespace, rate_hz: float) -> RunRecord | None:
    if given.out is None:
        return None
    return RunRecord(
        given.out,
        rate_hz=rate_hz,
        corridor=OverlaySettings().corridor,
        keep_faces=given.keep_faces,
    )


def _speech(given: argparse.Namespace) -> dict[str, dict[str, Any]]:
    speech = {} if given.speech is None else {"voice.engine": given.speech}
    if given.out is not None:
        speech["voice.track"] = str((given.out / "speech.wav").resolve())
    return {"speech": speech}


def _worn(height_m: float) -> dict[str, dict[str, Any]]:
    return camera_height_everywhere(read_camera_height("--camera-height", height_m))


def _joined(*parts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        node: {k: v for p in parts for k, v in p.get(node, {}).items()} for p in parts for node in p
    }


def _tap(graph: Composition, observer: RunObserver) -> None:
    graph.listen("camera/image_raw", observer.image)
    graph.listen("camera/camera_info", observer.info)
    graph.listen("camera/truth", observer.truth)
    graph.listen("depth/status", observer.status)
    graph.listen("faces", observer.faces)
    graph.listen("segmentation/label_info", observer.label_info)
    graph.listen("segmentation/labels", observer.labels)
    graph.listen("obstacles", observer.obstacles)
    graph.listen("announcements", observer.announcement)


def _summary(graph: Composition, seconds: float) -> dict[str, Any]:
    models = {
        name: {"file": facts["model"], "sha256": facts["model_sha256"]}
        for name, facts in ((n, node.facts()) for n, node in graph.nodes.items())
        if facts.get("model_sha256")
    }
    return {
        "dropped": graph.dropped(),
        "seconds": seconds,
        "versions": versions(),
        "models": models,
    }


def _report(given: argparse.Namespace, observer: RunObserver, lines: TextIO) -> None:
    first = f"\n{observer.images_in} frames in, {observer.frames_out} through"
    if observer.first_obstacles_s is not None:
        first += f", first obstacles {observer.first_obstacles_s:.1f} s after the start"
    print(f"{first}\n\n{observer.latency.text()}", file=lines)
    if given.out is not None:
        print(f"\nWritten to {given.out}:", file=lines)
        for path in sorted(given.out.iterdir()):
            print(f"  {path}", file=lines)
