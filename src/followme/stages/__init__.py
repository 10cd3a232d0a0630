"""The three links of the chain from image to ear, each put together from stations.

A stage is a plain object without ROS and without a clock of its own: the pipeline calls it on a
simulated clock, a node calls it on the clock of its graph. Both wirings therefore agree.
"""
