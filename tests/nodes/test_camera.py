from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.real_ros import MISSING, a_domain_id, await_that, initialised

if MISSING:
    pytest.skip(
        f"{', '.join(MISSING)} cannot be imported: run 'make test'", allow_module_level=True
    )

from rclpy.lifecycle import TransitionCallbackReturn

from followme.nodes.camera import CameraNode

SMALL = {"autostart": False, "width": 16, "height": 16, "rate_hz": 1.0}


@pytest.fixture
def camera() -> Iterator[Any]:
    with initialised(a_domain_id()):
        node = CameraNode(overrides=SMALL)
        yield node
        node.destroy_node()


def test_a_walk_that_is_still_being_rendered_is_given_up_when_the_process_ends(camera):
    threads = threading.active_count()
    camera.leaving = True
    assert camera.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert threading.active_count() == threads, "no thread renders on"
    assert "interrupted" in camera.troubles.last


def test_otherwise_it_is_rendered_to_its_end(camera):
    assert camera.trigger_configure() == TransitionCallbackReturn.SUCCESS


def test_the_end_of_the_source_is_told_once_its_last_frame_was_given():
    ended = threading.Event()
    with initialised(a_domain_id()):
        node = CameraNode(ended=ended.set, overrides={**SMALL, "rate_hz": 5.0})
        try:
            node.trigger_configure()
            node._source._packed = node._source._packed[:3]
            node.trigger_activate()
            await_that(ended.is_set, why="the end is told")
            assert node.frames_out == 3
        finally:
            node.destroy_node()
