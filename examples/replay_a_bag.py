"""Play a bag through every node and count what was said, and why.

. tools/env.sh; python examples/replay_a_bag.py BAG
"""

import json
import sys
from collections import Counter
from pathlib import Path

from followme.cli.main import main as followme


def main():
    """Replay so that no image is dropped, then read what was written."""
    bag, out = sys.argv[1], Path("replay_output")
    code = followme(["replay", bag, "--every-frame", "--speech", "silent", "--out", str(out)])
    if code != 0:
        return code
    lines = (out / "announcements.jsonl").read_text().splitlines()
    outcomes = Counter((row["key"], row["outcome"]) for row in map(json.loads, lines))
    for (key, outcome), count in sorted(outcomes.items()):
        print(f"{count:4} x {key} {outcome}")
    images = (out / "obstacles.jsonl").read_text().splitlines()
    print(f"obstacles of {len(images)} images in {out / 'obstacles.jsonl'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
