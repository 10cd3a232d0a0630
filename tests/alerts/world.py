"""A small world for the scheduler: things, sight, and a simulated voice on a simulated clock."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from followme.alerts.phrases import Phrases
from followme.alerts.scheduler import Scheduler
from followme.settings import PhraseSettings, SchedulerSettings, build
from followme.values.intent import Intent, Outcome, Utterance
from followme.values.obstacle import Kind, Obstacle, Obstacles, Side, Sight, Zone

TICK_S = 0.02
FRAME_S = 0.1
ONSET_S = 0.06
WORDS_PER_S = 3.0
CATALOGUE = Path(__file__).resolve().parents[2] / "config" / "phrases.en.yaml"
ENGLISH = Phrases.load(CATALOGUE)


def a_thing(
    zone: Zone = Zone.WARN,
    distance_m: float = 3.0,
    track: int = 1,
    *,
    kind: Kind = Kind.OBJECT,
    label: str = "chair",
    side: Side = Side.AHEAD,
    bearing_rad: float = 0.0,
    sigma_m: float = 0.1,
    bottom_m: float = 0.0,
    closing_mps: float = 1.0,
    contact_s: float | None = None,
) -> Obstacle:
    if contact_s is None:
        contact_s = (distance_m - 0.4) / closing_mps if closing_mps > 0.0 else math.inf
    x_m, y_m = distance_m * math.cos(bearing_rad), distance_m * math.sin(bearing_rad)
    return Obstacle(
        track_id=track,
        kind=kind,
        label=label,
        confidence=0.9,
        nearest_m=(x_m, y_m, bottom_m),
        distance_m=distance_m,
        distance_std_m=sigma_m,
        bearing_rad=bearing_rad,
        angular_width_rad=0.1,
        bottom_m=bottom_m,
        top_m=bottom_m + 0.5,
        y_min_m=y_m - 0.2,
        y_max_m=y_m + 0.2,
        velocity_mps=(-closing_mps * math.cos(bearing_rad), -closing_mps * math.sin(bearing_rad)),
        time_to_contact_s=contact_s,
        zone=zone,
        in_corridor=zone >= Zone.WARN,
        side=side,
    )


def seen(
    *things: Obstacle,
    sight: Sight = Sight.SEEING,
    reason: str = "",
    free: float = 0.0,
    speed_mps: float = 1.0,
    distances_known: bool = True,
) -> Obstacles:
    return Obstacles(
        stamp_ns=0,
        obstacles=tuple(sorted(things, key=lambda thing: thing.distance_m)),
        sight=sight,
        reason=reason,
        distances_known=distances_known,
        observed_free=free,
        walker_speed_mps=speed_mps,
    )


def blind(reason: str, *things: Obstacle) -> Obstacles:
    return seen(*things, sight=Sight.BLIND, reason=reason, distances_known=False)


@dataclass
class Said:
    """What the voice did with one utterance."""

    utterance: Utterance
    decided_s: float
    onset_s: float = math.nan
    ended_s: float = math.nan
    completed: bool = False
    world: Obstacles | None = None

    @property
    def text(self) -> str:
        return self.utterance.text

    @property
    def intent(self) -> Intent:
        return self.utterance.intent

    @property
    def heard(self) -> str:
        return self.text or f"<{self.utterance.tone}>"


def sound_s(utterance: Utterance) -> float:
    return len(utterance.text.split()) / WORDS_PER_S or 0.15


@dataclass
class Run:
    """The scheduler with a voice that speaks 3 words a second, as the speech stage drives it."""

    s: SchedulerSettings = field(default_factory=SchedulerSettings)
    phrases: PhraseSettings = field(default_factory=PhraseSettings)
    now_s: float = 0.0
    greeted: bool = True
    fails: bool = False

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.s)
        self.said: list[Said] = []
        self.dropped: list[tuple[Intent, Outcome]] = []
        self.world: Obstacles | None = None
        self.shown_s = -math.inf
        self._playing: Said | None = None
        self.watch: Callable[[Run], None] | None = None
        if self.greeted:
            # so long ago that the greeting takes nothing from the duty
            self.now_s = -30.0
            self.see(seen(), 3.0)
            self.clear_log()
            self.now_s = 3.0

    def clear_log(self) -> None:
        self.said, self.dropped = [], []

    @property
    def heard(self) -> list[str]:
        return [said.heard for said in self.said if not math.isnan(said.onset_s)]

    def see(self, world: Obstacles | Callable[[float], Obstacles], seconds: float) -> Run:
        """Let the world be seen at 10 Hz for a while; a function gets the time since now."""
        begin_s, frames = self.now_s, 0
        while self.now_s < begin_s + seconds - 1e-9:
            if self.now_s >= begin_s + frames * FRAME_S - 1e-9:
                made = world(self.now_s - begin_s) if callable(world) else world
                self.world = Obstacles(**{**made.__dict__, "stamp_ns": round(self.now_s * 1e9)})
                self.scheduler.observe(self.world, self.now_s)
                self.shown_s = self.now_s
                frames += 1
            self.tick()
        return self

    def wait(self, seconds: float) -> Run:
        """Let time pass while nothing is observed."""
        end_s = self.now_s + seconds - 1e-9
        while self.now_s < end_s:
            self.tick()
        return self

    def tick(self) -> None:
        self._hear()
        playing = None if self._playing is None else self._playing.intent
        decision = self.scheduler.decide(self.now_s, playing)
        self.dropped += decision.dropped
        if decision.cut:
            self._end(completed=False)
        if decision.say is not None:
            known = self.world is not None and self.world.distances_known
            utterance = ENGLISH.utterance(decision.say, self.phrases, known)
            assert self._playing is None, "two things at once"
            self._playing = Said(utterance, self.now_s, world=self.world)
            self.said.append(self._playing)
            if self.fails:
                self._end(completed=False)
        if self.watch is not None:
            self.watch(self)
        self.now_s = round(self.now_s + TICK_S, 6)

    @property
    def playing(self) -> Said | None:
        return self._playing

    def _hear(self) -> None:
        said = self._playing
        if said is None:
            return
        if math.isnan(said.onset_s) and self.now_s >= said.decided_s + ONSET_S - 1e-9:
            said.onset_s = self.now_s
            self.scheduler.started(said.intent, self.now_s)
        if self.now_s >= said.decided_s + ONSET_S + sound_s(said.utterance) - 1e-9:
            self._end(completed=True)

    def _end(self, completed: bool) -> None:
        said, self._playing = self._playing, None
        if said is not None:
            said.ended_s, said.completed = self.now_s, completed
            self.scheduler.ended(said.intent, self.now_s, completed)


def settings(**changes: object) -> SchedulerSettings:
    return build(SchedulerSettings, changes)
