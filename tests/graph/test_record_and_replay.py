"""``followme record`` beside ``followme run``, then ``followme replay``: the obstacles of the run.

Both are as they ship, with all networks and the pace of the recording, but for two settings:

- ``camera: autostart: false``: the camera begins when the recorder hears the graph and the networks
  are loaded, so that no image is missing in the bag.
- ``obstacle_fusion: clock_hz: 2``: by the 10 Hz that ship fusion would carry obstacles on between
  these images (5 a second), at moments of its own clock, which no bag holds.

What is still not the same is when a network is done, and so from which image on a thing has its
name; a busy machine passes some images over, in each run others. Hence a share and tolerances,
within which neither another image nor another scale would pass; on a machine that keeps up all
metres are the same to the last digit. That they are, whatever the machine, with one image after the
other and without networks, is held by test_same_obstacles.py.
"""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState

from followme.graph import NODES

from .conftest import Graph, Processes, await_that

pytestmark = pytest.mark.graph

Things = list[dict[str, Any]]

#: Of images that both runs gave obstacles of: of 50, a busy machine may pass some over.
_LEAST_COMMON = 30
# An obstacle of one run is there in the other when both lie within this.
_NEAR_M, _NEAR_RAD = 0.05, 0.05
_LEAST_ALIKE = 0.9
# Each name that comes an image later is one that the other run has more.
_LEAST_NAMED_ALIKE = 0.5
_ENDS_S = 60.0
_SLOW_CLOCK = "/**/obstacle_fusion:\n  ros__parameters: {clock_hz: 2.0}\n"


def recorded(graph: Graph, processes: Processes, kitchen: Path, bag: Path, out: Path) -> None:
    """Run the graph on the kitchen beside a recorder, as a user does in two terminals."""
    waits = out.parent / "waits.yaml"
    waits.write_text(f"/**/camera:\n  ros__parameters: {{autostart: false}}\n{_SLOW_CLOCK}")
    # obstacles too: they come before the first image, and tell that the recorder hears the graph
    recorder = processes.followme("record", "--out", str(bag), "--topics", "inputs,obstacles")
    words = ("--source", str(kitchen), "--speech", "silent", "--out", str(out))
    run = processes.followme("run", *words, "--params-file", str(waits))
    working: set[str] = set()

    def told(array: DiagnosticArray) -> None:
        # fusion works too, and says that there is no image yet
        idle = ("not active", "waiting")
        working.update(s.hardware_id for s in array.status if not s.message.startswith(idle))

    graph.driver.create_subscription(DiagnosticArray, "/diagnostics", told, 50)
    graph.spin()
    others = {f"/{node.name}" for node in NODES} - {"/camera"}
    await_that(lambda: others <= working, _ENDS_S, "all nodes but the camera work")
    await_that(lambda: any(bag.glob("*.mcap")), _ENDS_S, "the recorder hears the graph")
    change = graph.driver.create_client(ChangeState, "/camera/change_state")
    for step in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
        await_that(change.service_is_ready, why="the camera can be started")
        done = change.call_async(ChangeState.Request(transition=Transition(id=step)))
        await_that(done.done, _ENDS_S, "the camera is started")
    await_that(lambda: run.poll() is not None, _ENDS_S, "the run ends")
    assert run.returncode == 0, processes.output(run)
    recorder.send_signal(signal.SIGINT)
    await_that(lambda: recorder.poll() is not None, 20, "the recorder ends")
    assert recorder.returncode == 0, processes.output(recorder)


def replayed(processes: Processes, bag: Path, out: Path) -> None:
    """Play the bag."""
    slow = out.parent / "slow.yaml"
    slow.write_text(_SLOW_CLOCK)
    words = ("--speech", "silent", "--out", str(out), "--params-file", str(slow))
    replay = processes.followme("replay", str(bag), *words)
    await_that(lambda: replay.poll() is not None, _ENDS_S, "the replay ends")
    assert replay.returncode == 0, processes.output(replay)


def seen(out: Path) -> dict[int, Things]:
    """Return the obstacles of each stamp: the first line of it, for what follows was carried."""
    found: dict[int, Things] = {}
    for line in (out / "obstacles.jsonl").read_text().splitlines():
        row = json.loads(line)
        found.setdefault(row["stamp_ns"], row["obstacles"])
    return found


def pairs(one: Things, two: Things) -> int:
    """Return how many obstacles of an image stand at the same place in both runs."""
    left, count = list(two), 0
    for a in one:
        for b in left:
            near = abs(a["distance_m"] - b["distance_m"]) <= _NEAR_M
            if near and abs(a["bearing_rad"] - b["bearing_rad"]) <= _NEAR_RAD:
                left.remove(b)
                count += 1
                break
    return count


def alike(one: Mapping[int, Things], two: Mapping[int, Things]) -> float:
    """Return the share of obstacles that stand at the same place in both runs, 0 to 1."""
    common = one.keys() & two.keys()
    both = sum(pairs(one[stamp], two[stamp]) for stamp in common)
    return 2 * both / sum(len(one[stamp]) + len(two[stamp]) for stamp in common)


def named_alike(one: Mapping[int, Things], two: Mapping[int, Things]) -> float:
    """Return the share of names that were given in both runs as often, 0 to 1."""
    common = one.keys() & two.keys()
    a, b = (Counter(o["label"] for s in common for o in run[s] if o["label"]) for run in (one, two))
    assert a and b, "there are names to compare"
    return (a & b).total() / (a | b).total()


def test_record_and_replay_of_the_kitchen_give_the_obstacles_of_the_live_run(
    graph: Graph, processes: Processes, tmp_path: Path, data_dir: Path
) -> None:
    kitchen = data_dir / "kitchen_rgbd"
    if not kitchen.is_dir():
        pytest.skip(f"{kitchen} is absent")
    bag = tmp_path / "bag"
    recorded(graph, processes, kitchen, bag, tmp_path / "live")
    replayed(processes, bag, tmp_path / "again")
    live, again = seen(tmp_path / "live"), seen(tmp_path / "again")
    common = sorted(live.keys() & again.keys())
    assert len(common) >= _LEAST_COMMON
    assert sum(len(live[stamp]) for stamp in common) > len(common), "there is something to compare"
    assert alike(live, again) >= _LEAST_ALIKE
    assert named_alike(live, again) >= _LEAST_NAMED_ALIKE

    # what is not the same is told apart: obstacles of images 0.6 s later, and of another scale
    later = dict(zip(common, [again[s] for s in (*common[3:], *common[:3])], strict=True))
    assert alike(live, later) < 0.5
    doubled = {
        stamp: [{**o, "distance_m": 2 * o["distance_m"]} for o in things]
        for stamp, things in again.items()
    }
    assert alike(live, doubled) < 0.5
