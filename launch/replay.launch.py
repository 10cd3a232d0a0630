"""A recording through the whole graph: ros2 launch followme replay.launch.py source:=BAG.

`ros2 bag play` plays the bag where it is installed, else the node bag_player; the argument player
chooses. All nodes end when the recording does, unless at_end says otherwise.
"""

from followme.launching.description import launch_description
from followme.launching.known_arguments import REPLAY_ARGUMENTS


def generate_launch_description():
    """Return the description that `ros2 launch` asks for."""
    return launch_description(REPLAY_ARGUMENTS)
