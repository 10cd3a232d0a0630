from __future__ import annotations

from pathlib import Path

import pytest

from followme.graph import NODES
from followme.launching.arguments import StartOptions, read_arguments
from followme.launching.drivers import DRIVERS
from followme.launching.processes import processes

NAMES = [n.name for n in NODES]
EVERY_DRIVER = pytest.mark.parametrize("driver", list(DRIVERS))


def by_name(options: StartOptions):
    return {p.name: p for p in processes(options)}


def test_every_node_of_the_table_is_one_process_of_its_own_executable():
    made = processes(StartOptions())
    assert sorted(p.name for p in made) == sorted(NAMES)
    assert all(p.executable == p.name and p.package == "followme" for p in made)


def test_who_listens_starts_before_who_speaks():
    order = [p.name for p in processes(StartOptions())]
    for node in NODES:
        for other in NODES:
            heard = set(node.publishes) & set(other.subscribes)
            if other.gate == "after":
                heard -= {"depth/status"}  # only says when: one that is missed is not waited for
            if heard:
                assert order.index(other.name) < order.index(node.name)


def test_a_namespace_holds_for_all():
    made = processes(StartOptions(namespace="fleet/robot1"))
    assert {p.namespace for p in made} == {"fleet/robot1"}
    assert {p.full_name for p in made} == {f"/fleet/robot1/{name}" for name in NAMES}


def test_in_the_root_namespace_names_have_one_slash():
    assert {p.full_name for p in processes(StartOptions())} == {f"/{name}" for name in NAMES}


def test_the_parameter_file_and_the_log_level_go_to_every_node():
    file = Path("/somewhere/own.yaml")
    made = processes(StartOptions(params_file=file, log_level="warn"))
    assert {(p.params_file, p.log_level) for p in made} == {(file, "warn")}


def test_a_parameter_goes_to_its_node_and_to_no_other():
    made = by_name(read_arguments({"speech": "wav", "source": "x", "autostart": "false"}))
    assert made["speech"].parameters == {"voice.engine": "wav", "autostart": False}
    assert made["camera"].parameters == {"source": "x", "autostart": False}
    assert made["depth_estimator"].parameters == {"autostart": False}


@EVERY_DRIVER
def test_beside_a_driver_there_is_no_camera_of_ours_and_all_else_runs(driver):
    made = by_name(read_arguments({"camera_driver": driver}))
    assert sorted(made) == sorted(set(NAMES) - {"camera"})


@EVERY_DRIVER
def test_each_node_finds_the_topics_of_the_driver_that_it_takes_and_no_other_moves(driver):
    options = read_arguments({"camera_driver": driver})
    made = by_name(options)
    for node in NODES:
        if node.name != "camera":
            taken = {t: options.remaps[t] for t in node.subscribes if t in options.remaps}
            assert dict(made[node.name].remaps) == taken
    assert any(p.remaps for p in made.values())


def test_with_our_own_camera_nothing_is_remapped():
    assert all(p.remaps == () for p in processes(StartOptions()))


def test_a_dead_node_is_started_again_and_takes_no_other_with_it():
    assert all(p.respawn and not p.ends_graph for p in processes(StartOptions()))


def test_a_recording_ends_with_the_camera_alone():
    made = by_name(StartOptions(ends_with_source=True))
    assert [p.name for p in made.values() if p.ends_graph] == ["camera"]
    assert [p.name for p in made.values() if not p.respawn] == ["camera"]


def test_rviz_shows_our_file_in_the_namespace_and_may_be_closed():
    options = read_arguments({"rviz": "true", "namespace": "robot1", "use_sim_time": "true"})
    rviz = by_name(options)["rviz"]
    assert (rviz.package, rviz.executable, rviz.namespace) == ("rviz2", "rviz2", "robot1")
    flag, file = rviz.arguments
    assert flag == "-d"
    assert Path(file).is_file()
    assert rviz.parameters == {"use_sim_time": True}
    assert not rviz.respawn and not rviz.ends_graph


def test_rviz_stays_away_unless_somebody_wants_it():
    assert "rviz" not in by_name(StartOptions())
