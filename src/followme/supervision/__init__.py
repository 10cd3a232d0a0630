"""Processes that are started, watched, started again and ended; it knows nothing of ROS."""
