"""What the networks for faces and for things share: tiles, thresholds, one box for each thing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from followme.perception.candidates import Candidates, joined, said
from followme.perception.card import Card, ModelError
from followme.perception.fitting import Fit
from followme.perception.network import Network
from followme.perception.session import Arrays
from followme.perception.tiling import tiles_of
from followme.settings import ModelSettings, did_you_mean, scores_by_name
from followme.values.detections import Detections
from followme.values.frame import ColourImage


class Detector(Network):
    """A network that gives boxes.

    Parameters
    ----------
    model : Path
        The ONNX file; its card lies beside it.
    task : str
        What it has to be for.
    s : ModelSettings
        Engine and threads.
    tiles : str
        Columns and rows of tiles that it looks at beside the whole image, such as 2x1; 1x1: none.
    thresholds : str
        Scores in place of the card's, as "door=0.4, chair=0.3".

    Raises
    ------
    ModelError
        When file or card cannot be used, or a threshold is for a class that the card lacks.
    SettingsError
        When the thresholds are written in another way.
    """

    def __init__(
        self, model: Path, task: str, s: ModelSettings, tiles: str = "1x1", thresholds: str = ""
    ) -> None:
        super().__init__(model, task, s)
        self._tiles = tiles
        self.card = with_thresholds(self.card, self.names, scores_by_name(thresholds))

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """Of the classes, in the order of the outputs."""

    @abstractmethod
    def candidates(self, outputs: Arrays, fitting: Fit) -> Candidates:
        """Return what is sure enough, in pixels of what the network was shown."""

    def look(self, image: ColourImage) -> Detections:
        """Return what an image shows, the surest first, in its own pixels.

        Raises
        ------
        ModelError
            When the engine fails, or after :meth:`close`.
        """
        height, width = image.bgr.shape[:2]
        parts = []
        for tile in tiles_of((height, width), self._tiles):
            outputs, fitting = self.run(image.bgr[tile.top : tile.bottom, tile.left : tile.right])
            parts.append(self.candidates(outputs, fitting).from_tile(tile, (height, width)))
        return said(joined(parts), self.names, self.card.overlap, (width, height), image.stamp_ns)


def with_thresholds(card: Card, names: Sequence[str], scores: Mapping[str, float]) -> Card:
    """Return a card with other thresholds for some classes.

    Raises
    ------
    ModelError
        For a class that is none of ``names``.
    """
    for name in scores:
        if name not in names:
            raise ModelError(
                f"thresholds: {card.name} has no class {name!r}{did_you_mean(name, names)}; "
                f"give some of {', '.join(names)}"
            )
    return replace(card, thresholds={**card.thresholds, **scores})
