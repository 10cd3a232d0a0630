"""Nodes of the straightforward chain: images and networks, each callback doing all its work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node

from followme.benchmark.walk_frames import walk_frames
from followme.graph import CAMERA_FRAME
from followme.perception.card import card_path, load_card
from followme.perception.faces import decode_faces
from followme.perception.fitting import Fit, fit, rgb_of
from followme.perception.objects import decode_objects
from followme.perception.segmentation import decode_labels, least_confidence
from followme.perception.session import Arrays
from followme.ros.wire import WIRES
from followme.values.frame import CameraInfo, ColourImage, DepthImage, GreyImage

#: Of every queue, as tutorials have it.
QUEUE = 10
_WALK_FRAMES = 160


class PlainNode(Node):
    """A node with the topics of FollowMe at the default quality of service."""

    def takes(self, topic: str, act: Callable[[Any], None]) -> None:
        """Call ``act`` with each value of a topic, in the executor's thread."""
        wire = WIRES[topic]
        assert wire.unpack is not None
        unpack = wire.unpack
        self.create_subscription(wire.type, topic, lambda m: act(unpack(m)), QUEUE)

    def gives(self, topic: str) -> Callable[[Any], None]:
        """Return what publishes a value on a topic."""
        wire = WIRES[topic]
        publisher = self.create_publisher(wire.type, topic, QUEUE)
        return lambda value: publisher.publish(wire.pack(value, CAMERA_FRAME))


class PlainCamera(PlainNode):
    """Gives the frames of the walk again and again, stamped as they are given.

    Parameters
    ----------
    rate_hz : float
        Frames a second.
    size : tuple of int
        Width and height.
    """

    def __init__(self, rate_hz: float, size: tuple[int, int]) -> None:
        super().__init__("camera")
        self._frames = walk_frames(_WALK_FRAMES, size)
        self._count = 0
        self._info = self.gives("camera/camera_info")
        self._sensor = self.gives("camera/depth/image_raw")
        self._colour = self.gives("camera/image_raw")
        self.create_timer(1.0 / rate_hz, self._give)

    def _give(self) -> None:
        frame = self._frames[self._count % len(self._frames)]
        self._count += 1
        stamp_ns = self.get_clock().now().nanoseconds
        assert frame.camera is not None and frame.depth_m is not None
        self._info(CameraInfo(stamp_ns, frame.camera))
        self._sensor(DepthImage(stamp_ns, frame.depth_m))
        self._colour(ColourImage(stamp_ns, frame.bgr))


class PlainNetwork(PlainNode):
    """Shows every image to a network, on onnxruntime as it comes.

    Parameters
    ----------
    task : str
        Of the network.
    file : Path
        ONNX; its card lies beside it.
    """

    def __init__(self, task: str, file: Path) -> None:
        import onnxruntime

        super().__init__(f"{task}_network")
        self._card = load_card(card_path(file))
        self._session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        self._names = [o.name for o in self._session.get_outputs()]
        looks = {
            "depth": self._depth,
            "segmentation": self._labels,
            "face": self._faces,
            "objects": self._objects,
        }
        self._look = looks[task]()
        self.takes("camera/image_raw", self._came)

    def _came(self, image: ColourImage) -> None:
        height, width = image.bgr.shape[:2]
        fitting = fit((height, width), self._card.input_size, self._card.resize)
        arrays = self._session.run(self._names, {"image": rgb_of(image.bgr, fitting)[None]})
        self._look(dict(zip(self._names, arrays, strict=True)), fitting, image.stamp_ns)

    def _depth(self) -> Callable[[Arrays, Fit, int], None]:
        metres, spread = self.gives("depth/image"), self.gives("depth/sigma")

        def look(outputs: Arrays, fitting: Fit, stamp_ns: int) -> None:
            spread(DepthImage(stamp_ns, _at(outputs["log_depth_std"][0], fitting.image_hw)))
            metres(DepthImage(stamp_ns, _at(outputs["depth"][0], fitting.image_hw)))

        return look

    def _labels(self) -> Callable[[Arrays, Fit, int], None]:
        labels = self.gives("segmentation/labels")
        confidence = self.gives("segmentation/confidence")
        least = least_confidence(self._card)

        def look(outputs: Arrays, fitting: Fit, stamp_ns: int) -> None:
            seen = decode_labels(outputs, fitting, self._card, stamp_ns, least)
            confidence(GreyImage(stamp_ns, seen.confidence))
            labels(GreyImage(stamp_ns, seen.labels))

        return look

    def _faces(self) -> Callable[[Arrays, Fit, int], None]:
        give = self.gives("faces")
        return lambda outputs, fitting, at: give(decode_faces(outputs, fitting, self._card, at))

    def _objects(self) -> Callable[[Arrays, Fit, int], None]:
        give = self.gives("objects")
        return lambda outputs, fitting, at: give(decode_objects(outputs, fitting, self._card, at))


def _at(values: NDArray[np.float32], size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Return a map at the size of the image, as packages of depth networks publish it."""
    return np.asarray(cv2.resize(values, size_hw[::-1]), np.float32)
