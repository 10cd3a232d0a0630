"""Answers to what the user asks (assistive specification B7, commands)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from followme.alerts.clearing import looks_free
from followme.alerts.sorts import brief_key_of, key_of, sort_of
from followme.settings import SchedulerSettings, did_you_mean
from followme.values.intent import Intent, Priority
from followme.values.obstacle import Obstacle, Obstacles, Sight, Zone

#: What may be asked.
QUESTIONS = ("repeat", "describe", "hush", "status")
_MOST_THINGS = 3
_NOTHING = "clear.words"


@dataclass(frozen=True)
class Reply:
    """One message of an answer; its words are made when it is said, from the newest evidence.

    Parameters
    ----------
    asked_s : float
        When the question came.
    key : str
        Phrase that needs no obstacle; empty when it is about a track or about sight.
    track_id : int or None
        What it is about; None when it is about none.
    brief : bool
        Whether the thing is only named with its side.
    by_zone : bool
        Whether it is worded as urgently as its zone demands.
    or_gone : bool
        Whether it is worth saying that the thing is gone.
    """

    asked_s: float
    key: str = ""
    track_id: int | None = None
    brief: bool = False
    by_zone: bool = False
    or_gone: bool = False


@dataclass(frozen=True)
class Scene:
    """What is known when an answer is given.

    Parameters
    ----------
    obstacles : Obstacles or None
        Newest; None when none ever came.
    by_id : mapping of int to Obstacle
        The same by track.
    blind : bool
        Whether nothing may be told of them.
    sight_key : str
        Phrase for the state of sight.
    """

    obstacles: Obstacles | None
    by_id: Mapping[int, Obstacle]
    blind: bool
    sight_key: str


def answer(
    question: str, scene: Scene, last: Intent | None, now_s: float, s: SchedulerSettings
) -> list[Reply]:
    """Return the messages that answer a question.

    Parameters
    ----------
    question : str
        One of :data:`QUESTIONS`.
    scene : Scene
        What is known now.
    last : Intent or None
        What was said last without being asked.

    Raises
    ------
    ValueError
        For an unknown question, with the nearest known one.
    """
    if question == "repeat":
        return _repeat(scene, last, now_s, s)
    if question == "describe":
        return _describe(scene, now_s, s)
    if question == "hush":
        return [Reply(now_s, "reply.hushed_thirty" if s.hush_s == 30.0 else "reply.hushed")]
    if question == "status":
        return [Reply(now_s)]
    raise ValueError(
        f"question {question!r} is unknown, ask one of {', '.join(QUESTIONS)}"
        f"{did_you_mean(question, QUESTIONS)}"
    )


def reply_intent(reply: Reply, scene: Scene, s: SchedulerSettings) -> Intent | None:
    """Return a message of an answer as it would be said now; None when it no longer holds."""
    thing = None
    key = reply.key
    if reply.track_id is not None:
        thing = None if scene.blind else scene.by_id.get(reply.track_id)
        key = _key_about(reply, thing, scene, s)
    elif key == _NOTHING:
        key = _NOTHING if _sees_nothing(scene, s) else ""
    elif not key:
        key = scene.sight_key
    if not key:
        return None
    stamp_ns = 0 if scene.obstacles is None else scene.obstacles.stamp_ns
    return Intent(key, Priority.REPLY, stamp_ns, reply.asked_s, s.reply_lifetime_s, thing)


def _repeat(scene: Scene, last: Intent | None, now_s: float, s: SchedulerSettings) -> list[Reply]:
    if last is None:
        return [Reply(now_s, "reply.gone")]
    if last.obstacle is not None:
        return [Reply(now_s, track_id=last.track_id, by_zone=True, or_gone=True)]
    if last.priority is Priority.CLEAR:
        return _describe(scene, now_s, s)
    return [Reply(now_s)]


def _describe(scene: Scene, now_s: float, s: SchedulerSettings) -> list[Reply]:
    if scene.blind or scene.obstacles is None:
        return [Reply(now_s)]
    # an id may stand for several things that are not followed; each id is told once
    things = sorted(scene.by_id.values(), key=lambda thing: thing.distance_m)[:_MOST_THINGS]
    if things:
        return [Reply(now_s, track_id=t.track_id, brief=i > 0) for i, t in enumerate(things)]
    if _sees_nothing(scene, s):
        return [Reply(now_s, _NOTHING)]
    limited = scene.obstacles.sight is Sight.SEEING
    return [Reply(now_s, "health.view_limited" if limited else "")]


def _sees_nothing(scene: Scene, s: SchedulerSettings) -> bool:
    if scene.blind or scene.obstacles is None or scene.by_id:
        return False
    return looks_free(scene.obstacles, s)


def _key_about(reply: Reply, thing: Obstacle | None, scene: Scene, s: SchedulerSettings) -> str:
    if thing is None or scene.obstacles is None:
        if scene.blind:
            return scene.sight_key if reply.or_gone else ""
        return "reply.gone" if reply.or_gone else ""
    sort = sort_of(thing, scene.obstacles.walker_speed_mps, s)
    if reply.brief:
        return brief_key_of(sort)
    return key_of(thing.zone if reply.by_zone else Zone.INFORM, sort)
