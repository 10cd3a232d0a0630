"""Obstacles that are worth saying now, and how several of them become one message (B7, B10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from followme.alerts.memory import Memory
from followme.alerts.sorts import closing_mps, has_own_words, key_of, priority_of, sort_of
from followme.alerts.want import Source, Want
from followme.settings import SchedulerSettings
from followme.values.intent import Intent, Priority
from followme.values.obstacle import Kind, Obstacle, Obstacles, Zone


def due_hazards(
    obstacles: Obstacles, arrived_s: float, memory: Memory, now_s: float, s: SchedulerSettings
) -> list[Want]:
    """Return one want for each obstacle that is worth saying now.

    Parameters
    ----------
    obstacles : Obstacles
        Newest; sight must not be lost.
    arrived_s : float
        When they came; older evidence than an intent's lifetime makes no intent.
    """
    lowest = Zone.INFORM if s.verbosity == "detailed" else Zone.WARN
    wants = []
    for thing in obstacles.obstacles:
        if thing.zone < lowest or now_s - arrived_s > lifetime_s(thing.zone, s):
            continue
        why = memory.due(thing, obstacles.walker_speed_mps, now_s, s)
        if why:
            steady = _of_now(memory.steady(thing, now_s, s), obstacles, now_s - arrived_s)
            wants.append(_want(steady, why, obstacles, arrived_s, s))
    return wants


def _of_now(thing: Obstacle, obstacles: Obstacles, since_s: float) -> Obstacle:
    """Return a thing as far away as it is now: what comes fast is nearer than its evidence says."""
    age_s = obstacles.ages.depth_s + since_s
    nearer_m = closing_mps(thing) * age_s
    if not nearer_m > 0.0:  # NaN is unknown
        return thing
    return replace(thing, distance_m=max(thing.distance_m - nearer_m, 0.0))


def lifetime_s(zone: Zone, s: SchedulerSettings) -> float:
    """Return how old the evidence for a message about a zone may be when it begins to sound."""
    if zone is Zone.STOP:
        return s.stop_lifetime_s
    return s.warn_lifetime_s if zone is Zone.WARN else s.inform_lifetime_s


def merged(
    wants: Sequence[Want], obstacles: Obstacles, memory: Memory, now_s: float, s: SchedulerSettings
) -> list[Want]:
    """Return the wants with a crowd, and many warnings, each as one message.

    STOP is never merged, nor what a cane does not find.
    """
    crowd = _crowd(obstacles, s)
    kept = list(wants)
    if crowd:  # whoever comes from afar belongs to it: individuals are told in STOP only
        ids = {person.track_id for person in crowd}
        theirs = [w for w in kept if w.priority >= Priority.WARN and w.intent.track_id in ids]
        kept = [w for w in kept if w not in theirs]
        if theirs and now_s - memory.crowd_s >= s.crowd_every_s:
            group = replace(_for_all("crowd", theirs, crowd, memory, now_s, s), crowd=True)
            return [*_several(kept, obstacles, crowd, memory, now_s, s), group]
    return _several(kept, obstacles, crowd, memory, now_s, s)


def while_recovering(wants: Sequence[Want]) -> list[Want]:
    """Return the wants for the second in which lost sight is there again and not yet called back.

    STOP is said, warnings are tones: their words follow "Vision back".
    """
    urgent = [want for want in wants if want.priority <= Priority.WARN]
    return [w if w.priority <= Priority.STOP else w.as_tone() for w in urgent]


def _several(
    wants: list[Want],
    obstacles: Obstacles,
    crowd: Sequence[Obstacle],
    memory: Memory,
    now_s: float,
    s: SchedulerSettings,
) -> list[Want]:
    plain = [
        thing
        for thing in obstacles.obstacles
        if thing.zone is Zone.WARN and not has_own_words(thing) and thing not in crowd
    ]
    ids = {thing.track_id for thing in plain}
    theirs = [w for w in wants if w.priority is Priority.WARN and w.intent.track_id in ids]
    if not theirs or len(plain) < s.several:
        return wants
    others = [w for w in wants if w not in theirs]
    return [*others, _for_all("several", theirs, plain, memory, now_s, s)]


def _for_all(
    name: str,
    wants: Sequence[Want],
    things: Sequence[Obstacle],
    memory: Memory,
    now_s: float,
    s: SchedulerSettings,
) -> Want:
    """Return one want that stands for all things of the zone of the most urgent of the wants."""
    head = min(wants, key=Want.urgency).intent
    covers = tuple(thing for thing in things if thing.zone is head.zone)
    nearest = min(covers, key=lambda thing: thing.distance_m)
    family = "warn" if head.zone is Zone.WARN else "inform"
    intent = replace(head, key=f"{family}.{name}", obstacle=memory.steady(nearest, now_s, s))
    return Want(intent, Source.TRACK, any(w.first for w in wants), covers)


def _want(
    thing: Obstacle, why: str, obstacles: Obstacles, arrived_s: float, s: SchedulerSettings
) -> Want:
    sort = sort_of(thing, obstacles.walker_speed_mps, s)
    intent = Intent(
        key="stop.tone" if why == "tone" else key_of(thing.zone, sort),
        priority=priority_of(thing),
        stamp_ns=obstacles.stamp_ns,
        born_s=arrived_s,
        lifetime_s=lifetime_s(thing.zone, s),
        obstacle=thing,
    )
    return Want(intent, Source.TRACK, first=why == "first", covers=(thing,))


def _crowd(obstacles: Obstacles, s: SchedulerSettings) -> list[Obstacle]:
    """Return all people, nearest first; none when too few are near by for a crowd."""
    people = [thing for thing in obstacles.obstacles if thing.kind is Kind.PERSON]
    near = sum(person.distance_m <= s.crowd_m for person in people)
    return people if near >= s.crowd_people else []
