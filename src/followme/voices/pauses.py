"""What sounds while nothing is said: the beeps of radar mode (B9) and the tick of life (B4).

Neither is an announcement: they have no onset that anybody is told, and give way to whatever is
said. Silence of five seconds could mean that FollowMe is dead; a tick says that it is not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from followme.values.obstacle import Obstacle, Zone
from followme.voices.cue import Cue, cue_of, placed
from followme.voices.mixer import Mixer, least_gain
from followme.voices.pcm import Pcm, as_channels, samples_in
from followme.voices.tones import PULSE_S, tick, tone

#: Name of all that sounds here, in the mixer.
PAUSE = 0
#: So long after the last sound comes a tick.
TICK_S = 5.0

# B9: period = clamp(0.12 + 0.30 TTC, 0.15, 1.2) s
_PERIOD_S = 0.12
_PERIOD_PER_CONTACT = 0.30
_SHORTEST_S, _LONGEST_S = 0.15, 1.2
# ... and sound fills 15 % of the time at most; STOP is excepted
_DUTY = 0.15
# shorter than the shortest silence between the end of a sound and a beep
_STEP_S = 0.05
_LONG_AGO = -(2**62)


@dataclass(frozen=True)
class Beeps:
    """Beeps that tell how soon the walker will touch something.

    Parameters
    ----------
    cue : Cue
        Pitch and side.
    period_s : float
        From the begin of one beep to the begin of the next.
    guards : bool
        Whether it is about something in STOP, which no volume silences.
    """

    cue: Cue
    period_s: float
    guards: bool = False


def beeps_of(thing: Obstacle | None) -> Beeps | None:
    """Return the beeps about a thing; None for none."""
    if thing is None:
        return None
    stop = thing.zone is Zone.STOP
    return Beeps(cue_of(thing), period_s(thing.time_to_contact_s, stop=stop), stop)


def period_s(time_to_contact_s: float, *, stop: bool) -> float:
    """Return the time between two beeps (B9), in seconds; an unknown time to contact is none."""
    contact_s = 0.0 if math.isnan(time_to_contact_s) else time_to_contact_s
    wanted_s = _PERIOD_S + _PERIOD_PER_CONTACT * contact_s
    shortest_s = _SHORTEST_S if stop else PULSE_S / _DUTY
    return max(shortest_s, min(_LONGEST_S, wanted_s))


class Pauses:
    """Fill the pauses of a mixer.

    Parameters
    ----------
    mixer : Mixer
        Whose silence is filled.
    channels : int
        Of the mixer.

    Attributes
    ----------
    ticks : bool
        Whether to tick in long silence.
    """

    def __init__(self, mixer: Mixer, channels: int = 1) -> None:
        self._mixer = mixer
        self._channels = channels
        self._beeps: Beeps | None = None
        self._begun = _LONG_AGO
        self.ticks = False

    def aim(self, beeps: Beeps | None) -> None:
        """Let it beep from now on; with None it stops, also within a beep."""
        if beeps is None and self._beeps is not None and self._mixer.playing == PAUSE:
            self._mixer.cut()
        self._beeps = beeps

    def piece(self, count: int) -> int:
        """Begin what is due; return how many of the next ``count`` samples to render at once."""
        step = min(count, samples_in(_STEP_S))
        if not self._mixer.silent:
            return step
        due = self._due()
        if due is None:
            return count
        if due > self._mixer.at:
            return min(count, due - self._mixer.at)
        self._begun = self._mixer.at
        guards = self._beeps is not None and self._beeps.guards
        self._mixer.play(PAUSE, self._sound(), least_gain(guards))
        return step

    def _due(self) -> int | None:
        """Return the sample at which something is due next."""
        until = self._mixer.sounded_until
        if self._beeps is not None:
            # after words a beep comes a period later, as if they had been one
            own = until <= self._begun + samples_in(PULSE_S)
            return (self._begun if own else until) + samples_in(self._beeps.period_s)
        return until + samples_in(TICK_S) if self.ticks else None

    def _sound(self) -> Pcm:
        if self._beeps is None:
            return as_channels(tick(), self._channels)
        return placed(tone("beep", self._beeps.cue.band), self._beeps.cue, self._channels)
