"""Who may cut whom, and how a message is made to fit the budget (assistive specification B7)."""

from __future__ import annotations

from collections.abc import Container
from enum import Enum

from followme.alerts.sound_budget import SoundBudget
from followme.alerts.want import Source, Want
from followme.settings import SchedulerSettings
from followme.values.intent import Intent, Priority

#: Where many people are about, a STOP seldom comes alone.
_STOPS_IN_A_CROWD = 2


class Fit(Enum):
    """How a message fits the budget."""

    WORDS = "words"
    TONE = "tone"
    LATER = "later"
    NEVER = "never"


def may_cut(want: Want, playing: Intent, present: Container[int]) -> bool:
    """Whether something may end what is being said.

    The words of a warning last two seconds, and what is told at once must be heard within one
    (B4); the warning begins again after it.

    Parameters
    ----------
    present : container of int
        Tracks that were last observed.
    """
    intent = want.intent
    if want.at_once and playing.track_id >= 0 and playing.priority > Priority.STOP:
        return True
    if intent.priority is playing.priority:
        gone = playing.obstacle is not None and playing.track_id not in present
        return gone and intent.priority <= Priority.WARN
    if intent.priority <= Priority.STOP:
        return intent.priority < playing.priority
    return intent.priority <= Priority.WARN and playing.priority >= Priority.REPLY


def fit(
    want: Want, message_s: float, budget: SoundBudget, now_s: float, s: SchedulerSettings
) -> Fit:
    """Say how a message below STOP fits; a first warning is never left out.

    Parameters
    ----------
    message_s : float
        How long its words are expected to sound.
    """
    if want.is_tone:
        return Fit.TONE
    if want.source is Source.SIGHT and want.priority <= Priority.WARN:
        return Fit.WORDS
    room = budget.has_room(message_s + _reserve_s(want, s), now_s, s)
    capped = want.source is Source.TRACK and budget.is_capped(want.priority, now_s, s)
    if want.first and want.priority <= Priority.WARN:
        return Fit.WORDS if room and not capped and not _turns_stop(want, s) else Fit.TONE
    if capped:
        return Fit.NEVER
    if want.source is Source.CLEAR and not room:
        return Fit.TONE
    return Fit.WORDS if room else Fit.LATER


def _reserve_s(want: Want, s: SchedulerSettings) -> float:
    """Return the room to leave for STOP, which asks for none.

    What the user asked for leaves none, nor a hazard, whose height or depth only words tell.
    """
    if want.source is Source.USER or want.priority <= Priority.WARN_HAZARD:
        return 0.0
    return s.stop_reserve_s * (_STOPS_IN_A_CROWD if want.crowd else 1)


def _turns_stop(want: Want, s: SchedulerSettings) -> bool:
    """Whether STOP is about to cut the words anyway."""
    thing = want.intent.obstacle
    return thing is not None and thing.time_to_contact_s < s.turning_stop_s
