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
    parser.add_argument("--checkpoint", default="best", help="of a run: best (default), last, ...")


def export_parser(
    task: str,
    out_help: str,
    out: Path | None = None,
    *,
    out_required: bool = False,
    of: str = "a run",
) -> argparse.ArgumentParser:
    """Return a parser of the verb ``export``: a run, its checkpoint, where to write.

    Parameters
    ----------
    task : str
        Whose verb it is; reports lie in ``training/reports`` under its name.
    out_help : str
        What ``--out`` says of itself.
    out : Path or None
        The ONNX file where nobody names one; None: the task says.
    out_required : bool
        Whether somebody has to name one.
    of : str
        Whose file it is, in words.
    """
    parser = verb_parser(
        task,
        "export",
        f"Writes the ONNX file of {of} with its card, compares it with the network, measures it, "
        "and writes the report.",
    )
    parser.add_argument("run", type=Path, help="default_root_dir of the training")
    parser.add_argument("--checkpoint", default="best", help="best (default), last, ...")
    parser.add_argument("--out", type=Path, default=out, required=out_required, help=out_help)
    parser.add_argument("--reports", type=Path, default=Path("training/reports", task))
    return parser
