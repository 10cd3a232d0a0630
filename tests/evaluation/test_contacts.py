"""The simulated walker beside the one of the script: the same as a walker who walks alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from followme.evaluation import contacts
from followme.evaluation.chain import Chain, onsets
from followme.evaluation.contacts import Companion, contacts_with_cane, walk_on
from followme.evaluation.grid import Run
from followme.evaluation.one_run import run_one, speed_of
from followme.evaluation.perceiving import look_for, settings_for
from followme.evaluation.simulated_walker import SimulatedWalker
from followme.sources.scene_file import walk_of
from followme.sources.walk_source import WalkSource
from followme.sources.walker_path import FloorPose
from tests.evaluation.corridors import a_walk, written

SHELF = {"type": "shelf", "at_m": [4.0, 0.0], "size_m": [0.3, 1.0], "bottom_m": 1.4}
LOW_BOX = {"type": "box", "at_m": [4.0, 0.0], "size_m": [0.4, 0.4, 0.4]}
ASIDE = {"type": "box", "at_m": [4.0, 0.9], "size_m": [0.3, 0.3, 0.4]}
# things that cannot be heard of before they touch, and a way that is not straight
SCENES = {
    "shelf": {"things": [SHELF]},
    "box": {"things": [LOW_BOX]},
    "aside": {"things": [ASIDE]},
    "stall": {"things": [SHELF], "events": [{"type": "stall", "from_s": 2, "until_s": 3}]},
    "repeat": {"things": [SHELF], "events": [{"type": "repeat", "from_s": 1, "until_s": 2}]},
    "waits": {
        "things": [SHELF],
        "walker": {"path": [{"to_m": [1.0, 0]}, {"stand_s": 1.0}, {"to_m": [4.0, 0]}]},
    },
}


def a_scene(**changed):
    return walk_of(a_walk(**{"expect": None, "seconds": 7.0} | changed))


def a_walker(walk, *, listens=True):
    return SimulatedWalker(walk.scene.path.pose_at(0.0), speed_of(walk), 0, listens)


def a_source(walk):
    return WalkSource(walk, 160, 120)


def a_chain(walk):
    settings = settings_for("sensor", walk.scene.mount.height_m)
    return Chain(settings, look_for("sensor"))


def as_it_is(frame):
    return frame


def beside_the_script(walk, source=None, chain=None):
    """Take a companion along the script; return it and what the script heard."""
    source, chain = source or a_source(walk), chain or a_chain(walk)
    beside = Companion(a_walker(walk), source, chain, as_it_is)
    heard, times = [], source.times_s
    for time_s, next_s in pairwise(times):
        beside.comes_to(time_s, walk.scene.path.pose_at(time_s))
        frame = source.frame_at(time_s)
        if frame is not None:
            for onset_s, a in onsets(chain.pipeline.step(frame).announcements):
                heard.append((onset_s, a.text))
                beside.hears(onset_s, a)
        beside.walks(time_s, next_s - time_s)
    return beside, heard


@pytest.mark.parametrize("name", SCENES)
def test_the_companion_comes_where_a_walker_alone_comes(name):
    walk = a_scene(**SCENES[name])
    alone = a_walker(walk)
    bumped = walk_on(alone, a_source(walk), a_chain(walk), as_it_is)
    beside, _ = beside_the_script(walk)
    assert beside.walker.contacts == bumped
    assert beside.walker.pose.x_m == pytest.approx(alone.pose.x_m, abs=1e-6)
    assert beside.walker.pose.y_m == pytest.approx(alone.pose.y_m, abs=1e-6)


@pytest.mark.parametrize("name", SCENES)
def test_the_script_does_not_notice_the_companion(name):
    walk = a_scene(**SCENES[name])
    source, chain = a_source(walk), a_chain(walk)
    heard = []
    for frame in source.frames():
        if frame.stamp_ns * 1e-9 < source.times_s[-1]:
            news = chain.pipeline.step(frame).announcements
            heard += [(onset_s, a.text) for onset_s, a in onsets(news)]
    assert beside_the_script(walk)[1] == heard


def test_who_hears_nothing_goes_on_with_the_script(monkeypatch):
    monkeypatch.setattr(contacts, "walk_on", None)
    beside, heard = beside_the_script(a_scene(things=[ASIDE], seconds=3.5))
    assert all(text.startswith("Ready") for _, text in heard)
    assert beside.walker.contacts == []


def test_what_is_heard_keeps_a_walker_from_what_a_cane_misses():
    walk = a_scene(things=[SHELF])
    assert contacts_with_cane(a_walker(walk, listens=False), a_source(walk)) == [1]
    assert beside_the_script(walk)[0].walker.contacts == []


def test_a_walker_who_does_not_listen_bumps_into_it():
    walk = a_scene(things=[SHELF])
    deaf = a_walker(walk, listens=False)
    assert walk_on(deaf, a_source(walk), a_chain(walk), as_it_is) == [1]


def test_a_branch_goes_on_as_its_chain_does_and_leaves_it_alone():
    walk = a_scene(things=[SHELF])
    frames = list(a_source(walk).frames())
    chain = a_chain(walk)
    for frame in frames[:25]:
        chain.pipeline.step(frame)
    branch = chain.branch()
    theirs = [branch.pipeline.step(frame) for frame in frames[25:]]
    own = [chain.pipeline.step(frame) for frame in frames[25:]]
    # by their texts: NaN in an announcement differs from itself
    assert repr([s.announcements for s in theirs]) == repr([s.announcements for s in own])
    for a, b in zip(theirs, own, strict=True):
        assert [o.nearest_m for o in a.obstacles.obstacles] == [
            o.nearest_m for o in b.obstacles.obstacles
        ]
    assert np.array_equal(branch.track.samples(), chain.track.samples())
    assert chain.track.samples().any()


def test_a_branch_of_a_source_keeps_what_waits_for_its_own_walker():
    chair = {"type": "chair", "at_m": [3.0, 0.9], "appears": True}
    walk = a_scene(things=[chair | {"when": {"walker_at_x_m": 1.5}}])
    source = a_source(walk)
    for time_s in source.times_s[:10]:
        source.frame_at(time_s)
    twin = source.branch()
    ahead = FloorPose(1.6, 0.0)
    twin.pass_without_frame(1.0, ahead)
    assert any(o.id for o in twin.outlines_at(1.0, ahead))
    assert not any(o.id for o in source.outlines_at(1.0, ahead))


def test_a_branch_of_a_source_gives_the_same_frames():
    source = a_source(a_scene(things=[SHELF]))
    for time_s in source.times_s[:10]:
        source.frame_at(time_s)
    twin = source.branch()
    for time_s in source.times_s[10:15]:
        a, b = twin.frame_at(time_s), source.frame_at(time_s)
        assert np.array_equal(a.bgr, b.bgr) and a.motion == b.motion


def test_a_run_counts_the_contacts_of_both(tmp_path):
    path = written(tmp_path, things=[SHELF], seconds=6.0, expect={})
    values = run_one(Run(path)).result.evidence.values
    assert values["contacts_cane"] == [1.0] and values["contacts_followme"] == [0.0]


def test_where_there_is_nothing_nobody_counts_contacts(tmp_path):
    path = written(tmp_path, things=[], expect={})
    assert "contacts_cane" not in run_one(Run(path)).result.evidence.values
