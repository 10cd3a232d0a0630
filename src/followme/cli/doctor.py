"""followme doctor: what is installed, what is missing, and how to mend it."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from followme.perception.card import ModelError, card_path, load_card
from followme.share import share_path

OK, WARNING, MISSING = "ok", "warning", "missing"
SET_UP = "run make build"
MIN_SHM_BYTES = 128 * 2**20  # a dozen processes of 17.5 MB each would not fit into Docker's 64 MB
MIN_SOCKET_BUFFER_BYTES = 4 * 2**20
MIN_SEGMENT_BYTES = 2 * 2**20  # two colour images of 640x480
# Fast DDS 2 comes with these, later distributions bring Fast DDS 3, which reads another variable
FAST_DDS_2_DISTRIBUTIONS = ("humble", "iron", "jazzy")


@dataclass(frozen=True)
class Check:
    """One line of the report.

    Parameters
    ----------
    name : str
        What was looked at.
    status : str
        ok, warning (FollowMe works, but not as well as it could), missing (it does not work).
    text : str
        A sentence; with the mend unless all is well.
    """

    name: str
    status: str
    text: str


Look = Callable[[], Iterator[Check]]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of followme."""
    parser = subparsers.add_parser(
        "doctor",
        help="say what is installed, what is missing and how to mend it",
        description="Looks at everything FollowMe needs on this machine, one line each. Exit code "
        "0: everything needed works; 1: something is missing.",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the report as JSON")
    parser.set_defaults(act=doctor)


def doctor(arguments: argparse.Namespace) -> int:
    """Print one line a check; return 0 when everything needed works, 1 otherwise.

    Raises
    ------
    ValueError
        When the report cannot be written.
    """
    checks = examine()
    width = max(len(check.name) for check in checks)
    for check in checks:
        print(f"{check.status:8} {check.name:{width}}  {check.text}")
    missing = [check.name for check in checks if check.status == MISSING]
    verdict = f"missing: {', '.join(missing)}" if missing else "everything needed works"
    print(f"\n{verdict}")
    if arguments.json is not None:
        _write_report(arguments.json, checks)
    return 1 if missing else 0


def examine() -> list[Check]:
    """Run every check."""
    return [check for look in LOOKS for check in _seen(look)]


def _seen(look: Look) -> Iterator[Check]:
    try:
        yield from look()
    except ImportError as error:
        yield Check(f"library {error.name}", MISSING, f"{_reason(error)}: {SET_UP}")


def look_at_python() -> Iterator[Check]:
    """Yield the version of Python."""
    version = platform.python_version()
    if sys.version_info >= (3, 11):
        yield Check("Python", OK, version)
    else:
        mend = "make clean-all build PYTHON=python3.12"
        yield Check("Python", MISSING, f"{version} is too old, 3.11 or newer is needed: {mend}")


def look_at_ros() -> Iterator[Check]:
    """Yield ROS 2, the messages and how Fast DDS carries them."""
    distribution = os.environ.get("ROS_DISTRO", "")
    origin = "wheels" if os.environ.get("FOLLOWME_ROS") == "wheels" else "sourced"
    try:
        importlib.import_module("rclpy")
    except ImportError as error:
        yield Check("ROS 2", MISSING, f"rclpy cannot be imported ({_reason(error)}): {_ros_mend()}")
        return
    version = _version("rclpy")
    yield Check("ROS 2", OK, f"{distribution or 'unnamed'} ({origin}), rclpy {version}")
    yield _messages()
    yield _fast_dds(distribution)


def _ros_mend() -> str:
    return f"source your ROS 2, or {SET_UP} and start .venv/bin/followme"


def _messages() -> Check:
    try:
        messages = importlib.import_module("followme_msgs.msg")
        support = importlib.import_module("rclpy.type_support")
        support.check_for_type_support(messages.ObstacleArray)
    except (ImportError, AttributeError) as error:
        return Check("followme_msgs", MISSING, f"cannot be imported ({_reason(error)}): {SET_UP}")
    folder = Path(messages.__file__ or "").parent
    return Check("followme_msgs", OK, f"in {folder}")


def _fast_dds(distribution: str) -> Check:
    name = "Fast DDS profile"
    variable = "FASTRTPS" if distribution in FAST_DDS_2_DISTRIBUTIONS else "FASTDDS"
    variable += "_DEFAULT_PROFILES_FILE"
    loss = "images between processes will be lost"
    mend = ". tools/env.sh, or start .venv/bin/followme"
    middleware = os.environ.get("RMW_IMPLEMENTATION", "rmw_fastrtps_cpp")
    if "fastrtps" not in middleware:
        return Check(name, WARNING, f"{middleware} does not read it, give it buffers for images")
    path = os.environ.get(variable)
    if not path:
        return Check(name, WARNING, f"{variable} is not set, {loss}: {mend}")
    try:
        sizes = [int(node.text or 0) for node in _elements(Path(path), "segment_size")]
    except (OSError, ValueError, ElementTree.ParseError) as error:
        return Check(name, WARNING, f"{path} cannot be read ({error}), {loss}: {mend}")
    if max(sizes, default=0) < MIN_SEGMENT_BYTES:
        return Check(name, WARNING, f"{path} has no shared memory for images, {loss}: {mend}")
    return Check(name, OK, f"{path} by {variable}")


def _elements(path: Path, tag: str) -> Iterator[ElementTree.Element]:
    for element in ElementTree.parse(path).iter():
        if element.tag.rpartition("}")[2] == tag:
            yield element


def look_at_libraries() -> Iterator[Check]:
    """Yield the libraries that nodes import."""
    yield _library("numpy", "numpy", MISSING)
    yield _library("OpenCV", "cv2", MISSING)
    yield _library("onnxruntime", "onnxruntime", MISSING)
    yield _library("openvino", "openvino", WARNING)


def _library(name: str, module: str, absent: str) -> Check:
    try:
        library = importlib.import_module(module)
    except ImportError as error:
        return Check(name, absent, f"cannot be imported ({_reason(error)}): {SET_UP}")
    return Check(name, OK, str(getattr(library, "__version__", "version unknown")))


def look_at_speech() -> Iterator[Check]:
    """Yield the voice, tried with a phrase, and the device that plays it, opened for a moment."""
    # only here: without numpy they cannot be imported, and that has a line of its own
    from followme.voices.device import Device
    from followme.voices.engine import shared_engine
    from followme.voices.pcm import SAMPLE_RATE_HZ
    from followme.voices.voice import VoiceError

    try:
        sound = shared_engine().render("Ready", words_per_minute=180, language="en")
    except VoiceError as error:
        mend = f"sudo apt-get install espeak-ng, or {SET_UP}"
        yield Check("voice", MISSING, f"nothing can be said ({error}): {mend}")
    else:
        yield Check("voice", OK, f"espeak-ng, {len(sound) / SAMPLE_RATE_HZ:.1f} s for a word")
    try:
        device = Device("auto")
    except VoiceError as error:
        mend = "connect one, or pass it into the container"
        yield Check("sound device", WARNING, f"{error}, speech becomes a WAV file: {mend}")
    else:
        yield Check("sound device", OK, device.name)
        device.close()


def look_at_models() -> Iterator[Check]:
    """Yield each model that comes with FollowMe, held against its card."""
    try:
        files = sorted(share_path("models").glob("*.onnx"))
    except FileNotFoundError:
        files = []
    if not files:
        yield Check(
            "models", WARNING, "none: distances need a depth camera; fetch models/ for more"
        )
    for file in files:
        try:
            card = load_card(card_path(file))
        except ModelError as error:
            yield Check(f"model {file.stem}", MISSING, str(error))
        else:
            yield Check(f"model {file.stem}", OK, f"{card.name} {card.version}, sha256 as its card")


def look_at_machine() -> Iterator[Check]:
    """Yield cores, shared memory, socket buffers and where files may be written."""
    cores = len(os.sched_getaffinity(0))
    slow = ", two are needed for 10 images a second: give the machine or container more"
    yield Check("cores", OK if cores > 1 else WARNING, f"{cores}{slow if cores < 2 else ''}")
    yield _shared_memory(Path("/dev/shm"))
    yield _socket_buffers(Path("/proc/sys/net/core/rmem_max"))
    yield _writable("results", Path.cwd(), "change into a folder of your own")
    logs = Path(os.environ.get("ROS_LOG_DIR") or Path.home() / ".ros" / "log")
    yield _writable("logs", logs, "set ROS_LOG_DIR to a folder of your own")


def _shared_memory(folder: Path) -> Check:
    if not folder.is_dir():
        return Check("shared memory", WARNING, f"{folder} is missing, images go by UDP: mount it")
    total = shutil.disk_usage(folder).total
    text = f"{folder} has {total / 2**20:.0f} MiB"
    if total < MIN_SHM_BYTES:
        mend = "start the container with --shm-size=512m or --ipc=host"
        return Check("shared memory", WARNING, f"{text}, too little for all nodes: {mend}")
    return Check("shared memory", OK, text)


def _socket_buffers(limit: Path) -> Check:
    try:
        bytes_ = int(limit.read_text(encoding="ascii"))
    except (OSError, ValueError):  # a container may hide it; only other machines would notice
        return Check("socket buffers", OK, "the limit cannot be read here")
    text = f"{bytes_ / 2**20:.1f} MiB"
    if bytes_ < MIN_SOCKET_BUFFER_BYTES:
        mend = f"sudo sysctl net.core.rmem_max={MIN_SOCKET_BUFFER_BYTES}"
        return Check(
            "socket buffers", WARNING, f"{text}, images to other machines will be lost: {mend}"
        )
    return Check("socket buffers", OK, text)


def _writable(what: str, folder: Path, mend: str) -> Check:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Check(what, OK, f"{folder} can be written")
    return Check(what, MISSING, f"{folder} cannot be written: {mend}")


def _reason(error: Exception) -> str:
    # the loader of a C extension adds a page of advice
    return str(error).partition("\n")[0]


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"


def _write_report(path: Path, checks: list[Check]) -> None:
    report = {
        "ok": all(check.status != MISSING for check in checks),
        "checks": [asdict(check) for check in checks],
    }
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        reason = f"cannot be written ({error.strerror}); name a file in a folder that exists"
        raise ValueError(f"--json {path}: {reason}") from error


LOOKS: tuple[Look, ...] = (
    look_at_python,
    look_at_ros,
    look_at_libraries,
    look_at_speech,
    look_at_models,
    look_at_machine,
)
