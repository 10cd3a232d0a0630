"""Training of FollowMe's networks: data, networks, losses, metrics and export."""

from followme_training.memory_pages import keep_large_pages
from followme_training.torchvision_repair import make_torchvision_importable

# Torch asks the environment once, at its first tensor: before it is imported.
keep_large_pages()
# Lightning and torchmetrics import torchvision: before any of them.
make_torchvision_importable()
