"""The settings of the nodes that record and play bags."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import setting

_AUTOSTART = "Configure and activate by itself, again with a growing pause when that fails."


@dataclass(frozen=True)
class BagRecorderSettings:
    """Node bag_recorder: topics into a bag, as they come."""

    autostart: bool = setting(True, _AUTOSTART, read_only=True)
    bag: str = setting(
        "",
        "Folder that is made for the bag; empty: bag_ and the time, in the working directory. "
        "Configured again after it wrote, the node takes another: NAME_2, NAME_3 ...",
        read_only=True,
    )
    topics: str = setting(
        "inputs",
        "What is recorded, with commas or spaces between: names of topics; inputs (what a replay "
        "needs: image, calibration, depth, ego motion); results (what FollowMe makes of it, "
        "without the drawn overlay); all (both, and /diagnostics).",
        read_only=True,
    )
    split_mib: int = setting(
        1024,
        "A file that has so many mebibytes is closed and the next one begun.",
        low=1,
        high=1_048_576,
        read_only=True,
    )
    chunk_s: float = setting(
        1.0,
        "What came is on the disk after so long at most; a recorder that is killed loses no more.",
        unit="s",
        low=0.05,
        high=60.0,
        read_only=True,
    )
    queue_mib: int = setting(
        256,
        "So many mebibytes wait at most for a slow disk; what comes beyond is lost and counted.",
        low=1,
        high=65_536,
        read_only=True,
    )
    compression: str = setting(
        "none",
        "Of the chunks; zstd makes small bags and costs time, lz4 is in between.",
        choices=("none", "lz4", "zstd"),
        read_only=True,
    )


@dataclass(frozen=True)
class BagPlayerSettings:
    """Node bag_player: a bag in the place of the camera."""

    autostart: bool = setting(True, _AUTOSTART, read_only=True)
    bag: str = setting(
        "", "Folder of a ROS 2 bag, or one of its .mcap or .db3 files.", read_only=True
    )
    topics: str = setting(
        "inputs",
        "What is played: inputs (image, calibration, depth, ego motion, which FollowMe takes from "
        "a camera), all (every topic of the bag), or names of other topics to play besides the "
        "inputs, with commas or spaces between.",
        read_only=True,
    )
    remaps: str = setting(
        "",
        "Topics of the bag that are played under other names, as /theirs:=camera/image_raw, with "
        "commas or spaces between. Image, depth and calibration are found by their types where "
        "nothing is said.",
        read_only=True,
    )
    rate: float = setting(
        1.0, "Times the speed of the recording.", low=0.01, high=100.0, read_only=True
    )
    loop: bool = setting(False, "Begin again when the bag ends.", read_only=True)
    start_s: float = setting(
        0.0,
        "Leave out so much of the beginning.",
        unit="s",
        low=0.0,
        high=1_000_000.0,
        read_only=True,
    )
    clock_hz: float = setting(
        40.0,
        "How often /clock is published between messages; it is with each image anyway. 0: never, "
        "for nodes that do not run on simulated time.",
        unit="Hz",
        low=0.0,
        high=1000.0,
        read_only=True,
    )
    every_frame: bool = setting(
        False,
        "Give the next image only after the obstacles of the last one came, so that none is "
        "dropped, however slow the machine. Time stands still meanwhile, rate is not kept.",
        read_only=True,
    )
    calibration: str = setting(
        "",
        "A camera_info file (YAML, as ROS camera_calibration writes it), valid for every image; "
        "empty: what the bag holds.",
        read_only=True,
    )
    field_of_view_deg: float = setting(
        0.0,
        "Horizontal field of view, for a bag without calibration: makes a nominal one; 0 when "
        "nobody knows it.",
        unit="deg",
        low=0.0,
        high=179.0,
        read_only=True,
    )
    exit_at_end: bool = setting(
        False, "End the process when the bag ends; else the node waits.", read_only=True
    )
    wait_s: float = setting(
        0.0,
        "The bag begins when all critical nodes take its images, at the latest after this long.",
        unit="s",
        low=0.0,
        high=120.0,
        read_only=True,
    )
