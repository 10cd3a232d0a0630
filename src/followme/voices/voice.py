"""The contract of a voice: it says one utterance at a time and tells what was heard when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from followme.settings import VoiceSettings
from followme.values.intent import Utterance
from followme.values.obstacle import Obstacle

EventKind = Literal["onset", "ended", "cut", "failed"]


class VoiceError(ValueError):
    """A voice that cannot be used; the text names the thing and the mend."""


@dataclass(frozen=True)
class VoiceEvent:
    """What a voice did with an utterance.

    Parameters
    ----------
    kind : {"onset", "ended", "cut", "failed"}
        ``onset`` is the first audible sample; one of the others follows it, or comes alone when
        nothing was heard. ``failed`` also stands for words that were left out of what was heard.
    utterance : Utterance
        The very object that was given to :meth:`Voice.start`.
    at_s : float
        Seconds on the sound track; NaN when the sound process could not tell.
    wall_ns : int
        When, on the clock of the image stamps.
    """

    kind: EventKind
    utterance: Utterance
    at_s: float
    wall_ns: int


class Voice(Protocol):
    """Says utterances; no call waits (each stays well under a millisecond).

    An utterance that was cut is no longer :attr:`playing`, though its event may come some polls
    later. Starting while another one plays cuts that one.
    """

    @property
    def playing(self) -> Utterance | None:
        """What is being said, as known from the last call."""
        ...

    @property
    def about(self) -> str:
        """Where the sound goes, one sentence for a person."""
        ...

    @property
    def fault(self) -> str:
        """What is wrong right now, one sentence; empty when nothing is."""
        ...

    @property
    def restarts(self) -> int:
        """How often the sound process had to be started again."""
        ...

    @property
    def alarms(self) -> int:
        """How often the guard has said by itself that vision is lost."""
        ...

    def start(self, u: Utterance) -> None:
        """Begin to say ``u``: its tone, then its words."""
        ...

    def cut(self) -> None:
        """Stop within 80 ms (B7); nothing happens when nothing plays."""
        ...

    def aim(self, thing: Obstacle | None) -> None:
        """Beep about ``thing`` whenever nothing is said, until told otherwise (B9); None: stop.

        No event tells of a beep, and it is never :attr:`playing`.
        """
        ...

    def poll(self) -> list[VoiceEvent]:
        """Return what happened since the last call, in order for each utterance."""
        ...

    def heartbeat(self) -> None:
        """Tell the guard that the caller lives (B4); only the loop that decides may call it."""
        ...

    def change(self, s: VoiceSettings) -> None:
        """Take over rate, volume and whether to tick."""
        ...

    def close(self) -> None:
        """Say goodbye; a second call does nothing."""
        ...
