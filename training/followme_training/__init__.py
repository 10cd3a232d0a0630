"""Training of FollowMe's networks: data, networks, losses, metrics and export."""

from importlib.util import find_spec

from followme_training.memory_pages import keep_large_pages

# Torch asks the environment once, at its first tensor: before it is imported.
keep_large_pages()
# Lightning and torchmetrics import torchvision: before any of them. Blender's Python has no torch.
if find_spec("torch") is not None:
    from followme_training.torchvision_repair import make_torchvision_importable

    make_torchvision_importable()
