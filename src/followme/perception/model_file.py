"""Which file a network comes from."""

from __future__ import annotations

from pathlib import Path

from followme.perception.card import ModelError
from followme.settings import ModelSettings
from followme.share import share_path


def find_model(task: str, s: ModelSettings) -> Path | None:
    """Return the ONNX file of a task: the one asked for, else the one that comes along, if any.

    Raises
    ------
    ModelError
        When a file was asked for and there is none, or it is not called ``*.onnx``.
    """
    if s.file:
        path = Path(s.file).expanduser()
        if not path.is_file():
            raise ModelError(
                f"model.file: there is no file {s.file!r}; give an ONNX file with its card beside "
                "it, or nothing"
            )
        if path.suffix != ".onnx":  # its card would stand for another file
            raise ModelError(
                f"model.file: {s.file!r} does not end in .onnx; give the ONNX file, its card is "
                "found beside it"
            )
        return path
    try:
        return share_path("models", f"{task}.onnx")
    except FileNotFoundError:
        return None
