"""Bad input, each with the sentence that docs/conformance.md promises; the next good one works."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from followme.nodes.bag_player import BagPlayer
from followme.sources.source import SourceError
from tests.real_ros import await_that
from tests.sources.build_recordings import STORE, header, write_bag, write_camera_info
from tests.sources.test_bag import a_walk, at

from .bad_instants import SENSOR, Driver, depth_with, driving, holds, promised, with_depth
from .conformance.pictures import packed_image
from .conformance.spoiled import SPOILED, SPOILED_PACKED
from .conformance.subject import Messages
from .instants import DEPTH, IMAGE, INFO

pytestmark = pytest.mark.graph


@pytest.fixture(scope="module")
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    with driving(by_radio=getattr(request, "param", False)) as made:
        yield made


# -- over topics ---------------------------------------------------------------------------------


def spoiled(topic: str, how: str) -> Callable[[Messages], Messages]:
    return lambda good: {**good, topic: SPOILED[how](good[topic])}


def calibrated(**fields: Any) -> Callable[[Messages], Messages]:
    def spoil(good: Messages) -> Messages:
        for name, value in fields.items():
            setattr(good[INFO], name, value)
        return good

    return spoil


def without(topic: str) -> Callable[[Messages], Messages]:
    return lambda good: {t: m for t, m in good.items() if t != topic}


ON_TOPICS: dict[str, Callable[[Messages], Messages]] = {
    "an image of an unknown encoding": spoiled(IMAGE, "an encoding that nobody knows"),
    "an image of 12 bits a pixel": spoiled(IMAGE, "12 bits"),
    "an image without pixels": spoiled(IMAGE, "no pixels"),
    "an image with a wrong step": spoiled(IMAGE, "a step under the length of a row"),
    "an image that is cut off": spoiled(IMAGE, "half of its data"),
    "an image with a stamp of zero": spoiled(IMAGE, "a stamp of zero"),
    "depth of 12 bits a pixel": depth_with(encoding="mono12"),
    "depth with a wrong step": spoiled(DEPTH, "a step under the length of a row"),
    "depth of another shape than the image": with_depth(
        cv2.resize(SENSOR, (320, 180), interpolation=cv2.INTER_NEAREST)
    ),
    "a calibration of zeros": calibrated(k=[0.0] * 9),
    "a calibration that is not finite": calibrated(k=[np.nan] * 9),
}


def packed_and(how: str) -> Callable[[Messages], Messages]:
    return lambda good: {**good, IMAGE: SPOILED_PACKED[how](packed_image(good[IMAGE], ".jpg"))}


BY_RADIO: dict[str, Callable[[Messages], Messages]] = {
    "a JPEG that is cut off": packed_and("half of its data"),
    "a JPEG that is empty": packed_and("no data"),
    "a JPEG that is none": packed_and("no image"),
    "a compressed image of another format": packed_and("a format that nobody knows"),
    "a compressed image with a stamp of zero": packed_and("a stamp of zero"),
}


@pytest.mark.parametrize(
    ("driver", "what"),
    [*((False, what) for what in ON_TOPICS), *((True, what) for what in BY_RADIO)],
    indirect=["driver"],
)
def test_it_is_said_in_diagnostics_and_the_next_good_instant_is_measured(
    driver: Driver, what: str
) -> None:
    before = len(driver.reports)
    driver.show({**ON_TOPICS, **BY_RADIO}[what])
    await_that(lambda: any(holds(what, s) for s in driver.said_since(before)), why=promised()[what])
    assert all("\n" not in sentence for sentence in driver.said_since(before))
    assert driver.status_of(driver.show()).valid_fraction > 0.3


def test_an_image_that_was_never_calibrated_is_measured_with_a_guess_that_is_said(
    driver: Driver,
) -> None:
    driver.status_of(driver.show())  # who answers has done with being activated
    # what was learned of the camera is forgotten with the life
    node = driver.node
    for act in (node.trigger_deactivate, node.trigger_activate):
        act()
    status = driver.status_of(driver.show(without(INFO)))
    assert holds("no calibration", status.note)


# -- files ---------------------------------------------------------------------------------------


def cut_bag(folder: Path) -> None:
    path = write_bag(folder / "walk", a_walk())
    (file,) = (p for p in path.iterdir() if p.suffix != ".yaml")
    file.write_bytes(file.read_bytes()[:200])
    BagPlayer(overrides={"bag": str(path)})


def bag_of_words(folder: Path) -> None:
    text = STORE.types["std_msgs/msg/Header"](header(at(0)).stamp, "hello")
    BagPlayer(overrides={"bag": str(write_bag(folder / "walk", [("/words", at(0), text)]))})


def no_bag(folder: Path) -> None:
    BagPlayer(overrides={"bag": str(folder / "nowhere")})


def player_with(calibration: Path) -> None:
    path = write_bag(calibration.parent / "walk", a_walk())
    BagPlayer(overrides={"bag": str(path), "calibration": str(calibration)})


def unreadable(folder: Path) -> None:
    (folder / "a.yaml").mkdir()
    player_with(folder / "a.yaml")


def no_yaml(folder: Path) -> None:
    (folder / "a.yaml").write_text("image_width: [8")
    player_with(folder / "a.yaml")


def no_width(folder: Path) -> None:
    player_with(write_camera_info(folder / "a.yaml", image_width=None))


def zeros(folder: Path) -> None:
    matrix = {"rows": 3, "cols": 3, "data": [0.0] * 9}
    player_with(write_camera_info(folder / "a.yaml", camera_matrix=matrix))


IN_FILES: dict[str, Callable[[Path], None]] = {
    "a bag that is cut off": cut_bag,
    "a bag without images": bag_of_words,
    "a bag that is not there": no_bag,
    "a calibration file that cannot be read": unreadable,
    "a calibration file that is no YAML": no_yaml,
    "a calibration file without a key": no_width,
    "a calibration file of zeros": zeros,
}


@pytest.mark.parametrize("what", IN_FILES)
def test_it_is_one_sentence_and_no_node_is_left(driver: Driver, tmp_path: Path, what: str) -> None:
    with pytest.raises(SourceError) as caught:
        IN_FILES[what](tmp_path)
    assert holds(what, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)
    # the exception holds the frames that hold the node
    caught.value.__traceback__ = None
    del caught
    gc.collect()
    await_that(lambda: "bag_player" not in driver.node.get_node_names(), why="it leaves the graph")


def test_the_page_promises_no_more_and_no_less() -> None:
    elsewhere = {"no calibration", "depth without a valid pixel"}
    read = {
        "depth with NaN, 0 and infinity among valid pixels",
        "depth of the other byte order",
        "an image of 1x1 pixels",
        "an image of 8000x6000 pixels",
        "images that are too large for the transport",
    }
    assert set(promised()) == {*ON_TOPICS, *BY_RADIO, *IN_FILES, *elsewhere, *read}
