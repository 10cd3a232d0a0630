"""Arguments that the verbs of several tasks have."""

from __future__ import annotations

import argparse
from pathlib import Path


def verb_parser(task: str, verb: str, words: str) -> argparse.ArgumentParser:
    """Return a parser that calls itself by task and verb."""
    return argparse.ArgumentParser(prog=f"followme-train {task} {verb}", description=words)


def add_network(parser: argparse.ArgumentParser, required: bool = True) -> None:
    """Let a parser ask for a network: a run, or a file with its card."""
    which = parser.add_mutually_exclusive_group(required=required)
    which.add_argument("--run", type=Path, help="default_root_dir of a training")
    which.add_argument("--onnx", type=Path, help="ONNX file with its card beside it")
    parser.add_argument("--checkpoint", default="best", help="of a run: best (default) or last")
