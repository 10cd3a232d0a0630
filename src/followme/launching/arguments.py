"""What the launch files and ``followme up`` can be told, and how it is checked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from followme.launching.drivers import DRIVERS
from followme.launching.replaying import CAMERA, PLAYERS, WAIT_S, RecordingPlayer, choose_player
from followme.ros.parameter_file import check_parameter_file
from followme.settings import (
    CameraNodeSettings,
    SettingsError,
    SpeechSettings,
    did_you_mean,
    settings_of,
)
from followme.settings.setting import Value

#: The parameter stays what the parameter file says, or its default.
UNSET = "unset"
#: FollowMe's own camera node plays a source.
NO_DRIVER = "none"

_TRUTHS = (UNSET, "true", "false")
_LEVELS = ("debug", "info", "warn", "error", "fatal")
_ENGINES = next(s.choices for s in settings_of(SpeechSettings) if s.name == "voice.engine")
_SOURCE = next(s for s in settings_of(CameraNodeSettings) if s.name == "source")

# ROS 2 design, "Topic and Service name mapping to DDS": parts of letters, digits and underscores.
_NAMESPACE = re.compile(r"/?[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)
# rmw_validate_namespace: longer ones leave no room for a topic in a DDS name.
_NAMESPACE_LENGTH = 200


@dataclass(frozen=True)
class Argument:
    """One argument, as a launch file declares it and ``--help`` shows it.

    Parameters
    ----------
    name : str
        As in ``name:=value``.
    default : str or None
        None: it must be given.
    text : str
        What it does, for a person.
    choices : tuple of str
        Closed set of values, empty when open.
    """

    name: str
    default: str | None
    text: str
    choices: tuple[str, ...] = ()


GRAPH_ARGUMENTS: tuple[Argument, ...] = (
    Argument(
        "source",
        "",
        f"What the camera node plays: {_SOURCE.text} Empty: what the parameter file says, else "
        f"{_SOURCE.default}.",
    ),
    Argument(
        "at_end",
        "stay",
        "When the source has no more frames. stay: the graph runs on and says that it sees "
        "nothing; loop: the source begins again; end: all nodes end.",
        ("stay", "loop", "end"),
    ),
    Argument(
        "camera_driver",
        NO_DRIVER,
        "A camera driver that already runs. Its topics are taken and no camera node is started; "
        "none: FollowMe's own camera node plays the source.",
        (NO_DRIVER, *DRIVERS),
    ),
    Argument(
        "driver_namespace",
        "",
        "Where the driver publishes, when not in the place of its own launch file ("
        + ", ".join(f"{d.namespace} for {name}" for name, d in DRIVERS.items())
        + "). Without a leading slash: below the namespace.",
    ),
    Argument(
        "params_file", "", "ROS 2 parameter file with what differs from config/followme.yaml."
    ),
    Argument("namespace", "", "Of all nodes and topics, as robot1."),
    Argument(
        "use_sim_time",
        UNSET,
        "Whether the nodes take their time from /clock. unset: what the parameter file says, "
        "else false.",
        _TRUTHS,
    ),
    Argument(
        "autostart",
        UNSET,
        "Whether the nodes configure and activate themselves. unset: what the parameter file "
        "says, else true.",
        _TRUTHS,
    ),
    Argument(
        "speech",
        UNSET,
        "How it speaks; config/followme.yaml explains it at voice.engine. unset: what the "
        "parameter file says, else auto.",
        (UNSET, *_ENGINES),
    ),
    Argument("rviz", "false", "Whether RViz is started too.", ("true", "false")),
    Argument("log_level", "info", "From which level on the nodes log.", _LEVELS),
)

_PLAYING: tuple[Argument, ...] = (
    Argument(
        "player",
        "auto",
        "Who plays a bag. ros2_bag: ros2 bag play; bag_player: FollowMe's own, which unpacks "
        "compressed images and finds topics by their types; camera: the camera node, which stamps "
        "images anew and gives no /clock. auto: ros2_bag where it is installed and gives the same, "
        "else bag_player; the camera for what is no bag.",
        PLAYERS,
    ),
    Argument(
        "remaps",
        "",
        "Topics of the bag that have other names there, as /theirs:=camera/image_raw, with commas "
        "between.",
    ),
    Argument("rate", "1.0", "Times the speed at which a bag was recorded."),
    Argument("start", "0.0", "Seconds of a bag that are left out at its beginning."),
)

# With its recording the graph is at its end.
REPLAY_ARGUMENTS: tuple[Argument, ...] = (
    tuple(
        {
            "source": Argument("source", None, "The recording: a bag, or a folder of images."),
            "at_end": replace(a, default="end") if a.name == "at_end" else a,
        }.get(a.name, a)
        for a in GRAPH_ARGUMENTS
        if a.name not in ("camera_driver", "driver_namespace")
    )
    + _PLAYING
)


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
    if own_camera and values.get("driver_namespace"):
        raise SettingsError(
            f"driver_namespace: {values['driver_namespace']!r} needs a camera_driver; give one of "
            f"{', '.join(DRIVERS)}"
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
    return {
        "*": everywhere,
        "camera": camera,
        "speech": dict(speech),
        **({player.node: dict(player.parameters)} if player.parameters else {}),
    }


def _remaps(values: Mapping[str, str]) -> dict[str, str]:
    driver = DRIVERS[values["camera_driver"]]
    namespace = check_namespace("driver_namespace", values["driver_namespace"])
    namespace = (namespace or driver.namespace).rstrip("/")
    root = "/" if values["driver_namespace"] == "/" else f"{namespace}/"
    return {topic: f"{root}{theirs}" for topic, theirs in driver.topics.items()}
