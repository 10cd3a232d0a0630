"""Boxes and landmarks from one image, by anchors: data, network, losses, measures."""
