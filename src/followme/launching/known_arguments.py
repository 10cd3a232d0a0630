"""The arguments of the launch files and of ``followme up``: names, defaults, choices, words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from followme.launching.drivers import DRIVERS
from followme.launching.replaying import PLAYERS
from followme.settings import (
    CameraNodeSettings,
    DepthEstimatorSettings,
    SpeechSettings,
    settings_of,
)

#: The parameter stays what the parameter file says, or its default.
UNSET = "unset"
#: FollowMe's own camera node plays a source.
NO_DRIVER = "none"

_TRUTHS = (UNSET, "true", "false")
_LEVELS = ("debug", "info", "warn", "error", "fatal")
_ENGINES = next(s.choices for s in settings_of(SpeechSettings) if s.name == "voice.engine")
_SOURCE = next(s for s in settings_of(CameraNodeSettings) if s.name == "source")
_TRANSPORT = next(s for s in settings_of(DepthEstimatorSettings) if s.name == "image_transport")


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
        "image_transport",
        UNSET,
        "How the images of a camera driver come. compressed: as JPEG or PNG on .../compressed, for "
        "a driver or a radio link that gives nothing else. unset: what the parameter file says, "
        f"else {_TRANSPORT.default}.",
        (UNSET, *_TRANSPORT.choices),
    ),
    Argument(
        "params_file", "", "ROS 2 parameter file with what differs from config/followme.yaml."
    ),
    Argument(
        "camera_height",
        "",
        "Height of the camera over the floor in metres, as its wearer measured it; 0: nobody did. "
        "Empty: what the parameter file says, else 0.",
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

#: They say something of a camera driver, and nothing where there is none.
OF_DRIVERS = ("camera_driver", "driver_namespace", "image_transport")

# With its recording the graph is at its end.
REPLAY_ARGUMENTS: tuple[Argument, ...] = (
    tuple(
        {
            "source": Argument("source", None, "The recording: a bag, or a folder of images."),
            "at_end": replace(a, default="end") if a.name == "at_end" else a,
        }.get(a.name, a)
        for a in GRAPH_ARGUMENTS
        if a.name not in OF_DRIVERS
    )
    + _PLAYING
)
