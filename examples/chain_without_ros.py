"""The whole chain in one thread, without ROS: frames in, obstacles and messages out.

. tools/env.sh; python examples/chain_without_ros.py [FOLDER, VIDEO or BAG]
"""

import sys
from pathlib import Path

from followme.pipeline import Pipeline, PipelineSettings
from followme.sources.open import open_source
from followme.voices.wav import WavVoice


def main():
    """Take a source through the chain as fast as it goes, and write what would be heard."""
    text = sys.argv[1] if len(sys.argv) > 1 else "synthetic"
    source = open_source(text, rate_hz=10.0, width=320, height=240, seed=0, report=print)
    track = Path("chain_without_ros.wav")
    pipeline = Pipeline(
        PipelineSettings(), lambda settings, now_ns: WavVoice(settings, now_ns, track)
    )
    for frame in source.frames():
        step = pipeline.step(frame)
        at_s = frame.stamp_ns * 1e-9
        for said in step.announcements:
            print(f"{at_s:6.1f} s  {said.outcome.value:8} {said.text or '(tone)'}")
    pipeline.close()
    source.close()
    print(f"{track}: what a walker would have heard")


if __name__ == "__main__":
    main()
