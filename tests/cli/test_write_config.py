from __future__ import annotations

import difflib
import itertools
from pathlib import Path

import pytest
import yaml

from followme.cli.write_config import config_text, literal, main, write_config
from followme.graph import ALL_NODES
from followme.settings import build, flatten, settings_of

ROOT = Path(__file__).resolve().parents[2]


def parameters(node: str) -> dict[str, object]:
    tree = yaml.safe_load(config_text())[f"/**/{node}"]["ros__parameters"]
    flat: dict[str, object] = {}

    def walk(branch: dict[str, object], prefix: str) -> None:
        for key, value in branch.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")
            else:
                flat[prefix + key] = value

    walk(tree, "")
    return flat


def test_the_file_is_as_new_as_the_settings() -> None:
    path = ROOT / "config" / "followme.yaml"
    written = path.read_text(encoding="utf-8") if path.is_file() else ""
    wanted = config_text()
    if written != wanted:
        changes = difflib.unified_diff(
            written.splitlines(), wanted.splitlines(), path.name, "settings", lineterm="", n=0
        )
        text = "config/followme.yaml is not what the settings say; `make config` mends it"
        pytest.fail("\n".join([text, *changes]), pytrace=False)


@pytest.mark.parametrize("node", ALL_NODES, ids=lambda node: node.name)
def test_every_parameter_of_a_node_stands_there_with_its_default_and_type(node) -> None:
    found = parameters(node.name)
    wanted = {s.name: s.default for s in settings_of(node.settings)}
    assert found == wanted
    assert {k: type(v) for k, v in found.items()} == {k: type(v) for k, v in wanted.items()}


@pytest.mark.parametrize("node", ALL_NODES, ids=lambda node: node.name)
def test_the_file_is_accepted_by_the_settings_it_was_made_from(node) -> None:
    built = build(node.settings, parameters(node.name))
    assert flatten(built) == flatten(node.settings())


def test_every_parameter_has_a_comment_above_it() -> None:
    lines = config_text().splitlines()
    for before, line in itertools.pairwise(lines):
        key, _, value = line.partition(": ")
        if value and not key.strip().startswith("#"):
            assert before.strip().startswith("#"), line


def test_lines_fit_into_100_columns() -> None:
    assert max(map(len, config_text().splitlines())) <= 100


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (3.0, "3.0"),
        (1e-05, "1.0e-05"),
        (1.5e300, "1.5e+300"),
        ("", '""'),
        ("on", '"on"'),
        ('a "b"', '"a \\"b\\""'),
    ],
)
def test_a_value_keeps_its_type_in_yaml(value: object, text: str) -> None:
    assert literal(value) == text  # type: ignore[arg-type]
    read = yaml.safe_load(text)
    assert (read, type(read)) == (value, type(value))


def test_writing_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "config" / "followme.yaml"
    write_config(path)
    assert path.read_text(encoding="utf-8") == config_text()
    assert [p.name for p in path.parent.iterdir()] == ["followme.yaml"]


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys) -> None:
    assert main([str(tmp_path / "x.yaml")]) == 0
    assert "x.yaml written" in capsys.readouterr().out
