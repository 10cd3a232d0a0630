"""The base of nodes that show each image to a network and publish what it sees."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from followme.perception.card import card_path
from followme.perception.model_file import find_model
from followme.perception.network import Network
from followme.ros.base_node import BaseNode
from followme.ros.gate import Gate, give_way
from followme.ros.lifecycle import NotYetError
from followme.ros.vision_mirror import VisionMirror
from followme.settings import ModelSettings, SettingsError
from followme.values.frame import ColourImage

S = TypeVar("S")
N = TypeVar("N", bound=Network)


class NetworkNode(BaseNode[S], Generic[S, N]):
    """Waits for its model file, then for its turn, then for nothing.

    Parameters
    ----------
    name : str
        Of the node in the graph's table.
    task : str
        Of its network; its file is ``models/<task>.onnx`` unless a parameter says otherwise.
    gate : Gate, optional
        Shared by the networks of one process; without it depth is in another one.
    wiring
        As for BaseNode.
    """

    def __init__(self, name: str, task: str, gate: Gate | None = None, **wiring: Any) -> None:
        super().__init__(name, **wiring)
        self._task = task
        self._gate = gate or Gate()
        self._network: N | None = None
        self.takes("camera/image_raw", self.image_came)
        if gate is None:
            self.takes("depth/status", lambda s, _: self._gate.first_ended(s.stamp_ns))

    # -- what subclasses override ----------------------------------------------------------

    @abstractmethod
    def open(self, model: Path, s: ModelSettings) -> N:
        """Load the network."""

    @abstractmethod
    def look(self, network: N, image: ColourImage) -> None:
        """Show an image to the network and publish what it sees."""

    def began(self, network: N) -> None:
        """Publish what is latched: the node was activated."""

    def mirror_of(self, topic: str) -> VisionMirror | None:
        """Return what publishes a topic as vision_msgs too; None unless a parameter asks for it.

        Raises
        ------
        SettingsError
            When vision_msgs is not installed; the node has then left the graph.
        """
        if not self.settings.mirror:
            return None
        try:
            return VisionMirror(self, topic)
        except SettingsError:
            self.destroy_node()
            raise

    # -- the node ------------------------------------------------------------------------------

    def load(self) -> None:
        model: ModelSettings = self.settings.model
        file = find_model(self._task, model)
        if file is None or not (model.file or card_path(file).is_file()):
            raise NotYetError(
                f"no network: models/{self._task}.onnx with its card is not there; "
                "this node starts by itself once it is, and all others run without it",
                self._came,
            )
        self._network = self.open(file, model)

    def produce(self, alive: Callable[[], bool]) -> None:
        give_way()
        if self._network is not None:
            self.began(self._network)
        super().produce(alive)

    @contextmanager
    def turn(self, item: ColourImage) -> Iterator[bool]:
        if not self.settings.after_depth:
            yield True
            return
        with self._gate.after(item.stamp_ns) as newest:
            yield newest or not self.slot.overtakes()

    def work(self, item: ColourImage) -> None:
        assert self._network is not None
        self.look(self._network, item)
        self.note_age(item.stamp_ns)

    def free(self) -> None:
        network, self._network = self._network, None
        if network is not None:
            network.close()

    def facts(self) -> dict[str, Any]:
        network = self._network
        return {
            "model": "none" if network is None else network.file.name,
            "model_sha256": "" if network is None else network.card.sha256,
        }

    def image_came(self, image: ColourImage, frame_id: str) -> None:
        """Take an image; the newest one waits for its turn."""
        self.frame_id = frame_id
        self.slot.put(image)

    def _came(self) -> bool:
        file = find_model(self._task, self.settings.model)
        return file is not None and card_path(file).is_file()
