"""Write the card of your own ONNX file, and see whether FollowMe can use it.

. tools/env.sh; python examples/your_own_network.py objects mine.onnx 320 320 chair table person

Task is face, objects, segmentation or depth; then height and width of the input, then the names of
the classes (for depth: the focal length in pixels of the input that its metres hold for).
"""

import hashlib
import json
import sys
from pathlib import Path

from followme.perception.card import ModelError, card_path, load_card
from followme.perception.session import Session


def main():
    """Write the card beside the file, then load both on each engine."""
    task, file, height, width, *rest = sys.argv[1:]
    onnx = Path(file)
    card = {
        "name": onnx.stem,
        "version": "1",
        "task": task,
        "sha256": hashlib.sha256(onnx.read_bytes()).hexdigest(),
        "input_size": [int(height), int(width)],
        "resize": "plain",
        "training": {},
        "metrics": [],
        "licence": "say which",
        "known_limits": ["Say what it cannot do."],
    }
    if task == "depth":
        card["focal_length_px"] = float(rest[0])
    elif rest:
        card["classes"] = rest
    card_path(onnx).write_text(json.dumps(card, indent=2) + "\n")
    for runtime in ("onnxruntime", "openvino"):
        try:
            Session(onnx, load_card(card_path(onnx)), runtime, 1).close()
        except ModelError as error:
            print(error)
            return 1
        print(f"{onnx.name} keeps the contract of {task} on {runtime}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
