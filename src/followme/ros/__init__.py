"""The only room that knows ROS 2: messages, ports, life cycle, parameters, diagnostics."""
