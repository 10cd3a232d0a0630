"""A network in which each unit sees all of the layer before it."""

from __future__ import annotations

from torch import Tensor, nn

from followme_training.classification.networks.classifier import Standardised


class FullyConnected(nn.Module):
    """Linear layers with batch norm, ReLU and dropout.

    Parameters
    ----------
    image : tuple of three ints
        Height, width and channels.
    width : int
        Units a layer.
    depth : int
        Layers.
    dropout : float
        Share of the units left out behind each layer but the last, which the classifier's own
        dropout follows.
    """

    def __init__(self, image: tuple[int, int, int], width: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.width = width
        layers: list[nn.Module] = [Standardised(image[2]), nn.Flatten()]
        inside = image[0] * image[1] * image[2]
        for number in range(depth):
            layers += [nn.Linear(inside, width, bias=False), nn.BatchNorm1d(width), nn.ReLU()]
            if number + 1 < depth:
                layers.append(nn.Dropout(dropout))
            inside = width
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Return features (B, width) of images (B, C, H, W), 0 to 255."""
        found: Tensor = self.layers(x)
        return found
