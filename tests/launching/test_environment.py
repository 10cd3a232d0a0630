from __future__ import annotations

import os
from pathlib import Path

from followme.launching.environment import missing_environment
from followme.ros.owner import OWNER

PROFILES = {"FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE"}

RANGE = "ROS_AUTOMATIC_DISCOVERY_RANGE"


def test_the_profile_that_carries_images_is_put_in_force():
    wanted = missing_environment({})
    assert set(wanted) > PROFILES
    assert all(Path(wanted[name]).name == "fastdds.xml" for name in PROFILES)
    assert all(Path(wanted[name]).is_file() for name in PROFILES)


def test_a_profile_of_ones_own_stays():
    wanted = missing_environment(dict.fromkeys(PROFILES, "/own.xml"))
    assert set(wanted) == {"PYTHONUNBUFFERED", RANGE, OWNER}


def test_the_graph_keeps_to_this_machine_unless_somebody_says_otherwise():
    assert missing_environment({})[RANGE] == "LOCALHOST"
    assert RANGE not in missing_environment({RANGE: "SUBNET"})
    assert RANGE not in missing_environment({RANGE: ""}), "empty: as ROS 2 has it"


def test_an_empty_variable_is_no_profile():
    assert set(missing_environment(dict.fromkeys(PROFILES, ""))) > PROFILES


def test_who_starts_a_node_is_its_owner_whoever_was_before():
    assert missing_environment({OWNER: "1"})[OWNER] == str(os.getpid())


def test_lines_are_not_held_back():
    assert missing_environment({})["PYTHONUNBUFFERED"] == "1"
    assert "PYTHONUNBUFFERED" not in missing_environment({"PYTHONUNBUFFERED": "x"})
