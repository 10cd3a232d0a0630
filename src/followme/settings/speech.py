"""Settings of what is said, when and how it sounds (B7 to B9)."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import setting


@dataclass(frozen=True)
class SchedulerSettings:
    """When something is worth saying (B7)."""

    verbosity: str = setting(
        "normal",
        "quiet: lost sight and STOP only; normal: warnings too; detailed: everything.",
        choices=("quiet", "normal", "detailed"),
    )
    stop_lifetime_s: float = setting(
        0.5, "From evidence to sound at most.", unit="s", low=0.1, high=5.0
    )
    warn_lifetime_s: float = setting(
        1.0, "From evidence to sound at most.", unit="s", low=0.1, high=10.0
    )
    inform_lifetime_s: float = setting(
        2.0, "From evidence to sound at most.", unit="s", low=0.1, high=20.0
    )
    reply_lifetime_s: float = setting(
        5.0, "From question to sound at most.", unit="s", low=0.1, high=30.0
    )
    gap_s: float = setting(0.6, "Silence between messages below STOP.", unit="s", low=0.0, high=5.0)
    duty: float = setting(0.25, "Share of the window that may be filled.", low=0.01, high=1.0)
    duty_window_s: float = setting(20.0, "Window of the duty.", unit="s", low=1.0, high=120.0)
    stop_reserve_s: float = setting(
        1.2,
        "Words below STOP leave room in that window for a STOP, this long; for two in a crowd.",
        unit="s",
        low=0.0,
        high=10.0,
    )
    warn_per_minute: int = setting(8, "Warnings a minute.", unit="1/min", low=0, high=120)
    inform_per_minute: int = setting(4, "Informs a minute.", unit="1/min", low=0, high=120)
    warn_repeat_s: float = setting(
        5.0, "A warning may be repeated after.", unit="s", low=0.5, high=60.0
    )
    warn_repeats: int = setting(2, "How often a warning is repeated.", low=0, high=20)
    stop_repeat_s: float = setting(2.0, "STOP is repeated after.", unit="s", low=0.5, high=60.0)
    stop_repeats: int = setting(3, "How often STOP is repeated in words.", low=0, high=20)
    nearer_m: float = setting(
        1.0, "A repeat needs the thing to be nearer by this.", unit="m", low=0.0, high=5.0
    )
    hush_s: float = setting(30.0, "How long hush lasts.", unit="s", low=1.0, high=600.0)
    name_again_s: float = setting(
        10.0,
        "While no distance can be judged, the same name on the same side rests for this long.",
        unit="s",
        low=0.0,
        high=300.0,
    )
    lost_again_s: float = setting(
        3.0, "Lost sight is said again after.", unit="s", low=1.0, high=60.0
    )
    lost_every_s: float = setting(10.0, "... and then each.", unit="s", low=2.0, high=600.0)
    sight_back_s: float = setting(
        1.0, "Sight must be well this long before it is called back.", unit="s", low=0.0, high=10.0
    )
    obstacles_stale_s: float = setting(
        0.7, "Silence of the obstacles for this long means lost sight.", unit="s", low=0.2, high=5.0
    )
    clear_free: float = setting(
        0.8, "Share of the corridor that must be seen free for CLEAR.", low=0.0, high=1.0
    )
    clear_after_s: float = setting(1.0, "... for this long.", unit="s", low=0.0, high=10.0)
    start_grace_s: float = setting(
        3.0,
        "Streams may take this long to begin before their absence is called lost sight.",
        unit="s",
        low=0.0,
        high=30.0,
    )
    ready_lifetime_s: float = setting(
        10.0, "From sight to the first greeting at most.", unit="s", low=0.5, high=60.0
    )
    limited_after_s: float = setting(
        1.0, "Sight must be limited this long before it is said.", unit="s", low=0.0, high=10.0
    )
    uncertain_after_s: float = setting(
        0.1, "Distances must be uncertain this long.", unit="s", low=0.0, high=10.0
    )
    limited_again_s: float = setting(
        30.0, "Limited sight is not said again within.", unit="s", low=1.0, high=600.0
    )
    words_per_minute: int = setting(
        180,
        "Rate at which messages are taken to be spoken until slower ones were heard.",
        unit="1/min",
        low=30,
        high=600,
    )
    turning_stop_s: float = setting(
        2.2,
        "A first warning with less time to contact than this is a tone: STOP would cut its words.",
        unit="s",
        low=0.0,
        high=10.0,
    )
    moving_mps: float = setting(
        0.15, "A slower walker stands: STOP is not repeated.", unit="m/s", low=0.0, high=0.5
    )
    assumed_speed_mps: float = setting(
        1.0, "Speed of the walker taken for granted while unknown.", unit="m/s", low=0.0, high=3.0
    )
    approaching_mps: float = setting(
        0.3,
        "A person approaches when closing faster than the walker by this.",
        unit="m/s",
        low=0.0,
        high=2.0,
    )
    chest_m: float = setting(
        1.05, "A lower edge from here on is called chest height.", unit="m", low=0.5, high=1.8
    )
    head_m: float = setting(
        1.35, "A lower edge from here on is called head height.", unit="m", low=0.8, high=2.2
    )
    several: int = setting(
        3, "From this many warnings at once, the nearest stands for all.", low=2, high=50
    )
    crowd_people: int = setting(4, "This many people are a crowd ...", low=2, high=50)
    crowd_m: float = setting(4.0, "... within this distance ...", unit="m", low=0.5, high=10.0)
    crowd_every_s: float = setting(
        10.0, "... that is named once in this time.", unit="s", low=1.0, high=120.0
    )
    side_hold_s: float = setting(
        2.0,
        "The side of a thing is not contradicted within this time ...",
        unit="s",
        low=0.0,
        high=10.0,
    )
    side_hold_deg: float = setting(
        10.0, "... unless it moved by this angle.", unit="deg", low=0.0, high=90.0
    )
    forget_s: float = setting(
        6.0,
        "What was told of a thing is remembered this long after it was last seen.",
        unit="s",
        low=0.5,
        high=60.0,
    )


@dataclass(frozen=True)
class PhraseSettings:
    """The words (B8)."""

    language: str = setting("en", "Catalogue config/phrases.LANGUAGE.yaml.", read_only=True)
    distance_unit: str = setting(
        "metre", "Unit of spoken distances.", choices=("metre", "step", "foot")
    )
    step_m: float = setting(
        0.65, "Length of a step (0.37 of the body height).", unit="m", low=0.2, high=1.2
    )
    unsure_share: float = setting(
        0.25,
        "No number is spoken when the standard deviation is a larger share of the distance.",
        low=0.0,
        high=1.0,
    )


@dataclass(frozen=True)
class VoiceSettings:
    """How it sounds."""

    engine: str = setting(
        "auto",
        "auto: the sound device if there is one at the start, else the track; espeak: insist on a "
        "device and on espeak-ng; pyttsx3: as auto, with your own engine, and espeak-ng when that "
        "hangs; wav: the track only; silent: nothing.",
        choices=("auto", "espeak", "pyttsx3", "wav", "silent"),
        read_only=True,
    )
    pyttsx3_driver: str = setting(
        "", "Driver of pyttsx3; empty: the one of this system.", read_only=True
    )
    pyttsx3_voice: str = setting(
        "",
        "Id or name of a voice of pyttsx3; empty: its own in the language of the phrases.",
        read_only=True,
    )
    words_per_minute: int = setting(180, "Rate of speech.", unit="1/min", low=80, high=450)
    volume: float = setting(
        0.8,
        "Loudness. Lost sight and STOP (words, tones, beeps) are never softer than 0.3: no "
        "parameter silences what guards a walker.",
        low=0.0,
        high=1.0,
    )
    mono: bool = setting(
        True,
        "One channel. False: tones come from the side of the thing, for who hears both sides; "
        "with one earpiece the tones of the other side would be missed.",
        read_only=True,
    )
    radar: bool = setting(
        False,
        "While nothing is said, beeps tell the time to contact of what is in WARN too; what is in "
        "STOP always beeps.",
    )
    tick: bool = setting(
        True, "A quiet tick after 5 s of silence tells silence from a failure that nobody noticed."
    )
    track: str = setting(
        "",
        "WAV file of what is heard, written also where a sound device plays; empty: "
        "followme_speech.wav in the log folder, and only where none plays.",
        read_only=True,
    )
    heartbeat_timeout_s: float = setting(
        0.5,
        "The sound process says that vision is lost after this long without a heartbeat.",
        unit="s",
        low=0.1,
        high=0.9,
        read_only=True,
    )
