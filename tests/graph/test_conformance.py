"""Every node of FollowMe, held by the conformance suite: one graph a node, all checks on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from followme.ros import node_clock, self_report
from tests.real_ros import a_domain_id, initialised

from .conformance.bench import Bench
from .conformance.checks import CHECKS
from .conftest import Graph
from .subjects import BY_RADIO, NAMES, made

pytestmark = pytest.mark.graph

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
_TAKES_NO_IMAGES = "it takes no images"
_TAKES_NOTHING = "it takes nothing from any namespace"
#: What is not run, and why: where it is held instead, or that there is nothing to hold.
NOT_RUN: dict[str, dict[str, str]] = {
    "camera": {
        "age": "which frame of a camera is the newest: tests/sources/test_webcam.py",
        "bad_images": _TAKES_NO_IMAGES,
        "namespaces": _TAKES_NOTHING,
    },
    "speech": {
        "pixels": _TAKES_NO_IMAGES,
        "bad_images": f"{_TAKES_NO_IMAGES}; bad obstacles: tests/ros/test_base_node.py",
    },
    "bag_player": {
        "simulated_time": "it is the one that makes the time",
        "age": "a bag is played, not caught up with",
        "bad_images": _TAKES_NO_IMAGES,
        "namespaces": _TAKES_NOTHING,
    },
    "bag_recorder": {
        "header": "bytes are written as they came: tests/graph/test_bag_recorder.py",
        "pixels": "nothing is decoded",
        "quality": "it asks for what is offered: tests/graph/test_bag_recorder.py",
        "age": "every message is written, not the newest",
        "bad_images": "nothing is decoded",
        "namespaces": "tests/graph/test_bag_recorder.py",
    },
}


_EACH = [(name, False) for name in NAMES] + [(name, True) for name in BY_RADIO]
_IDS = [f"{name}, packed" if by_radio else name for name, by_radio in _EACH]


@pytest.fixture(scope="module", params=_EACH, ids=_IDS)
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """Return a node at work, looked at through real ROS 2; all its checks share it."""
    with pytest.MonkeyPatch.context() as patch, initialised(a_domain_id()):
        # what is waited for, not what is measured
        patch.setattr(self_report, "_PERIOD_S", 0.1)
        patch.setattr(node_clock, "_STANDS_S", 0.3)
        name, by_radio = request.param
        both = made(name, tmp_path_factory.mktemp(name), by_radio=by_radio)
        graph = Graph()
        try:
            graph.start(*both.nodes)
            yield Bench(graph.driver, graph.call, both.subject)
        finally:
            graph.stop()


@pytest.mark.parametrize("check", CHECKS)
def test_a_node_keeps_what_the_suite_asks(bench: Bench, check: str) -> None:
    why = NOT_RUN.get(bench.subject.base_name, {}).get(check)
    if why is not None:
        pytest.skip(why)
    CHECKS[check](bench)


def rows_of(title: str) -> list[tuple[str, ...]]:
    """Return the rows of the tables below a title of the page, without their heads."""
    section = PAGE.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+) \|$", section, re.MULTILINE)
    return [tuple(cell.strip("`") for cell in row.split(" | ")) for row in rows]


def test_the_page_has_every_check_and_what_is_not_run() -> None:
    about = {name: (check.__doc__ or "").splitlines()[0] for name, check in CHECKS.items()}
    checks = [row for row in rows_of("What is checked") if len(row) == 2]
    assert dict(checks) == about
    left_out = [row for row in rows_of("What is checked") if len(row) == 3]
    assert left_out == [(n, c, why) for n, own in NOT_RUN.items() for c, why in own.items()]
