"""The sound process: the last one standing, it says that vision is lost when all others are gone.

It needs no camera, no network and, for what the guard says, no speech engine (B4). A voice starts
it (``python -m followme.voices.sink``), sends messages to its standard input and reads events
from its standard output; :class:`followme.voices.sink_loop.Sink` has the table of messages.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from followme.voices.device import Device
from followme.voices.engine import EspeakEngine, shared_engine
from followme.voices.output import Output, SoundLog
from followme.voices.own_engine import OwnEngine
from followme.voices.pipes import Pipes
from followme.voices.repertoire import Repertoire
from followme.voices.sink_loop import Sink
from followme.voices.sink_options import SinkOptions
from followme.voices.track import TrackWriter
from followme.voices.voice import VoiceError

_STDIN, _STDOUT, _STDERR = 0, 1, 2
EXIT_CANNOT_START = 2
EXIT_DEVICE_GONE = 3


def open_output(options: SinkOptions) -> tuple[Output, str]:
    """Return where sound goes, and that in one sentence.

    Raises
    ------
    VoiceError
        When the track cannot be written, or there is no device and ``strict`` or ``resounds``.
    """
    device, why = None, ""
    if options.device != "none":
        try:
            device = Device(options.device, options.channels)
        except VoiceError as error:
            if options.strict:
                raise VoiceError(
                    f"{error}: plug one in, or set voice.engine to auto to get a track"
                ) from error
            if options.resounds:
                raise VoiceError(f"{error}: plug it in again") from error
            why = str(error)
    track = None
    if options.track and (device is None or options.track_always):
        track = TrackWriter(Path(options.track), resume=options.resume, channels=options.channels)
    places = ([f"heard on {device.name}"] if device is not None else []) + (
        [f"written to {options.track}"] if track is not None else []
    )
    about = f"speech is {' and '.join(places) or 'heard nowhere'}"
    return Output(device, track, options.channels), f"{why}: {about}" if why else about


def open_engine(options: SinkOptions) -> tuple[EspeakEngine | None, str]:
    """Return espeak-ng, and what is wrong with it (empty when nothing is).

    Raises
    ------
    VoiceError
        When espeak-ng is missing and ``strict``.
    """
    try:
        return shared_engine(), ""
    except VoiceError as error:
        if options.strict:
            raise
        return None, str(error)


def open_own_engine(options: SinkOptions, substitute: EspeakEngine | None) -> OwnEngine | None:
    """Return the user's own engine, None when nobody asked for it.

    Raises
    ------
    VoiceError
        When it cannot be had; in place of a sound process that died it may come later.
    """
    if options.engine != "pyttsx3":
        return None
    own = OwnEngine(options, substitute)
    if not options.resume:
        own.await_ready()
    return own


def main() -> int:
    """Run the sound process; return its exit code."""
    # Ctrl-C reaches the whole group; whoever owns the voice says goodbye
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    options = SinkOptions.read(sys.argv[1:])
    pipes = Pipes(_STDIN, _own_stdout())
    if options.parent:
        # a parent that was stopped does not read: complaints of sound libraries must not block
        os.set_blocking(_STDERR, False)
    # two threads share the interpreter: the device may not wait for the loop
    sys.setswitchinterval(0.001)
    try:
        output, about = open_output(options)
        engine, fault = open_engine(options)
        log = SoundLog(Path(options.log), resume=options.resume) if options.log else None
        own = open_own_engine(options, engine)
    except VoiceError as error:
        pipes.send({"op": "error", "text": str(error)})
        return EXIT_CANNOT_START
    if own is not None:
        about = f"{about}, in the voice of pyttsx3"
    repertoire = Repertoire(options.language, own or engine, options.channels)
    sink = Sink(options, pipes, repertoire, output, log, fault, own)
    signal.signal(signal.SIGTERM, lambda *_: sink.stop())
    ready = {"about": about, "fault": fault, "device": output.has_device}
    sink.send({"op": "ready", "start_ns": sink.start_ns, **ready})
    heard = sink.run()
    if own is not None:
        own.close()
    if not heard:
        print("the sound device has stopped taking sound: plug it in again", file=sys.stderr)
        return EXIT_DEVICE_GONE
    output.close()
    if log is not None:
        log.close()
    return 0


def _own_stdout() -> int:
    """Return a copy of standard output; what libraries print goes to standard error instead."""
    own = os.dup(_STDOUT)
    os.dup2(_STDERR, _STDOUT)
    return own


if __name__ == "__main__":
    sys.exit(main())
