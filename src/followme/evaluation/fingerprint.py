"""What a run hangs on beside its place in the grid, in a few characters for its log."""

from __future__ import annotations

import hashlib
from pathlib import Path

from followme import __version__
from followme.evaluation.grid import GridError
from followme.evaluation.perceiving import settings_for

# Far more than enough for one folder of logs.
_CHARACTERS = 16


def fingerprint(path: Path, perception: str) -> str:
    """Return a text that changes with the file of a walk, the settings and the version.

    Parameters
    ----------
    path : Path
        File of the walk.
    perception : str
        What FollowMe is given to see.

    Raises
    ------
    GridError
        When the file cannot be read, or the networks are wanted and there is none for depth.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GridError(f"walk {str(path)!r} cannot be read, {error.strerror}") from error
    digest = hashlib.sha256(content)
    digest.update(f"{__version__} {settings_for(perception)!r}".encode())
    return digest.hexdigest()[:_CHARACTERS]
