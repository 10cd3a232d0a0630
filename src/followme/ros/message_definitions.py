"""The text of a message type and of all types in it, as bags carry it."""

from __future__ import annotations

import re
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

# What ``ros2 bag record`` puts between the types of a schema (MCAP, "ros2msg").
_RULE = "=" * 80
# A type of another package, or of the same, at the begin of a line; builtin ones are lower case.
_FIELD = re.compile(r"^\s*(?:([a-z][a-z0-9_]*)/(?:msg/)?)?([A-Z][A-Za-z0-9]*)(?:\[[^\]]*\])?\s+\w")


class NoDefinitionError(ValueError):
    """A type whose text is not installed; one sentence with the mend."""


def definition_of(kind: str) -> str:
    """Return the definition of a type, those of the types in it below it.

    Parameters
    ----------
    kind : str
        As ``sensor_msgs/msg/Image``.

    Raises
    ------
    NoDefinitionError
        When its package is not installed.
    """
    texts = {kind: _text(kind)}
    waiting = _inside(kind, texts[kind])
    while waiting:
        inner = waiting.pop(0)
        if inner not in texts:
            texts[inner] = _text(inner)
            waiting += _inside(inner, texts[inner])
    first, *others = texts
    below = (f"{_RULE}\nMSG: {_short(other)}\n{texts[other]}" for other in others)
    return "\n".join([texts[first].rstrip("\n"), *(b.rstrip("\n") for b in below)]) + "\n"


def refuse_another(kind: str, definition: str, type_hash: str) -> None:
    """Hold a definition against the hash of the type as its publisher was built.

    Where a workspace is linked and not built anew, the text is newer than the type; a bag with
    both could not be read.

    Parameters
    ----------
    kind, definition : str
        A type and its text.
    type_hash : str
        RIHS01 (REP 2011); nothing is held against one that is empty.

    Raises
    ------
    NoDefinitionError
        When it is that of another type.
    """
    store = get_typestore(Stores.EMPTY)
    store.register(get_types_from_msg(definition, kind))
    if type_hash and store.hash_rihs01(kind) != type_hash:
        raise NoDefinitionError(
            f"{kind}: its definition here is not the one with which its publisher was built; "
            "build the workspace anew and start both again"
        )


def _text(kind: str) -> str:
    package, _, name = kind.split("/")
    try:
        path = Path(get_package_share_directory(package), "msg", f"{name}.msg")
        return path.read_text(encoding="utf-8")
    except (PackageNotFoundError, OSError) as error:
        raise NoDefinitionError(
            f"{kind}: its definition is not installed here; install ros-$ROS_DISTRO-"
            f"{package.replace('_', '-')}, or source the workspace that has it"
        ) from error


def _inside(kind: str, text: str) -> list[str]:
    own = kind.split("/")[0]
    found = (_FIELD.match(line.partition("#")[0]) for line in text.splitlines())
    return [f"{m[1] or own}/msg/{m[2]}" for m in found if m]


def _short(kind: str) -> str:
    package, _, name = kind.split("/")
    return f"{package}/{name}"
