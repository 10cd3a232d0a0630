"""Whether an image file is all there.

OpenCV fills what is missing of a cut JPEG with grey and says nothing, and grey is what a wall
looks like: a file that was cut must be refused before it is decoded.
"""

from __future__ import annotations

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"
_JPEG_START = b"\xff\xd8"
_JPEG_END = b"\xff\xd9"
_START_OF_SCAN = 0xDA


def is_cut(data: bytes) -> bool:
    """Return whether the end of a JPEG, PNG, BMP or WebP is missing.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    bool
        False also for what is no image of these kinds: the decoder judges it.
    """
    if data.startswith(_JPEG_START):
        scan = _first_scan(data)
        return scan is None or data.find(_JPEG_END, scan) < 0
    if data.startswith(_PNG_SIGNATURE):
        return data.rfind(_PNG_END) < 0
    if data.startswith(b"BM"):
        return len(data) < int.from_bytes(data[2:6], "little")
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    return False


def _first_scan(data: bytes) -> int | None:
    """Return where the pixels of a JPEG begin; None when it is cut before.

    The segments before are skipped by their lengths, since the thumbnail in one of them has an
    end mark of its own. Among pixels the bytes of an end mark do not occur (ITU T.81, B.1.1.5).
    """
    at = len(_JPEG_START)
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xFF:  # a fill byte
            at += 1
            continue
        if data[at + 1] == _START_OF_SCAN:
            return at
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
