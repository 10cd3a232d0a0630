"""Message classes by the names that topics have for them."""

from __future__ import annotations

import importlib
from typing import Any

from followme.ros.message_definitions import NoDefinitionError


def message_class(kind: str) -> Any:
    """Return the class of a type such as ``sensor_msgs/msg/Image``.

    Raises
    ------
    NoDefinitionError
        When its package is not installed.
    """
    try:
        package, _, name = kind.split("/")
        return getattr(importlib.import_module(f"{package}.msg"), name)
    except (ValueError, ImportError, AttributeError) as error:
        raise NoDefinitionError(
            f"{kind}: this type is not installed here; install its package or source the "
            "workspace that has it"
        ) from error
