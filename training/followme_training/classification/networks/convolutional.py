"""A plain convolutional network: pairs of 3x3 convolutions, halving in between."""

from __future__ import annotations

from torch import Tensor, nn

from followme_training.classification.networks.classifier import Standardised, convolution


class Convolutional(nn.Module):
    """Stages of two convolutions, each twice as wide as the one before at half of its size.

    Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
    ICLR 2015, with batch norm, and the mean over all places in the place of wide linear layers.

    Parameters
    ----------
    channels : int
        Of the image.
    width : int
        Channels of the first stage.
    depth : int
        Stages.
    """

    def __init__(self, channels: int, width: int, depth: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [Standardised(channels)]
        inside = channels
        for stage in range(depth):
            outside = width * 2**stage
            if stage:
                layers.append(nn.MaxPool2d(2))
            layers += [convolution(inside, outside), convolution(outside, outside)]
            inside = outside
        self.width = inside
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())

    def forward(self, x: Tensor) -> Tensor:
        """Return features (B, width) of images (B, C, H, W), 0 to 255."""
        found: Tensor = self.layers(x)
        return found
