"""A process that owns a voice and beats, to be stopped and killed by a test: owner.py TRACK."""

from __future__ import annotations

import select
import sys
import time

from followme.settings import VoiceSettings
from followme.voices.choose import make_voice


def main() -> None:
    voice = make_voice(VoiceSettings(engine="wav", track=sys.argv[1]), time.time_ns)
    voice.heartbeat()
    print(voice.track_start_ns, voice.sink_pid, flush=True)
    while not select.select([sys.stdin], [], [], 0.05)[0]:
        voice.heartbeat()
        voice.poll()
    voice.close()


if __name__ == "__main__":
    main()
