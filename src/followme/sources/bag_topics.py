"""Which topics of a bag are colour, depth and calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followme.settings import did_you_mean
from followme.sources.bag_images import COMPRESSED, IMAGE, INFO, encoding_of, is_colour, is_depth
from followme.sources.bag_reader import BagReader
from followme.sources.source import SourceError


@dataclass(frozen=True)
class BagTopics:
    """Topics of one camera; empty where there is none."""

    colour: str = ""
    depth: str = ""
    info: str = ""


def choose_topics(
    path: Path, bag: BagReader, named: BagTopics, report: Callable[[str], None]
) -> BagTopics:
    """Return what is read: the named topics, and for the others what their types tell.

    Colour is taken before grey, raw before compressed, depth that is aligned to colour before
    other depth; what FollowMe itself computed is no input. The calibration is that beside the
    colour topic.

    Raises
    ------
    SourceError
        When there is no colour image, or a named topic is not there or of another type.
    """
    types = bag.types()
    kinds = {t: bag.first(t) for t, kind in types.items() if kind in (IMAGE, COMPRESSED)}
    inputs = {t: m for t, m in kinds.items() if not _is_result(t, types)}
    colours = sorted((t for t, m in inputs.items() if is_colour(m)), key=_colour_rank(bag, kinds))
    colour = _named(path, named.colour, types, (IMAGE, COMPRESSED)) or next(iter(colours), "")
    if not colour:
        raise SourceError(
            f"{path}: holds no colour images, its topics are {_listed(types)}; give another bag"
        )
    depths = sorted((t for t, m in inputs.items() if is_depth(m)), key=_depth_rank(bag))
    depth = _named(path, named.depth, types, (IMAGE, COMPRESSED)) or next(iter(depths), "")
    if depth == colour:
        raise SourceError(f"{path}: {colour} is taken for colour and depth; name two topics")
    info = _named(path, named.info, types, (INFO,)) or _info_beside(colour, types)
    for what, chosen, name, found in (
        ("colour", colour, named.colour, colours),
        ("depth", depth, named.depth, depths),
    ):
        if not name and (others := [t for t in found if _base(t) != _base(chosen)]):
            report(f"{path}: {what} is taken from {chosen}, not from {_listed(others)}")
    return BagTopics(colour, depth, info)


def _named(path: Path, name: str, types: dict[str, str], wanted: tuple[str, ...]) -> str:
    """Return a topic that the user named, with or without the first slash; empty when none."""
    if not name:
        return ""
    topic = next((t for t in types if t.strip("/") == name.strip("/")), None)
    if topic is None:
        raise SourceError(
            f"{path}: holds no messages on {name!r}, its topics are {_listed(types)}"
            f"{did_you_mean(name, types)}"
        )
    if types[topic] not in wanted:
        raise SourceError(f"{path}: {name!r} is {types[topic]}, give a topic of {wanted[0]}")
    return topic


def _is_result(topic: str, types: dict[str, str]) -> bool:
    """Return whether FollowMe computed it: a bag of a run holds its results, too."""
    above, _, last = _base(topic).rpartition("/")
    if above.rpartition("/")[2] == "overlay":
        return True
    # the deviation is what only FollowMe writes beside depth
    return f"{above}/sigma" in types and last in ("image", "sigma")


def _colour_rank(bag: BagReader, messages: dict[str, Any]) -> Callable[[str], tuple[Any, ...]]:
    def rank(topic: str) -> tuple[Any, ...]:
        message = messages[topic]
        is_grey = encoding_of(message).startswith("mono8")
        return is_grey, not hasattr(message, "encoding"), -bag.count(topic), topic

    return rank


def _depth_rank(bag: BagReader) -> Callable[[str], tuple[Any, ...]]:
    def rank(topic: str) -> tuple[Any, ...]:
        is_aligned = "aligned" in topic or "registered" in topic
        is_packed = _base(topic) != topic
        return not is_aligned, is_packed, -bag.count(topic), topic

    return rank


def _info_beside(colour: str, types: dict[str, str]) -> str:
    topic = _base(colour).rpartition("/")[0] + "/camera_info"
    beside = (topic, topic.lstrip("/"))
    return next((t for t in beside if types.get(t) == INFO), "")


def _base(topic: str) -> str:
    """Return the topic of the raw image that a compressed one stands for."""
    return topic.removesuffix("/compressed").removesuffix("/compressedDepth")


def _listed(topics: Iterable[str]) -> str:
    return ", ".join(sorted(topics)) or "none"
