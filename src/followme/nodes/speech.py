"""Node speech: says what is worth saying, and keeps the sound process alive."""

from __future__ import annotations

import signal
import time
from typing import Any

from std_srvs.srv import Trigger

from followme.alerts.phrases import Phrases
from followme.ros.base_node import BaseNode
from followme.ros.process import main_of
from followme.settings import SpeechSettings
from followme.stages.speech import SpeechStage
from followme.values.intent import Announcement
from followme.values.obstacle import Obstacles
from followme.voices.choose import make_voice

_QUESTIONS = ("repeat", "describe", "hush", "status")
# Who has still to hear that a bag began again gives obstacles of before for this long at most, ...
_LATE_S = 1.0
# ... and they lie ahead of the time that is now, by more than the steps in which it goes.
_AHEAD_NS = 200_000_000


class Speech(BaseNode[SpeechSettings]):
    """Watches the obstacles, speaks, and publishes what was said."""

    #: The scheduler and the heartbeat of the sound process run this often.
    idle_s = 0.02

    def __init__(self, **wiring: Any) -> None:
        super().__init__("speech", **wiring)
        self._stage: SpeechStage | None = None
        self._afresh_s = 0.0
        self.takes("obstacles", self._obstacles_came)
        for question in _QUESTIONS:
            self.create_service(
                Trigger, f"~/{question}", lambda _, reply, q=question: self._answer(q, reply)
            )

    def load(self) -> None:
        phrases = Phrases.load(self.settings.phrases.language)
        if phrases.borrowed:
            self.get_logger().warning(
                f"phrases.{phrases.language}.yaml lacks {', '.join(phrases.borrowed)}: "
                "said in English until they are added"
            )
        voice = make_voice(self.settings.voice, self.clock.now_ns, self.settings.phrases.language)
        self.get_logger().info(voice.about)
        self._stage = SpeechStage(self.settings, phrases, voice)

    def work(self, item: Obstacles) -> None:
        assert self._stage is not None
        if self._is_of_before(item):
            return
        self.note_age(item.stamp_ns)
        self._say(self._stage.observe(item, self._now_s()))

    def idle(self) -> None:
        assert self._stage is not None
        if not self.clock.began:
            # no heartbeat either: then the sound process says that vision is lost
            self._say(self._stage.hear(self._now_s()))
            return
        self._say(self._stage.tick(self._now_s()))

    def restart(self) -> None:
        self._afresh_s = time.monotonic()
        if self._stage is not None:
            self._stage.reset()
            # where no time comes no tick ever does, and an unarmed guard would be silent for good
            self._stage.arm()

    def changed(self) -> None:
        if self._stage is not None:
            self._stage.change(self.settings)

    def free(self) -> None:
        stage, self._stage = self._stage, None
        self.lasting = ""
        if stage is not None:
            stage.close()

    def facts(self) -> dict[str, Any]:
        stage = self._stage
        if stage is None:
            return {}
        return {"voice": stage.about, "restarts": stage.restarts, "alarms": stage.alarms}

    def _is_of_before(self, obstacles: Obstacles) -> bool:
        """Return whether obstacles are of before a jump of simulated time, which they came across.

        A walker's time is not simulated: what warns a walker is never passed over.
        """
        if not self.clock.simulated or time.monotonic() - self._afresh_s > _LATE_S:
            return False
        now_ns = self.clock.now_ns()
        return now_ns > 0 and obstacles.stamp_ns - now_ns > _AHEAD_NS

    def _obstacles_came(self, obstacles: Obstacles, frame_id: str) -> None:
        self.frame_id = frame_id
        self.slot.put(obstacles)

    def _answer(self, question: str, reply: Trigger.Response) -> Trigger.Response:
        if self._stage is None or not self.active:
            reply.success, reply.message = False, "speech is not active; activate it first"
            return reply
        reply.success, reply.message = True, self._stage.ask(question, self._now_s())
        return reply

    def _say(self, news: list[Announcement]) -> None:
        for announcement in news:
            self.publish("announcements", announcement)
        self._heed_voice()

    def _heed_voice(self) -> None:
        stage = self._stage
        fault = "" if stage is None else stage.fault
        if fault == self.lasting:
            return
        self.lasting = fault
        if fault:
            self.get_logger().error(fault)
        else:
            self.get_logger().info("the voice is well again")
        self.say_at_once()

    def _now_s(self) -> float:
        return self.clock.now_ns() * 1e-9


# not in an orderly way: then the sound process says that vision is lost, and nobody walks on in
# a silence that means nothing
main = main_of(Speech, orphaned=signal.SIGKILL)
