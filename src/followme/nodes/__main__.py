"""Run one node by name, where no executable is installed: ``python -m followme.nodes camera``."""

from __future__ import annotations

import importlib
import sys

from followme.graph import ALL_NODES
from followme.settings import did_you_mean


def main() -> int:
    """Run the node that the first word names; 2 when there is none."""
    names = [node.name for node in ALL_NODES]
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in names:
        print(
            f"followme: there is no node {name!r}{did_you_mean(name, names)}; the nodes are "
            f"{', '.join(names)}",
            file=sys.stderr,
        )
        return 2
    try:
        code: int = importlib.import_module(f"followme.nodes.{name}").main()
    except KeyboardInterrupt:
        # Ctrl-C before the node took over the signals: nothing had begun
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
