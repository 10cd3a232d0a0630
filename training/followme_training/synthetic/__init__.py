"""Indoor worlds from a seed, rendered with Blender's Cycles: images with exact truth."""
