"""The command `followme evaluate`: what it says, what it writes, what it refuses."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from followme.cli.main import main
from followme.evaluation.bag_run import with_truth
from followme.sources.walk_bag import WalkBag
from tests.evaluation.walk_bags import COLOUR, TRUTH
from tests.sources.build_recordings import depth_msg, write_bag
from tests.walks.sample_walk import short_bag


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    return short_bag(tmp_path_factory.mktemp("bags"))


@pytest.fixture(scope="module")
def out(bag, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "new"
    assert main(["evaluate", str(bag), "--pipeline", "--out", str(folder)]) == 0
    return folder


def refused(capsys, *words: object) -> str:
    """Return the one sentence with which a command line is refused."""
    assert main(["evaluate", *map(str, words)]) == 2
    printed = capsys.readouterr()
    (said,) = printed.err.splitlines()
    assert said.startswith("followme evaluate: ")
    return said


def test_json_holds_figures_gates_and_what_was_heard(out):
    content = json.loads((out / "evaluation.json").read_text())
    assert content["bag"] == "short" and content["clock"] == "simulated"
    assert content["truth_known"] and content["kept"] and content["sensor_depth"]
    assert content["camera_height_m"] == pytest.approx(1.3)
    gates = {row["key"]: row for row in content["gates"]}
    assert gates["gate_recall_3_m"]["verdict"] == "pass"
    assert gates["gate_recall_3_m"]["target"] == 0.95
    keys = {row["key"] for row in content["metrics"]}
    assert {"mae_1_2_m", "lead_p50_s", "tone_p99_ms"} <= keys
    assert any(row["zone"] == "STOP" and row["thing"] == 1 for row in content["onsets"])
    assert content["latency"] is None and content["drills"] == []


def test_the_page_shows_tables_pictures_and_timeline(out):
    page = (out / "evaluation.html").read_text()
    assert "FollowMe on the bag short" in page
    assert "recall in the corridor to 3 m" in page and "What a walk must reach" in page
    assert page.count("data:image/jpeg;base64,") >= 2
    assert "Believed distance over true distance" in page and "distances and messages" in page
    assert "http" not in page.replace("http://www.w3.org", ""), "it loads nothing"


def test_the_same_bag_gives_the_same_to_the_byte(bag, out, tmp_path):
    assert main(["evaluate", str(bag), "--pipeline", "--out", str(tmp_path)]) == 0
    for name in ("evaluation.json", "evaluation.html"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_without_truth_speech_is_measured_and_what_lacks_is_said(tmp_path, capsys):
    bag = short_bag(tmp_path, without=TRUTH, seconds=3.0)
    assert main(["evaluate", str(bag), "--pipeline", "--json", str(tmp_path / "f.json")]) == 0
    assert "The bag has no truth/obstacles and no truth/depth_status" in capsys.readouterr().out
    content = json.loads((tmp_path / "f.json").read_text())
    assert not content["truth_known"] and content["onsets"]
    values = {row["key"]: row["value"] for row in content["metrics"]}
    assert values["speech_p50_ms"] > 0.0
    assert values["recall_frame"] is None and values["false_alarms_per_minute"] is None


def test_truth_a_little_off_is_that_of_the_nearest_image(tmp_path):
    bag = WalkBag(short_bag(tmp_path, seconds=1.0, truth_late_ns=1_000_000), {})
    frames = list(bag.frames())
    assert len(frames) == 10 and all(frame.truth for frame in frames)
    assert all(shown.told for shown in with_truth(bag))


def test_truth_of_another_clock_is_said_to_fit_no_image(tmp_path, capsys):
    bag = short_bag(tmp_path, seconds=1.0, truth_late_ns=7_000_000_000)
    figures = tmp_path / "f.json"
    assert main(["evaluate", str(bag), "--pipeline", "--json", str(figures)]) == 0
    assert (
        "The bag has no truth/obstacles whose stamps fit its images (0 of 10 have one): what "
        "really stood there is unknown, so only speech and latency are measured."
    ) in capsys.readouterr().out
    content = json.loads(figures.read_text())
    assert not content["truth_known"]
    values = {row["key"]: row["value"] for row in content["gates"]}
    assert values["false_stops"] is None and values["gate_recall_3_m"] is None


def test_without_ego_motion_truth_is_no_use_and_that_is_said(tmp_path, capsys):
    bag = short_bag(tmp_path, without=("/ego_motion",), seconds=1.0)
    assert main(["evaluate", str(bag), "--pipeline"]) == 0
    assert "The bag has no ego_motion" in capsys.readouterr().out


def test_a_bag_that_is_cut_off_says_how_much_was_read(bag, tmp_path, capsys):
    (file,) = bag.glob("*.mcap")
    whole = file.read_bytes()
    (tmp_path / "cut.mcap").write_bytes(whole[: len(whole) * 3 // 5])
    figures = tmp_path / "f.json"
    main(["evaluate", str(tmp_path / "cut.mcap"), "--pipeline", "--json", str(figures)])
    printed = capsys.readouterr().out
    assert "its end is missing; the " in printed
    content = json.loads(figures.read_text())
    assert 0 < content["images"] < 50
    assert any("its end is missing" in note for note in content["notes"])


def test_no_such_bag(tmp_path, capsys):
    assert "there is no such bag" in refused(capsys, tmp_path / "none")


def test_a_bag_without_images(tmp_path, capsys):
    bag = write_bag(tmp_path / "depth", [("/camera/depth/image_raw", 1, depth_msg(1))])
    assert "holds no colour images" in refused(capsys, bag, "--pipeline")


def test_an_empty_file_is_no_bag(tmp_path, capsys):
    (tmp_path / "empty.mcap").write_bytes(b"")
    assert "cannot be read" in refused(capsys, tmp_path / "empty.mcap", "--pipeline")


@pytest.mark.parametrize("height", [-0.1, 3.0, math.nan, math.inf])
def test_a_camera_height_that_cannot_be(bag, capsys, height):
    assert "--camera-height" in refused(capsys, bag, "--pipeline", f"--camera-height={height}")


def test_parameters_of_nodes_are_not_for_the_chain(bag, tmp_path, capsys):
    said = refused(capsys, bag, "--pipeline", "--params-file", tmp_path / "x.yaml")
    assert "leave out one of both" in said


def test_a_bag_too_short_for_drills(tmp_path, capsys):
    bag = short_bag(tmp_path, seconds=1.0)
    assert "--drills: the bag lasts 0.9 s" in refused(capsys, bag, "--pipeline", "--drills")


def test_an_output_that_is_a_file(bag, tmp_path, capsys):
    (tmp_path / "out").write_text("")
    assert "cannot be written" in refused(capsys, bag, "--pipeline", "--out", tmp_path / "out")


def test_a_wrong_remap_names_the_topics(bag, capsys):
    said = refused(capsys, bag, "--pipeline", "--remap", "/camera/rgb:=camera/image_raw")
    assert "holds no messages on '/camera/rgb'" in said and COLOUR in said


def test_an_unknown_flag_is_refused(bag, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", str(bag), "--pipelin", "--fast"])
    assert ended.value.code == 2
    assert "--fast" in capsys.readouterr().err


def test_the_makefile_shows_the_sample_walk_of_the_tests():
    from tests.walks.sample_walk import SAMPLE

    root = Path(__file__).resolve().parents[2]
    makefile = (root / "Makefile").read_text()
    assert f"SAMPLE ?= {SAMPLE.relative_to(root)}\n" in makefile
