from __future__ import annotations

import math
from dataclasses import replace

import pytest

from followme.alerts.phrases import Phrases
from followme.settings import PhraseSettings, SpeechSettings, VoiceSettings
from followme.stages.speech import SpeechStage
from followme.values.intent import Announcement, Outcome, Priority, Utterance
from followme.values.obstacle import Kind, Obstacle, Obstacles, Side, Sight, Zone
from followme.voices.silent import SilentVoice
from followme.voices.voice import VoiceEvent

PHRASES = Phrases.load("en")
TICK_S = 0.02


def a_thing(zone: Zone, distance_m: float, **facts: object) -> Obstacle:
    return replace(
        Obstacle(
            track_id=1,
            kind=Kind.OBJECT,
            label="chair",
            confidence=0.9,
            nearest_m=(distance_m, 0.0, 0.5),
            distance_m=distance_m,
            distance_std_m=0.05,
            bearing_rad=0.0,
            angular_width_rad=0.3,
            bottom_m=0.0,
            top_m=0.9,
            y_min_m=-0.2,
            y_max_m=0.2,
            velocity_mps=(-0.2, 0.0),
            time_to_contact_s=distance_m / 0.2,
            zone=zone,
            in_corridor=zone is not Zone.CLEAR,
        ),
        **facts,
    )


class Ear:
    """A stage with a silent voice on a simulated clock, and what became of announcements."""

    def __init__(self, s: SpeechSettings | None = None) -> None:
        self.now_ns = 0
        s = s or SpeechSettings()
        self.voice = SilentVoice(s.voice, lambda: self.now_ns)
        self.stage = SpeechStage(s, PHRASES, self.voice)
        self.heard: list[Announcement] = []

    def see(self, *things: Obstacle, seconds: float = 0.1, **facts: object) -> None:
        """Let ten evidences a second come, and time pass between them."""
        facts = {"sight": Sight.SEEING, "distances_known": True, "walker_speed_mps": 0.2, **facts}
        for _ in range(round(seconds * 10)):
            seen = Obstacles(stamp_ns=self.now_ns, obstacles=things, **facts)
            self.heard += self.stage.observe(seen, self.now_ns * 1e-9)
            self.wait(0.1)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.now_ns += round(TICK_S * 1e9)
            self.heard += self.stage.tick(self.now_ns * 1e-9)

    def of(self, key: str) -> list[Announcement]:
        return [a for a in self.heard if a.key == key]


@pytest.fixture
def ear() -> Ear:
    ear = Ear()
    ear.see(seconds=4.0)  # sight begins, the greeting is over
    ear.heard.clear()
    return ear


def test_nothing_is_said_where_nothing_stands(ear):
    ear.see(seconds=3.0)
    assert ear.heard == []


def test_a_thing_to_stop_for_is_said_at_once_and_told_to_its_end(ear):
    seen_ns = ear.now_ns
    ear.see(a_thing(Zone.STOP, 0.9), seconds=2.0)
    started, ended = ear.of("stop.object")[:2]
    assert started.text == ended.text == "Stop. Chair ahead"
    assert (started.outcome, ended.outcome) == (Outcome.STARTED, Outcome.SPOKEN)
    assert started.priority is Priority.STOP
    assert started.stamp_ns == ended.stamp_ns == seen_ns
    assert 0.0 <= started.latency_s < 0.2
    assert ended.onset_s == started.onset_s  # the record of the end knows when it began
    assert ended.latency_s == started.latency_s
    assert (started.zone, started.kind, started.side) == (Zone.STOP, Kind.OBJECT, Side.AHEAD)
    assert started.distance_m == 0.9


@pytest.mark.parametrize(
    ("side", "words"),
    [(Side.AHEAD_LEFT, "Chair ahead left, 2 metres"), (Side.AHEAD_RIGHT, "Chair ahead right, 2")],
)
def test_left_is_said_left(ear, side, words):
    ear.see(a_thing(Zone.WARN, 1.9, side=side))
    assert ear.heard[0].text.startswith(words)


def test_a_distance_that_is_not_known_is_not_spoken(ear):
    ear.see(a_thing(Zone.WARN, 1.9), distances_known=False)
    assert ear.of("warn.object")[0].text == "Chair ahead"


def test_stop_cuts_a_warning_short(ear):
    ear.see(a_thing(Zone.WARN, 1.9, side=Side.AHEAD_LEFT), seconds=0.3)
    assert ear.voice.playing is not None
    ear.see(a_thing(Zone.STOP, 0.9, track_id=2), seconds=0.1)
    warned, cut, stopped = ear.heard[:3]
    assert [a.outcome for a in (warned, cut, stopped)] == [
        Outcome.STARTED,
        Outcome.CUT,
        Outcome.STARTED,
    ]
    assert warned.key == cut.key == "warn.object"
    assert cut.onset_s == warned.onset_s
    assert stopped.key == "stop.object"
    assert stopped.track_id == 2


def test_what_was_cut_is_due_again(ear):
    ear.see(seconds=20.0)  # the greeting takes no more from the time that may be filled
    ear.see(a_thing(Zone.WARN, 1.9), seconds=0.3)
    ear.see(a_thing(Zone.WARN, 1.9), a_thing(Zone.STOP, 0.9, track_id=2), seconds=0.3)
    ear.see(a_thing(Zone.WARN, 1.9), seconds=4.0)
    outcomes = [a.outcome for a in ear.of("warn.object")]
    assert outcomes[:4] == [Outcome.STARTED, Outcome.CUT, Outcome.STARTED, Outcome.SPOKEN]


def test_what_was_heard_to_its_end_is_not_due_again_at_once(ear):
    ear.see(a_thing(Zone.WARN, 1.9), seconds=4.0)
    assert [a.outcome for a in ear.of("warn.object")] == [Outcome.STARTED, Outcome.SPOKEN]


def test_what_was_heard_can_be_repeated(ear):
    assert "Chair" not in ear.stage.ask("repeat", ear.now_ns * 1e-9)
    ear.see(a_thing(Zone.WARN, 1.9), seconds=2.5)
    assert ear.stage.ask("repeat", ear.now_ns * 1e-9) == "Chair ahead, 2 metres"


def test_a_warning_does_not_cut_a_stop(ear):
    ear.see(a_thing(Zone.STOP, 0.9), seconds=0.2)
    ear.see(a_thing(Zone.STOP, 0.9), a_thing(Zone.WARN, 1.9, track_id=2), seconds=0.3)
    assert all(a.outcome is not Outcome.CUT for a in ear.heard)


def test_lost_sight_is_said_within_a_second_of_the_last_obstacles(ear):
    silent_since_s = ear.now_ns * 1e-9 - 0.1
    ear.wait(1.0)
    lost = ear.of("health.vision_lost")
    assert lost and lost[0].outcome is Outcome.STARTED
    assert lost[0].onset_s - silent_since_s < 1.0


def test_blind_obstacles_are_lost_sight_with_their_reason(ear):
    ear.see(sight=Sight.BLIND, reason="dark", seconds=1.5)
    assert ear.heard[0].priority is Priority.LOST
    assert ear.heard[0].key == "health.too_dark"


def test_each_announcement_begins_at_most_once_and_ends_after_it_began(ear):
    ear.see(a_thing(Zone.WARN, 1.9), seconds=1.0)
    ear.see(a_thing(Zone.STOP, 0.9), seconds=3.0)
    ear.see(sight=Sight.BLIND, reason="covered", seconds=3.0)
    ear.wait(3.0)
    running = None
    for a in ear.heard:
        if a.outcome is Outcome.STARTED:
            assert running is None
            running = a
        elif a.outcome in (Outcome.SPOKEN, Outcome.CUT):
            assert running is not None
            assert (a.key, a.onset_s) == (running.key, running.onset_s)
            running = None


def test_reset_cuts_what_is_said_and_its_record_stays_true(ear):
    ear.see(a_thing(Zone.STOP, 0.9), seconds=0.1)
    (started,) = ear.heard
    ear.stage.reset()
    assert ear.voice.playing is None
    ear.heard.clear()
    ear.wait(TICK_S)
    assert [(a.outcome, a.onset_s) for a in ear.heard] == [(Outcome.CUT, started.onset_s)]


def test_after_reset_an_old_thing_is_new(ear):
    ear.see(a_thing(Zone.STOP, 0.9), seconds=1.5)
    ear.stage.reset()
    ear.heard.clear()
    ear.see(a_thing(Zone.STOP, 0.9), seconds=0.2)
    assert [a.outcome for a in ear.of("stop.object")].count(Outcome.STARTED) == 1


def test_a_question_is_answered_in_words_and_by_voice(ear):
    ear.see(a_thing(Zone.INFORM, 3.1), seconds=0.3)
    ear.heard.clear()
    words = ear.stage.ask("describe", ear.now_ns * 1e-9)
    assert "Chair" in words and "3 metres" in words
    ear.see(a_thing(Zone.INFORM, 3.1), seconds=3.0)
    spoken = [a.text for a in ear.heard if a.outcome is Outcome.STARTED]
    assert any(text in words for text in spoken)


def test_an_answer_has_the_users_own_words_and_unit():
    feet = Ear(SpeechSettings(phrases=PhraseSettings(distance_unit="foot")))
    feet.see(seconds=4.0)
    feet.see(a_thing(Zone.INFORM, 3.05), seconds=0.3)
    words = feet.stage.ask("describe", feet.now_ns * 1e-9)
    assert "10 feet" in words
    assert "metre" not in words


def test_an_unknown_question_is_refused(ear):
    with pytest.raises(ValueError, match="did you mean 'repeat'"):
        ear.stage.ask("repeet", 0.0)


def test_changed_settings_reach_words_and_voice(ear):
    s = SpeechSettings(
        phrases=PhraseSettings(distance_unit="foot"), voice=VoiceSettings(words_per_minute=450)
    )
    ear.stage.change(s)
    ear.see(a_thing(Zone.WARN, 1.83), seconds=2.0)
    started, ended = ear.of("warn.object")[:2]
    assert started.text == "Chair ahead, 6 feet"
    assert ended.outcome is Outcome.SPOKEN


class DeafVoice(SilentVoice):
    """A voice that fails whatever it is given, and counts heartbeats."""

    beats = 0

    def start(self, u: Utterance) -> None:
        self._events.append(VoiceEvent("failed", u, math.nan, self._now_ns()))

    def heartbeat(self) -> None:
        self.beats += 1


@pytest.fixture
def deaf() -> Ear:
    ear = Ear()
    ear.voice = DeafVoice(VoiceSettings(), lambda: ear.now_ns)
    ear.stage = SpeechStage(SpeechSettings(), PHRASES, ear.voice)
    return ear


def test_a_voice_that_fails_is_recorded_and_nothing_was_heard(deaf):
    deaf.see(a_thing(Zone.STOP, 0.9), seconds=0.5)
    failed = [a for a in deaf.heard if a.key == "stop.object"]
    assert failed
    assert all(a.outcome is Outcome.FAILED for a in failed)
    assert all(math.isnan(a.onset_s) and math.isnan(a.latency_s) for a in failed)


def test_each_tick_is_a_heartbeat(deaf):
    deaf.wait(1.0)
    assert deaf.voice.beats == 50


def test_closing_ends_what_is_said_and_may_be_done_twice(ear):
    ear.see(a_thing(Zone.STOP, 0.9), seconds=0.1)
    ear.stage.close()
    ear.stage.close()
    assert ear.voice.playing is None


def test_the_voice_tells_a_person_where_its_sound_goes(ear):
    assert ear.stage.about == ear.voice.about


class AimedVoice(SilentVoice):
    """A silent voice that keeps what it is to beep about, with the time."""

    def __init__(self, s: VoiceSettings, now_ns) -> None:
        super().__init__(s, now_ns)
        self.aims: list[tuple[float, int | None]] = []

    def aim(self, thing: Obstacle | None) -> None:
        track_id = None if thing is None else thing.track_id
        if not self.aims or self.aims[-1][1] != track_id:
            self.aims.append((self._now_ns() * 1e-9, track_id))


def an_aimed_ear(**voice: object) -> Ear:
    ear = Ear()
    s = SpeechSettings(voice=VoiceSettings(**voice))
    ear.voice = AimedVoice(s.voice, lambda: ear.now_ns)
    ear.stage = SpeechStage(s, PHRASES, ear.voice)
    ear.see(seconds=4.0)
    return ear


def test_what_is_in_stop_is_beeped_about_until_it_is_gone():
    ear = an_aimed_ear()
    ear.see(a_thing(Zone.WARN, 1.8), seconds=1.0)
    stop_s = ear.now_ns * 1e-9
    ear.see(a_thing(Zone.STOP, 0.9), seconds=1.0)
    gone_s = ear.now_ns * 1e-9
    ear.see(a_thing(Zone.WARN, 1.8), seconds=1.0)
    assert ear.voice.aims[1:] == [(pytest.approx(stop_s), 1), (pytest.approx(gone_s), None)]


def test_lost_sight_ends_the_beeps_at_once():
    ear = an_aimed_ear()
    ear.see(a_thing(Zone.STOP, 0.9), seconds=1.0)
    lost_s = ear.now_ns * 1e-9
    ear.see(a_thing(Zone.STOP, 0.9), seconds=0.5, sight=Sight.BLIND, reason="dark")
    assert ear.voice.aims[-1] == (pytest.approx(lost_s), None)


def test_beeps_end_when_no_evidence_comes():
    ear = an_aimed_ear()
    ear.see(a_thing(Zone.STOP, 0.9), seconds=1.0)
    last_s = ear.now_ns * 1e-9 - 0.1
    ear.wait(2.0)
    ended_s, track_id = ear.voice.aims[-1]
    assert track_id is None and 0.5 <= ended_s - last_s <= 0.55


def test_warnings_are_beeped_about_only_where_the_user_wants_it():
    ear = an_aimed_ear(radar=True)
    ear.see(a_thing(Zone.WARN, 1.8), seconds=1.0)
    assert ear.voice.aims[-1][1] == 1
    ear.stage.ask("hush", ear.now_ns * 1e-9)
    ear.see(a_thing(Zone.WARN, 1.8), seconds=1.0)
    assert ear.voice.aims[-1][1] is None
    ear.see(a_thing(Zone.STOP, 0.9), seconds=1.0)
    assert ear.voice.aims[-1][1] == 1


def test_a_jump_in_time_ends_the_beeps():
    ear = an_aimed_ear()
    ear.see(a_thing(Zone.STOP, 0.9), seconds=1.0)
    ear.stage.reset()
    assert ear.voice.aims[-1][1] is None
    ear.wait(0.1)
    assert ear.voice.aims[-1][1] is None
