from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="no ROS 2 here: run 'make test'")

from followme.cli.write_nodes_page import main, nodes_page, write_nodes_page
from followme.graph import ALL_NODES, NODES, TOPICS
from followme.launching.known_arguments import GRAPH_ARGUMENTS, REPLAY_ARGUMENTS
from followme.ros.qos import PROFILES
from followme.settings import settings_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = nodes_page()
EACH_NODE = pytest.mark.parametrize("node", ALL_NODES, ids=lambda node: node.name)


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip(" `") for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_page_is_as_new_as_the_code() -> None:
    path = ROOT / "docs" / "nodes.md"
    written = path.read_text(encoding="utf-8") if path.is_file() else ""
    if written != PAGE:
        changes = difflib.unified_diff(
            written.splitlines(), PAGE.splitlines(), path.name, "code", lineterm="", n=0
        )
        text = "docs/nodes.md is not what the code says; `make config` mends it"
        pytest.fail("\n".join([text, *changes]), pytrace=False)


def test_every_topic_has_its_row() -> None:
    found = {row[0]: row for row in rows(section("Topics"))[2:]}
    assert set(found) == set(TOPICS)
    for name, topic in TOPICS.items():
        assert found[name][1] == (topic.type or "inside one process only")
        assert found[name][2] == topic.qos
        assert found[name][3] == ", ".join(n.name for n in ALL_NODES if name in n.publishes)
        assert sum(name in n.publishes for n in NODES) == 1


def test_every_quality_of_service_is_explained() -> None:
    assert {row[0] for row in rows(section("Quality of service"))[2:]} == set(PROFILES)
    assert "| `LATCHED` | reliable, transient local, keep last 1 |" in PAGE
    assert "| `IMAGE` | best effort, volatile, keep last 5 |" in PAGE


@EACH_NODE
def test_every_node_has_its_topics_and_services(node) -> None:
    text = section(node.name)
    assert node.text in text
    for name in (*node.subscribes, *node.publishes, *node.services):
        assert f"`{name}`" in text


@EACH_NODE
def test_every_parameter_has_its_row(node) -> None:
    found = {row[0]: row for row in rows(section(node.name))[2:]}
    assert list(found) == [s.name for s in settings_of(node.settings)]
    for s in settings_of(node.settings):
        assert s.text.replace("|", "/") in found[s.name][4]
        assert ("At start only." in found[s.name][4]) == s.read_only


def test_every_launch_argument_has_its_row() -> None:
    listed = [row[0] for row in rows(section("Launch arguments"))]
    known = [a.name for a in GRAPH_ARGUMENTS]
    of_a_bag = [a.name for a in REPLAY_ARGUMENTS if a.name not in known]
    assert [name for name in listed if name not in ("argument", "---")] == known + of_a_bag


def test_a_table_has_as_many_cells_in_every_row() -> None:
    for table in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table


def test_writing_leaves_the_page_and_nothing_else(tmp_path: Path, capsys) -> None:
    path = tmp_path / "docs" / "nodes.md"
    write_nodes_page(path)
    assert path.read_text(encoding="utf-8") == PAGE
    assert [p.name for p in path.parent.iterdir()] == ["nodes.md"]
    assert main([str(tmp_path / "x.md")]) == 0
    assert "x.md written" in capsys.readouterr().out
