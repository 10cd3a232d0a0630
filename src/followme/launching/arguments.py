"""What the launch files and ``followme up`` were told, checked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from followme.launching.drivers import DRIVERS
from followme.launching.known_arguments import GRAPH_ARGUMENTS, NO_DRIVER, UNSET, Argument
from followme.launching.replaying import CAMERA, WAIT_S, RecordingPlayer, choose_player
from followme.launching.shared_parameter import (
    camera_height_everywhere,
    read_camera_height,
    wherever_known,
)
from followme.ros.parameter_file import check_parameter_file
from followme.settings import SettingsError, did_you_mean
from followme.settings.setting import Value

# ROS 2 design, "Topic and Service name mapping to DDS": parts of letters, digits and underscores.
_NAMESPACE = re.compile(r"/?[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)
# rmw_validate_namespace: longer ones leave no room for a topic in a DDS name.
_NAMESPACE_LENGTH = 200

# Of arguments about a camera driver: what they may be where there is none.
_SAYS_NOTHING = {"driver_namespace": ("",), "image_transport": (UNSET, "raw")}


@dataclass(frozen=True)
class StartOptions:
    """What was asked for, checked.

    Parameters
    ----------
    namespace : str
        Without a leading slash; empty for the root.
    params_file : Path or None
        Held against the settings already.
    parameters : mapping of str to mapping
        By node name ("*" for all nodes): what outranks the parameter file.
    remaps : mapping of str to str
        By topic of the graph.
    own_camera : bool
        Whether FollowMe's camera node is started.
    ends_with_source : bool
        Whether the graph ends when its camera node does.
    player : RecordingPlayer
        What gives the images where it is FollowMe who does.
    rviz : bool
        Whether RViz is started.
    log_level : str
        Of every node.
    """

    namespace: str = ""
    params_file: Path | None = None
    parameters: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    remaps: Mapping[str, str] = field(default_factory=dict)
    own_camera: bool = True
    ends_with_source: bool = False
    player: RecordingPlayer = CAMERA
    rviz: bool = False
    log_level: str = "info"


def read_arguments(
    given: Mapping[str, str], known: tuple[Argument, ...] = GRAPH_ARGUMENTS
) -> StartOptions:
    """Check arguments, as launch hands them over.

    Parameters
    ----------
    given : mapping of str to str
        By name; what is absent has its default.
    known : tuple of Argument
        Of this launch file.

    Raises
    ------
    SettingsError
        For an unknown or missing argument, a value that is none of its choices, a namespace with
        illegal characters, a parameter file that cannot be used, or arguments that contradict
        each other.
    """
    values = _checked(given, known)
    own_camera = values.get("camera_driver", NO_DRIVER) == NO_DRIVER
    _refuse_contradictions(values, own_camera)
    namespace = check_namespace("namespace", values["namespace"]).strip("/")
    player = CAMERA
    if "player" in values:
        player = choose_player(values, namespace, os.environ, _say)
        _refuse_another_time(values, player)
    return StartOptions(
        namespace=namespace,
        params_file=_parameter_file(values["params_file"]),
        parameters=_parameters(values, player),
        remaps={} if own_camera else _remaps(values),
        own_camera=own_camera,
        ends_with_source=values["at_end"] == "end",
        player=player,
        rviz=values["rviz"] == "true",
        log_level=values["log_level"],
    )


def check_namespace(name: str, value: str) -> str:
    """Return a namespace that ROS accepts, as it was given.

    Raises
    ------
    SettingsError
        Naming the argument and what is wrong.
    """
    if value in ("", "/"):
        return value
    if not _NAMESPACE.fullmatch(value):
        raise SettingsError(
            f"{name}: {value!r} is no ROS namespace; use letters, digits and underscores, each "
            "part beginning with no digit, as in robot1 or fleet/robot1"
        )
    if len(value) > _NAMESPACE_LENGTH:
        raise SettingsError(f"{name}: it has {len(value)} characters; give {_NAMESPACE_LENGTH}")
    return value


def _checked(given: Mapping[str, str], known: tuple[Argument, ...]) -> dict[str, str]:
    names = [a.name for a in known]
    for name in given:
        if name not in names:
            raise SettingsError(f"there is no argument {name!r}{did_you_mean(name, names)}")
    values = {}
    for a in known:
        value = given.get(a.name, a.default)
        if value is None or (a.default is None and value == ""):
            raise SettingsError(f"{a.name}: must be given. {a.text}")
        if a.choices and value not in a.choices:
            raise SettingsError(
                f"{a.name}: {value!r} is none of {', '.join(a.choices)}"
                f"{did_you_mean(value, a.choices)}"
            )
        values[a.name] = value
    return values


def _refuse_contradictions(values: Mapping[str, str], own_camera: bool) -> None:
    for name, idle in _SAYS_NOTHING.items():
        if own_camera and values.get(name, idle[0]) not in idle:
            raise SettingsError(
                f"{name}: {values[name]!r} needs a camera_driver; give one of {', '.join(DRIVERS)}"
            )
    for name, quiet in (("source", ""), ("at_end", "stay")):
        if not own_camera and values[name] != quiet:
            raise SettingsError(
                f"{name}: {values[name]!r} is for FollowMe's own camera node, which does not run "
                f"beside camera_driver {values['camera_driver']!r}; leave one of them away"
            )


def _refuse_another_time(values: Mapping[str, str], player: RecordingPlayer) -> None:
    asked = values["use_sim_time"]
    if asked == ("false" if player.gives_time else "true"):
        raise SettingsError(
            f"use_sim_time: {asked!r} does not go with the player of this source, which "
            f"{'gives' if player.gives_time else 'gives no'} /clock; leave it away, or choose "
            "another player"
        )


def _say(sentence: str) -> None:
    print(f"bag: {sentence}", flush=True)


def _parameter_file(value: str) -> Path | None:
    if not value:
        return None
    path = Path(value).expanduser().absolute()
    check_parameter_file(path)
    return path


def _parameters(values: Mapping[str, str], player: RecordingPlayer) -> dict[str, dict[str, Value]]:
    everywhere: dict[str, Value] = {
        name: values[name] == "true"
        for name in ("use_sim_time", "autostart")
        if values[name] != UNSET
    }
    camera: dict[str, Value] = {}
    if values["source"]:
        camera["source"] = values["source"]
    if values["at_end"] == "loop":
        camera["loop"] = True
    if values["at_end"] == "end":
        camera |= {"exit_at_end": True, "wait_s": WAIT_S}
    if player.gives_time:
        everywhere["use_sim_time"] = True
    if player.parameters:
        camera = {}
    speech = {} if values["speech"] == UNSET else {"voice.engine": values["speech"]}
    found: dict[str, dict[str, Value]] = {"*": everywhere, "camera": camera, "speech": dict(speech)}
    for node, told in _of_many(values):
        found[node] = {**found.get(node, {}), **told}
    if player.parameters:
        found[player.node] = dict(player.parameters)
    return found


def _of_many(values: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Value]]]:
    """Yield what several nodes are told, node by node."""
    transport = values.get("image_transport", UNSET)
    if transport != UNSET:
        yield from wherever_known("image_transport", transport).items()
    if values["camera_height"]:
        height_m = read_camera_height("camera_height", values["camera_height"])
        yield from camera_height_everywhere(height_m).items()


def _remaps(values: Mapping[str, str]) -> dict[str, str]:
    driver = DRIVERS[values["camera_driver"]]
    namespace = check_namespace("driver_namespace", values["driver_namespace"])
    namespace = (namespace or driver.namespace).rstrip("/")
    root = "/" if values["driver_namespace"] == "/" else f"{namespace}/"
    return {topic: f"{root}{theirs}" for topic, theirs in driver.topics.items()}
