"""Metric depth from one image: data, network, losses, metrics."""
