"""Print what stands in the way, from any graph that runs: followme run, followme up, a robot.

. tools/env.sh; python examples/listen_to_obstacles.py
"""

import rclpy
from rclpy.node import Node

from followme_msgs.msg import Obstacle, ObstacleArray

ZONES = {
    Obstacle.ZONE_STOP: "STOP",
    Obstacle.ZONE_WARN: "WARN",
    Obstacle.ZONE_INFORM: "INFORM",
    Obstacle.ZONE_CLEAR: "CLEAR",
}


class Listener(Node):
    """Subscribes to obstacles; the default quality of service fits."""

    def __init__(self):
        super().__init__("listener")
        self.create_subscription(ObstacleArray, "obstacles", self.came, 10)

    def came(self, seen):
        """Print the nearest thing in the way. No obstacles while BLIND does not mean: free."""
        if seen.sight == ObstacleArray.SIGHT_BLIND:
            print(f"sight is lost: {seen.reason}", flush=True)
            return
        for thing in (x for x in seen.obstacles if x.in_corridor):
            distance = f"{thing.distance_m:.1f} m" if seen.distances_known else "distance unknown"
            print(f"{ZONES[thing.zone]} {thing.label or 'obstacle'} {distance}", flush=True)
            break


def main():
    """Listen until Ctrl-C."""
    rclpy.init()
    try:
        rclpy.spin(Listener())
    except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
        pass
    finally:
        rclpy.try_shutdown()


if __name__ == "__main__":
    main()
