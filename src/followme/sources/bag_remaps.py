"""What a person says about the topics of a bag: ``/theirs:=camera/image_raw``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from followme.settings import did_you_mean
from followme.sources.bag_topics import BagTopics
from followme.sources.source import SourceError

COLOUR = "camera/image_raw"
DEPTH = "camera/depth/image_raw"
INFO = "camera/camera_info"
MOTION = "ego_motion"
#: What a camera node gives, by the name that it has in the graph.
OF_CAMERA = (COLOUR, DEPTH, INFO)

# A topic as a bag or a graph may have it.
_NAME = re.compile(r"[~/]?[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)


def read_remaps(text: str) -> dict[str, str]:
    """Return by the name in the bag under which name a topic is played.

    Parameters
    ----------
    text : str
        As ``/theirs:=camera/image_raw``, with commas or spaces between.

    Raises
    ------
    SourceError
        For a word that is no remap, or two that contradict each other.
    """
    remaps: dict[str, str] = {}
    for word in re.split(r"[,\s]+", text.strip(", \t\n")):
        if not word:
            continue
        theirs, sign, ours = word.partition(":=")
        if not sign or not _NAME.fullmatch(theirs) or not _NAME.fullmatch(ours):
            raise SourceError(
                f"remaps: {word!r} is no remap; give the topic of the bag and its new name, as "
                f"/their/image:={COLOUR}"
            )
        ours = ours.lstrip("/") if ours.lstrip("/") in (*OF_CAMERA, MOTION) else ours
        if theirs in remaps or ours in remaps.values():
            twice = theirs if theirs in remaps else ours
            raise SourceError(f"remaps: {twice!r} is there twice; leave one of them away")
        remaps[theirs] = ours
    return remaps


def camera_topics(remaps: Mapping[str, str]) -> BagTopics:
    """Return which topics of the bag were named as colour, depth and calibration."""
    theirs = {ours: name for name, ours in remaps.items()}
    return BagTopics(theirs.get(COLOUR, ""), theirs.get(DEPTH, ""), theirs.get(INFO, ""))


def only_of_camera(remaps: Mapping[str, str]) -> BagTopics:
    """Return the same where nothing but images is taken from a bag.

    Raises
    ------
    SourceError
        When a topic was to get another name.
    """
    for theirs, ours in remaps.items():
        if ours not in OF_CAMERA:
            raise SourceError(
                f"remaps: {theirs!r} cannot become {ours!r}; a source takes {', '.join(OF_CAMERA)}"
                f"{did_you_mean(ours, OF_CAMERA)}"
            )
    return camera_topics(remaps)
