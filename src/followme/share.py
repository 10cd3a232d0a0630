"""Where the files that come with FollowMe lie: config, models, launch, rviz."""

from __future__ import annotations

import os
from pathlib import Path


def share_path(*parts: str) -> Path:
    """Return the path of a file that comes with FollowMe.

    In a checkout (also one built with links) that is the repository, in an installed package
    ``share/followme`` of the install space.

    Raises
    ------
    FileNotFoundError
        When there is no such file in any of the places.
    """
    looked: list[Path] = []
    for root in _roots():
        path = root.joinpath(*parts)
        if path.exists():
            return path
        looked.append(path)
    places = ", ".join(str(p) for p in looked) or "nowhere"
    raise FileNotFoundError(
        f"{'/'.join(parts)} of FollowMe is missing (looked at {places}): build or install it again"
    )


def _roots() -> list[Path]:
    checkout = Path(__file__).resolve().parents[2]
    roots = [checkout] if (checkout / "package.xml").is_file() else []
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        if prefix:
            roots.append(Path(prefix) / "share" / "followme")
    return roots
