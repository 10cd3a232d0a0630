"""The whole graph, each node a process: ros2 launch followme followme.launch.py source:=synthetic.

What is started stands in followme/graph.py and followme/launching; `ros2 launch followme
followme.launch.py --show-args` lists the arguments. `followme up` does the same without launch.
"""

from followme.launching.description import launch_description
from followme.launching.known_arguments import GRAPH_ARGUMENTS


def generate_launch_description():
    """Return the description that `ros2 launch` asks for."""
    return launch_description(GRAPH_ARGUMENTS)
