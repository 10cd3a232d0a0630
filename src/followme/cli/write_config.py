"""Write config/followme.yaml: every parameter of every node, as the settings declare it.

``make config`` runs it; a test fails when the file is older than the settings.
"""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from followme.graph import ALL_NODES, NodeSpec
from followme.settings import Setting, settings_of
from followme.settings.setting import Value

HEADER = """\
# Every parameter of every node, with the value that holds when nobody sets it.
#
# Written by `make config` from the settings in src/followme/settings; do not edit it here.
# To change a value, keep the lines that differ in a file of your own and give that file to the
# node, the launch file or `followme`. In a comment, the range is what a node accepts; another
# value is refused by name. "At start only" means that it cannot be set while the node runs.
"""
WIDTH = 100


def config_text() -> str:
    """Return the whole parameter file."""
    return "\n".join([HEADER, *(_node_text(node) for node in ALL_NODES)])


def _node_text(node: NodeSpec) -> str:
    lines = [f"# {node.text}", f"/**/{node.name}:", "  ros__parameters:"]
    before: tuple[str, ...] = ()
    for setting in settings_of(node.settings):
        *parts, name = setting.name.split(".")
        lines += _opened(before, tuple(parts))
        indent = "  " * (len(parts) + 2)
        lines += [f"{indent}# {line}" for line in _comment(setting, WIDTH - len(indent) - 2)]
        lines.append(f"{indent}{name}: {literal(setting.default)}")
        before = tuple(parts)
    return "\n".join(lines) + "\n"


def _opened(before: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """Yield the keys of the parts that begin here."""
    same = 0
    while same < min(len(before), len(now)) and before[same] == now[same]:
        same += 1
    for depth in range(same, len(now)):
        yield f"{'  ' * (depth + 2)}{now[depth]}:"


def _comment(setting: Setting, width: int) -> list[str]:
    facts = []
    if setting.choices:
        facts.append(" | ".join(setting.choices))
    elif setting.low is not None and setting.high is not None:
        facts.append(setting.allowed())
    elif setting.unit:
        facts.append(setting.unit)
    if setting.read_only:
        facts.append("at start only")
    # the range stays on one line: it is wrapped as one word
    word = f"[{', '.join(facts)}]".replace(" ", "\0") if facts else ""
    lines = textwrap.wrap(
        f"{setting.text} {word}", width, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace("\0", " ") for line in lines]


def literal(value: Value) -> str:
    """Return a value in the form in which ROS's YAML reader keeps its type.

    ROS takes ``1`` for an integer and refuses it where a parameter is a double; YAML 1.1 takes
    ``1e-05`` for a text. So a float always shows its point.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        digits, e, exponent = repr(value).partition("e")
        return (digits if "." in digits else f"{digits}.0") + e + exponent
    if isinstance(value, int):
        return str(value)
    return json.dumps(value)


def write_config(path: Path) -> None:
    """Write the parameter file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(config_text(), encoding="utf-8")
    part.replace(path)


def main(words: Sequence[str] | None = None) -> int:
    """Write the file that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("path", nargs="?", type=Path, default=Path("config", "followme.yaml"))
    path: Path = parser.parse_args(words).path
    write_config(path)
    print(f"{path} written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
