"""Make the ROS wheels fit for building messages: mend paths in their CMake exports.

The wheels of the message packages name include folders of the machine that built them (Python's
and numpy's headers); CMake refuses targets that include folders which do not exist. Run with the
Python of the virtual environment after each installation; running it again changes nothing.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path

EXPORTS = "*/cmake/export_*__rosidl_generator_pyExport.cmake"
NUMPY_HEADERS = re.compile(r'/opt/python/[^;"]*/numpy/_?core/include')
PYTHON_HEADERS = re.compile(r'/opt/python/[^;"]*/include/python3\.\d+')


def mend(text: str, python_include: str, numpy_include: str) -> str:
    """Return an export file's text with the include folders of this machine."""
    text = NUMPY_HEADERS.sub(lambda _: numpy_include, text)
    return PYTHON_HEADERS.sub(lambda _: python_include, text)


def mend_all(share: Path, python_include: str, numpy_include: str) -> int:
    """Mend every export file below the wheels' share folder; return how many changed."""
    changed = 0
    for path in sorted(share.glob(EXPORTS)):
        before = path.read_text(encoding="utf-8")
        after = mend(before, python_include, numpy_include)
        if after != before:
            part = path.with_suffix(".part")
            part.write_text(after, encoding="utf-8")
            part.replace(path)
            changed += 1
    return changed


def main() -> int:
    """Mend the wheels of the running Python's environment."""
    import numpy as np

    changed = mend_all(Path(sys.prefix) / "share", sysconfig.get_path("include"), np.get_include())
    print(f"{changed} CMake exports mended")
    return 0


if __name__ == "__main__":
    sys.exit(main())
