"""Run the suite against a node that is running: your own, of any language.

The node is shown images of noise with a red spot; it has to answer each one on the topics that
are named. Topics are relative to its namespace unless they begin with a slash.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import rclpy

from followme.ros.message_definitions import NoDefinitionError

from ..conftest import Graph
from .bench import Bench, NotConformingError, NotShownError
from .checks import CHECKS
from .pictures import packed_image, spotted
from .subject import Messages, Size, Subject

_FOUND_S = 5.0
_PACKED = "/compressed"
_MARKS = {True: "ok  ", False: "FAIL", None: "-   "}


@dataclass(frozen=True)
class Verdict:
    """What one check says.

    Parameters
    ----------
    check : str
        Its name.
    kept : bool or None
        None: it says nothing about this node.
    why : str
        One sentence, unless it is kept.
    """

    check: str
    kept: bool | None
    why: str = ""


def verdicts(bench: Bench) -> Iterator[Verdict]:
    """Run all checks, one after the other."""
    for name, check in CHECKS.items():
        try:
            check(bench)
        except NotShownError as reason:
            yield Verdict(name, None, str(reason))
        except (NotConformingError, pytest.fail.Exception) as reason:
            yield Verdict(name, False, str(reason))
        else:
            yield Verdict(name, True)


def subject_of(given: argparse.Namespace) -> Subject:
    """Return what the command line names."""

    def instant(stamp: int, frame: str, size: Size) -> Messages:
        image = spotted(stamp, frame, size)
        return {given.image: packed_image(image) if given.image.endswith(_PACKED) else image}

    return Subject(
        given.node if given.node.startswith("/") else f"/{given.node}",
        instant if given.image else None,
        tuple(given.answer),
        image_sized=tuple(given.image_sized),
        twin=given.twin,
        pid=given.pid,
    )


def parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m tests.graph.conformance", description=(__doc__ or "").strip()
    )
    made.add_argument("node", help="full name of the node, as /robot1/my_detector")
    made.add_argument(
        "--image",
        default="",
        help="topic of sensor_msgs/Image that it takes, or of CompressedImage where its name ends "
        f"with {_PACKED}",
    )
    made.add_argument(
        "--answer", action="append", default=[], help="topic with a header that answers each image"
    )
    made.add_argument(
        "--image-sized", action="append", default=[], help="of these: an image of the same size"
    )
    made.add_argument("--twin", default="", help="namespace of a second instance")
    made.add_argument("--pid", type=int, default=0, help="process of the node, to measure it")
    return made


def missing(driver: Any, subject: Subject) -> str:
    """Return in one sentence what is not there; empty when the node is."""
    deadline_s = time.monotonic() + _FOUND_S
    wanted = {subject.resolve(t) for t in subject.answers}
    while True:
        names = {f"{ns.rstrip('/')}/{n}" for n, ns in driver.get_node_names_and_namespaces()}
        lacks = {t for t in wanted if not driver.get_publishers_info_by_topic(t)}
        if subject.name in names and not lacks:
            return ""
        if time.monotonic() > deadline_s:
            break
        time.sleep(0.05)
    if subject.name not in names:
        return f"{subject.name}: there is no such node; start it, and give its full name"
    return f"{subject.name}: nobody publishes {', '.join(sorted(lacks))}; see 'ros2 node info'"


def main(words: Sequence[str] | None = None) -> int:
    """Print a line a check; 0 when all that say something are kept, 1 when not, 2 on a mistake."""
    subject = subject_of(parser().parse_args(words))
    rclpy.init(args=[])
    graph = Graph()
    try:
        lacks = missing(graph.driver, subject)
        if lacks:
            print(f"conformance: {lacks}", file=sys.stderr)
            return 2
        graph.spin()
        said = []
        for verdict in verdicts(Bench(graph.driver, graph.call, subject)):
            print(f"{_MARKS[verdict.kept]} {verdict.check:18} {verdict.why}", flush=True)
            said.append(verdict.kept)
        return 1 if False in said else 0
    except NoDefinitionError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    finally:
        graph.stop()
        rclpy.try_shutdown()


if __name__ == "__main__":
    raise SystemExit(main())
