"""A parameter that several nodes have, told to all of them at once."""

from __future__ import annotations

from followme.graph import NODES
from followme.settings import SettingsError, WalkerSettings, settings_of
from followme.settings.setting import Value

_CAMERA_HEIGHT = "camera_height_m"


def wherever_known(name: str, value: Value) -> dict[str, dict[str, Value]]:
    """Return a parameter, by its dotted name, for each node that has it."""
    known = (n.name for n in NODES if any(s.name == name for s in settings_of(n.settings)))
    return {node: {name: value} for node in known}


def camera_height_everywhere(height_m: float) -> dict[str, dict[str, Value]]:
    """Return the parameter by which each node learns how high the camera is worn."""
    return wherever_known(f"walker.{_CAMERA_HEIGHT}", height_m)


def read_camera_height(name: str, given: float | str) -> float:
    """Return the height of the camera over the floor in metres, 0 when nobody measured it.

    Parameters
    ----------
    name : str
        Of what was given, for a person.
    given : float or str
        What was given.

    Raises
    ------
    SettingsError
        When it is no number, or none that the parameter may have.
    """
    setting = next(s for s in settings_of(WalkerSettings) if s.name == _CAMERA_HEIGHT)
    try:
        height_m = float(given)
        setting.check(height_m)
    except ValueError:
        raise SettingsError(
            f"{name}: {given} must be from {setting.low:g} to {setting.high:g} metres; 0 says that "
            "nobody measured it"
        ) from None
    return height_m
