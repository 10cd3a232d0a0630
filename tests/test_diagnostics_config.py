"""config/diagnostics.yaml sorts what each node of the table says into one place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from followme.graph import ALL_NODES

FILE = Path(__file__).resolve().parents[1] / "config" / "diagnostics.yaml"


def analyzers() -> dict[str, Any]:
    parameters = yaml.safe_load(FILE.read_text())["/**"]["ros__parameters"]
    assert parameters.pop("path") == "FollowMe"
    return dict(parameters)


@pytest.mark.parametrize("namespace", ["/", "/robot1/", "/building/robot1/"])
@pytest.mark.parametrize("node", ALL_NODES, ids=lambda n: n.name)
def test_each_node_is_in_one_place(node: Any, namespace: str) -> None:
    # the name that diagnostic_array gives
    name = f"followme: {namespace}{node.name}"
    places = [
        about["path"]
        for about in analyzers().values()
        if any(re.fullmatch(expression, name) for expression in about["regex"])
    ]
    assert len(places) == 1
    assert (places == ["Way of an image"]) == node.critical


def test_what_is_silent_is_stale_and_names_are_short() -> None:
    for about in analyzers().values():
        assert about["type"] == "diagnostic_aggregator/GenericAnalyzer"
        assert about["timeout"] == 3.0
        assert about["find_and_remove_prefix"] == ["followme: "]
