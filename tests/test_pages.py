"""Commands and settings that the pages show can be used as they stand there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from followme.cli.main import parser
from followme.cli.run import remaps_of
from followme.cli.up import arguments_of
from followme.graph import ALL_NODES, NODES, TOPICS
from followme.launching.arguments import read_arguments
from followme.launching.drivers import DRIVERS
from followme.launching.known_arguments import GRAPH_ARGUMENTS, REPLAY_ARGUMENTS
from followme.ros.parameter_file import check_parameter_file
from followme.settings import build, settings_of
from followme.sources.bag_remaps import read_remaps
from tests.sources.build_recordings import write_bag
from tests.sources.test_bag import a_walk

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LAUNCH = {"followme.launch.py": GRAPH_ARGUMENTS, "replay.launch.py": REPLAY_ARGUMENTS}


def text_of(page: Path) -> str:
    # a line that goes on ends with a backslash
    return page.read_text(encoding="utf-8").replace("\\\n", " ")


def commands() -> list[tuple[str, str]]:
    """Return (page, command line) of every indented line and every inline command."""
    found = []
    for page in PAGES:
        lines = re.findall(r"^ {4}(\S.*)$|`(followme up [^`]+)`", text_of(page), re.MULTILINE)
        found += [(page.name, block or inline) for block, inline in lines]
    return found


def ours(start: str) -> list[object]:
    return [
        pytest.param(shlex.split(line, comments=True), id=f"{page}: {line[:60]}")
        for page, line in commands()
        if line.startswith(start) and "NAME" not in line
    ]


def yaml_blocks() -> list[object]:
    return [
        pytest.param(block, id=f"{page.name} {number}")
        for page in PAGES
        for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", text_of(page), re.DOTALL))
    ]


@pytest.fixture
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the parameter files and the bag that pages speak of exist."""
    monkeypatch.chdir(tmp_path)
    for page in PAGES:
        for name in re.findall(r"[\w-]+\.yaml", page.read_text(encoding="utf-8")):
            (tmp_path / name).write_text("/**/speech:\n  ros__parameters: {}\n")
    write_bag(tmp_path / "walk", a_walk())


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize("words", ours("followme up"))
def test_followme_up_takes_what_the_pages_give_it(words: list[str]) -> None:
    read_arguments(arguments_of(parser().parse_args(words[1:])))


@pytest.mark.parametrize(
    "words",
    [w for c in ("run", "record", "replay", "evaluate", "bench") for w in ours(f"followme {c} ")],
)
def test_commands_of_the_pages_are_understood(words: list[str]) -> None:
    given = parser().parse_args(words[1:])
    read_remaps(remaps_of(given) or "" if hasattr(given, "remap") else "")


@pytest.mark.parametrize("words", ours("ros2 run followme bag_"))
def test_nodes_of_the_pages_have_the_parameters_that_they_are_given(words: list[str]) -> None:
    (node,) = (n for n in ALL_NODES if n.name == words[3])
    pairs = [word.partition(":=") for word in words if ":=" in word]
    build(node.settings, {name: value for name, _, value in pairs})


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize("words", ours("ros2 launch followme "))
def test_the_launch_files_take_what_the_pages_give_them(words: list[str]) -> None:
    _, _, _, file, *given = words
    assert (ROOT / "launch" / file).is_file()
    pairs = [word.partition(":=") for word in given if not word.startswith("-")]
    read_arguments({name: value for name, _, value in pairs}, LAUNCH[file])


@pytest.mark.parametrize("block", yaml_blocks())
def test_parameter_files_on_the_pages_are_accepted(block: str, tmp_path: Path) -> None:
    file = tmp_path / "page.yaml"
    known = {s.name for n in NODES for s in settings_of(n.settings)}
    if "field_of_view_deg" in block and "field_of_view_deg" not in known:
        pytest.skip("the camera node has no field of view yet")
    file.write_text(block)
    assert yaml.safe_load(block)
    check_parameter_file(file)


@pytest.mark.parametrize("words", [*ours("ros2 param set"), *ours("ros2 service call")])
def test_parameters_and_services_of_nodes_exist(words: list[str]) -> None:
    target, *rest = words[3:]
    if words[1] == "param":
        node = next(n for n in NODES if n.name == target.rsplit("/", 1)[1])
        setting = next(s for s in settings_of(node.settings) if s.name == rest[0])
        setting.check(yaml.safe_load(rest[1]))
        assert not setting.read_only
    else:
        name, service = target.rsplit("/", 2)[1:]
        assert f"~/{service}" in next(n for n in NODES if n.name == name).services


def test_the_table_of_the_realsense_page_is_that_of_the_driver() -> None:
    rows = re.findall(
        r"^\| `([\w/]+)` \| `(/[\w/]+)` \|", text_of(ROOT / "docs/realsense.md"), re.M
    )
    assert dict(rows) == read_arguments({"camera_driver": "realsense2_camera"}).remaps


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_driver_has_its_page(driver: str) -> None:
    assert any(f"camera_driver:={driver}" in text_of(page) for page in PAGES)


def test_the_layout_for_a_namespace_shows_every_topic_there(tmp_path: Path) -> None:
    (line,) = (line for _, line in commands() if line.startswith("sed "))
    words = shlex.split(line.partition(" > ")[0])
    made = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    layout = json.loads(made)
    shown = set(re.findall(r'"(/[\w/]+)', made)) - {"/diagnostics"}
    assert shown and all(name.startswith("/robot1/") for name in shown)
    assert {name.removeprefix("/robot1/") for name in shown} - {"segmentation/labels"} <= set(
        TOPICS
    )
    assert layout["layout"]
