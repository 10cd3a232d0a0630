"""Who plays the recording of ``replay.launch.py``: ros2 bag, the bag_player or the camera."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from followme.settings import BagPlayerSettings, SettingsError, settings_of
from followme.settings.setting import Value
from followme.sources.bag_images import COMPRESSED
from followme.sources.bag_plan import BagPlan, plan_bag
from followme.sources.bag_reader import BAG_SUFFIXES, is_bag_folder
from followme.sources.bag_remaps import read_remaps

#: Values of the argument ``player``.
PLAYERS = ("auto", "ros2_bag", "bag_player", "camera")

# A recording that is played once waits so long for the nodes that make announcements of it.
WAIT_S = 20.0
# ros2 bag play knows nobody to wait for; networks are loaded within this on two cores.
_DELAY_S = 8
_CLOCK_HZ = 40


@dataclass(frozen=True)
class RecordingPlayer:
    """What gives the images of a recording.

    Parameters
    ----------
    node : str
        Of FollowMe: camera or bag_player; empty where ``words`` does.
    words : tuple of str
        Command line of a foreign program.
    parameters : mapping
        Of the node.
    """

    node: str
    words: tuple[str, ...] = ()
    parameters: Mapping[str, Value] = field(default_factory=dict)

    @property
    def gives_time(self) -> bool:
        """Whether all others take their time from /clock."""
        return self.node != "camera"


#: What is started where nothing else is said.
CAMERA = RecordingPlayer("camera")


def ros2_bag_is_there(environ: Mapping[str, str]) -> bool:
    """Return whether ``ros2 bag play`` is installed."""
    index = Path("share", "ament_index", "resource_index", "packages", "ros2bag")
    prefixes = [p for p in environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    has_command = shutil.which("ros2", path=environ.get("PATH", "")) is not None
    return has_command and any(Path(prefix, index).is_file() for prefix in prefixes)


def choose_player(
    values: Mapping[str, str],
    namespace: str,
    environ: Mapping[str, str],
    report: Callable[[str], None],
) -> RecordingPlayer:
    """Return who plays the source.

    ``ros2 bag play`` is taken where it is installed and gives the same: images that are not
    compressed, with a calibration, stamped by the recorder's clock. What is no bag is played by
    the camera node.

    Parameters
    ----------
    values : mapping of str to str
        Arguments: source, player, remaps, rate, start, at_end.
    namespace : str
        Of the graph, without slashes at its ends.
    environ : mapping
        With PATH and AMENT_PREFIX_PATH.
    report : callable
        Told in one sentence what a user should know.

    Raises
    ------
    ValueError
        For a bag that cannot be played, or arguments that contradict each other.
    """
    path = Path(values["source"]).expanduser()
    wanted = values["player"]
    is_bag = (path.is_dir() and is_bag_folder(path)) or path.suffix in BAG_SUFFIXES
    if wanted == "camera" or (wanted == "auto" and not is_bag):
        return RecordingPlayer("camera", parameters=_camera(values))
    rate, start_s = _number(values, "rate", "rate"), _number(values, "start", "start_s")
    plan = plan_bag(path, "inputs", read_remaps(values["remaps"]), start_s, report)
    has_ros2_bag = ros2_bag_is_there(environ)
    if wanted == "ros2_bag" and not has_ros2_bag:
        raise SettingsError(
            "player: 'ros2_bag' is not installed; install ros-$ROS_DISTRO-ros2bag, or give "
            "bag_player"
        )
    if wanted == "ros2_bag" or (wanted == "auto" and has_ros2_bag and _is_plain(plan)):
        return RecordingPlayer("", _ros2_bag_play(plan, namespace, rate, start_s, values["at_end"]))
    return RecordingPlayer("bag_player", parameters=_bag_player(values, path, rate, start_s))


def _is_plain(plan: BagPlan) -> bool:
    kinds = {plan.connections[theirs].msgtype for theirs in plan.routes}
    return COMPRESSED not in kinds and plan.camera is not None and not plan.stamps_ahead_ns


def _ros2_bag_play(
    plan: BagPlan, namespace: str, rate: float, start_s: float, at_end: str
) -> tuple[str, ...]:
    root = f"/{namespace}/" if namespace else "/"
    remaps = [
        f"{theirs}:={root}{ours}"
        for theirs, ours in plan.routes.items()
        if theirs != f"{root}{ours}"
    ]
    return (
        *("ros2", "bag", "play", str(plan.path), "--disable-keyboard-controls"),
        *("--clock", str(_CLOCK_HZ), "--delay", str(_DELAY_S), "--rate", f"{rate:g}"),
        *("--start-offset", f"{start_s:g}", "--topics", *plan.routes),
        *(("--remap", *remaps) if remaps else ()),
        *(("--loop",) if at_end == "loop" else ()),
    )


def _bag_player(
    values: Mapping[str, str], path: Path, rate: float, start_s: float
) -> dict[str, Value]:
    parameters: dict[str, Value] = {"bag": str(path), "rate": rate, "start_s": start_s}
    if values["remaps"]:
        parameters["remaps"] = values["remaps"]
    # who makes the time cannot take it from itself
    return parameters | _at_end(values["at_end"]) | {"wait_s": WAIT_S, "use_sim_time": False}


def _camera(values: Mapping[str, str]) -> dict[str, Value]:
    for name, quiet in (("rate", "1.0"), ("start", "0.0")):
        if values[name] != quiet:
            raise SettingsError(
                f"{name}: {values[name]!r} is for a bag with its own time; leave it away, or give "
                "a bag and the player bag_player"
            )
    remaps: dict[str, Value] = {"remaps": values["remaps"]} if values["remaps"] else {}
    return {"source": values["source"], **remaps, **_at_end(values["at_end"])}


def _at_end(at_end: str) -> dict[str, Value]:
    if at_end == "loop":
        return {"loop": True}
    return {"exit_at_end": True, "wait_s": WAIT_S} if at_end == "end" else {}


def _number(values: Mapping[str, str], name: str, setting_name: str) -> float:
    setting = next(s for s in settings_of(BagPlayerSettings) if s.name == setting_name)
    try:
        value = float(values[name])
    except ValueError:
        raise SettingsError(
            f"{name}: {values[name]!r} is no number; give {setting.allowed()}"
        ) from None
    try:
        setting.check(value)
    except SettingsError as error:
        raise SettingsError(str(error).replace(setting_name, name, 1)) from None
    return value
