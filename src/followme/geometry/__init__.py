"""The geometry station: from pixels to metres, from metres to obstacles that last.

Depth comes in, obstacles go out. Each rule of the assistive specification (B1 to B6, B11, B12)
has a file of its own that knows nothing of the others; ``metric_depth`` and ``obstacle_finder``
put them together.
"""
