"""Training of FollowMe's networks: data, networks, losses, metrics and export."""

from followme_training.torchvision_repair import make_torchvision_importable

# Lightning and torchmetrics import torchvision: before any of them.
make_torchvision_importable()
