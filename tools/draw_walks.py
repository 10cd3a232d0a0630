"""Draw the walks of config/walks, four frames each, on one page: docs/walks.jpg, or a given file.

Run it in the environment of tools/env.sh: `python tools/draw_walks.py [FILE] [SCENE...]`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2

from followme.drawing.contact_sheet import contact_sheet
from followme.drawing.palette import Picture
from followme.outputs.files import write_bytes
from followme.sources.scene_file import load_walk, walk_paths
from followme.sources.walk_source import WalkSource

# where in a walk there is most to be seen, as shares of its length
SHARES = (0.12, 0.40, 0.62, 0.88)
SIZE = (400, 300)


def pictures_of(path: Path) -> list[tuple[Picture, str]]:
    """Return four frames of a walk with captions."""
    walk = load_walk(path)
    source = WalkSource(walk, *SIZE)
    times = source.times_s
    chosen = {int(share * len(times)) for share in SHARES}
    drawn = []
    for n, time_s in enumerate(times):
        if n not in chosen:
            # what waits for the walker must see them pass
            source.truth_at(time_s, walk.scene.path.pose_at(time_s))
            continue
        frame = source.frame_at(time_s)
        if frame is not None:
            drawn.append((frame.bgr, f"{walk.number} {walk.name}, {time_s:.1f} s"))
    return drawn


def main(arguments: list[str]) -> None:
    """Draw the page."""
    target = Path(arguments[0]) if arguments else Path(__file__).parents[1] / "docs" / "walks.jpg"
    paths = [Path(name) for name in arguments[1:]] or list(walk_paths())
    page = contact_sheet([picture for path in paths for picture in pictures_of(path)], columns=8)
    small = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    ok, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])
    if not ok:
        raise RuntimeError("the page could not be encoded")
    write_bytes(target, data.tobytes())


if __name__ == "__main__":
    main(sys.argv[1:])
