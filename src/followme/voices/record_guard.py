"""Record what the guard says, so that saying it needs no engine (B4).

Run ``python -m followme.voices.record_guard`` where espeak-ng is installed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from followme.voices.engine import shared_engine
from followme.voices.pcm import Pcm
from followme.voices.repertoire import GUARD_TEXT, recording_path
from followme.voices.track import TrackWriter

# a little slower than usual: it comes without context and must be understood at once
_WORDS_PER_MINUTE = 160


def record(path: Path, language: str) -> Pcm:
    """Write the guard's words to ``path`` and return them, (N,) int16."""
    sound = shared_engine().render(GUARD_TEXT, _WORDS_PER_MINUTE, language)
    track = TrackWriter(path)
    track.write(0, sound)
    track.close()
    return sound


def main() -> None:
    """Record in one language and say where."""
    parser = argparse.ArgumentParser(description="Record what the guard says.")
    parser.add_argument("--language", default="en", help="voice of espeak-ng, such as en")
    language = parser.parse_args().language
    path = recording_path(GUARD_TEXT, language)
    record(path, language)
    print(f"{path}: {GUARD_TEXT!r} in {language}")


if __name__ == "__main__":
    main()
