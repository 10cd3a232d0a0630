"""Semantic segmentation: data, networks, losses, metrics."""
