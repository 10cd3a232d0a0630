"""What the processes of the graph find in their environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

from followme.ros.discovery import kept_to_this_machine
from followme.ros.owner import OWNER
from followme.share import share_path

#: Name the file of profiles: Fast DDS 2 reads the first, Fast DDS 3 the second.
PROFILES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")


def missing_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables to set; what a person has set stays.

    The profile of Fast DDS carries whole images, the graph keeps to this machine, and lines that a
    node prints are not held back. Nodes end with this process, which starts them.

    Raises
    ------
    FileNotFoundError
        When the profile is missing.
    """
    profile = str(share_path("config", "fastdds.xml"))
    wanted = {**dict.fromkeys(PROFILES, profile), "PYTHONUNBUFFERED": "1"}
    missing = {name: value for name, value in wanted.items() if not environ.get(name)}
    return {**missing, **kept_to_this_machine(environ), OWNER: str(os.getpid())}
