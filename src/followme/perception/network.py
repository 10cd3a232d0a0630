"""What all networks share: a file with its card, an engine, an image made to fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from followme.perception.card import ModelError, card_path, load_card
from followme.perception.fitting import Fit, fit, rgb_of
from followme.perception.session import Arrays, Session
from followme.settings import ModelSettings


class Network:
    """A network for one task, loaded and warm.

    Parameters
    ----------
    model : Path
        The ONNX file; its card lies beside it.
    task : str
        What it has to be for.
    s : ModelSettings
        Engine and threads.

    Raises
    ------
    ModelError
        When file or card cannot be used, or the card is that of another task.
    """

    def __init__(self, model: Path, task: str, s: ModelSettings) -> None:
        self.file = model
        self.card = load_card(card_path(model))
        if self.card.task != task:
            raise ModelError(
                f"{card_path(model).name}: task is {self.card.task!r}, a network for {task!r} is "
                "needed; give another file"
            )
        self._session = Session(model, self.card, s.runtime, s.threads)

    def run(self, bgr: NDArray[np.uint8]) -> tuple[Arrays, Fit]:
        """Show an image (H, W, 3) uint8 to the network; return its outputs and how it was fitted.

        Raises
        ------
        ModelError
            When the engine fails, or after :meth:`close`.
        """
        height, width = bgr.shape[:2]
        fitting = fit((height, width), self.card.input_size, self.card.resize)
        return self._session.run(rgb_of(bgr, fitting)), fitting

    def close(self) -> None:
        """Free the engine."""
        self._session.close()
