from __future__ import annotations

import numpy as np
import pytest

from followme.voices.pcm import SAMPLE_RATE_HZ
from followme.voices.tones import BANDS_HZ, EARCONS, PULSE_S, earcon, tick, tone
from followme.voices.voice import VoiceError

NAMES = sorted(EARCONS)


def pulses(name: str, band: str = "torso") -> list[tuple[int, int]]:
    """Return begin and end sample of each pulse, found in the sound itself."""
    # a sine crosses zero, a pulse does not stay there for 2 ms
    loud = np.abs(tone(name, band).astype(int)) > 50
    edges = np.flatnonzero(loud)
    gaps = np.flatnonzero(np.diff(edges) > 0.002 * SAMPLE_RATE_HZ)
    begins = [edges[0], *edges[gaps + 1]]
    ends = [*edges[gaps], edges[-1]]
    return [(int(b), int(e)) for b, e in zip(begins, ends, strict=True)]


def peak_hz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 16))
    return float(np.argmax(spectrum) * SAMPLE_RATE_HZ / (1 << 16))


def test_an_unknown_tone_is_refused_with_those_that_exist() -> None:
    with pytest.raises(VoiceError, match=r"'stopp' is none of stop, warn, beep, drop"):
        tone("stopp")


def test_an_unknown_band_is_refused_with_those_that_exist() -> None:
    with pytest.raises(VoiceError, match=r"'knee' of a tone is none of foot, torso, head, drop"):
        tone("stop", "knee")


@pytest.mark.parametrize("name", NAMES)
def test_each_pulse_lasts_50_ms(name: str) -> None:
    for begin, end in pulses(name):
        assert (end - begin) / SAMPLE_RATE_HZ == pytest.approx(0.050, abs=0.003)


@pytest.mark.parametrize("name", NAMES)
def test_the_period_is_kept_within_5_ms(name: str) -> None:
    begins = np.array([begin for begin, _ in pulses(name)]) / SAMPLE_RATE_HZ
    assert np.allclose(np.diff(begins), EARCONS[name].period_s, atol=0.005)


@pytest.mark.parametrize("name", NAMES)
def test_each_pulse_stays_between_500_and_1800_hz(name: str) -> None:
    for begin, end in pulses(name):
        assert 480 <= peak_hz(tone(name)[begin : end + 1]) <= 1800


@pytest.mark.parametrize("name", NAMES)
def test_hardly_any_energy_reaches_the_band_of_mouth_clicks(name: str) -> None:
    power = np.abs(np.fft.rfft(tone(name).astype(float))) ** 2
    hz = np.fft.rfftfreq(len(tone(name)), 1 / SAMPLE_RATE_HZ)
    assert power[hz > 2000].sum() < 1e-3 * power.sum()


@pytest.mark.parametrize("name", NAMES)
def test_a_pulse_rises_and_falls_over_5_ms_so_that_nothing_clicks(name: str) -> None:
    for begin, end in pulses(name):
        pulse = np.abs(tone(name)[begin : end + 1].astype(int))
        ms = SAMPLE_RATE_HZ // 1000
        for edge in (pulse, pulse[::-1]):
            assert edge[:2].max() < 0.02 * pulse.max()
            assert edge[:ms].max() < 0.25 * pulse.max()
            assert edge[: 7 * ms].max() > 0.85 * pulse.max()


BANDS = [("foot", 600), ("torso", 900), ("head", 1400)]


@pytest.mark.parametrize(("band", "hz"), BANDS)
def test_stop_is_four_pulses_at_8_hz_in_the_band_of_the_thing(band: str, hz: int) -> None:
    found = pulses("stop", band)
    assert len(found) == 4
    assert np.allclose(np.diff([b for b, _ in found]) / SAMPLE_RATE_HZ, 1 / 8, atol=0.002)
    sound = tone("stop", band)
    assert all(peak_hz(sound[b : e + 1]) == pytest.approx(hz, abs=15) for b, e in found)


@pytest.mark.parametrize(("band", "hz"), BANDS)
@pytest.mark.parametrize(("name", "count"), [("warn", 2), ("beep", 1)])
def test_warnings_and_beeps_have_the_pitch_of_the_band(
    name: str, count: int, band: str, hz: int
) -> None:
    found = pulses(name, band)
    assert len(found) == count
    assert all(peak_hz(tone(name, band)[b : e + 1]) == pytest.approx(hz, abs=15) for b, e in found)


@pytest.mark.parametrize("name", ["stop", "warn", "beep"])
def test_a_tone_about_a_drop_falls(name: str) -> None:
    assert earcon(name, "drop").pulses_hz[0][0] == pytest.approx(BANDS_HZ["drop"][0])
    assert earcon(name, "drop").pulses_hz[-1][1] == pytest.approx(BANDS_HZ["drop"][1])


def test_the_tone_named_drop_is_stop_about_a_drop() -> None:
    assert np.array_equal(tone("drop"), tone("stop", "drop"))


@pytest.mark.parametrize("name", ["clear", "lost", "fault", "drop"])
def test_a_tone_about_no_height_has_the_same_sound_in_each_band(name: str) -> None:
    assert np.array_equal(tone(name, "foot"), tone(name, "head"))


def test_a_tick_is_one_pulse_30_db_below_full_scale() -> None:
    peak = np.abs(tick().astype(int)).max()
    assert 20 * np.log10(peak / 32767) == pytest.approx(-30, abs=0.3)
    assert len(tick()) / SAMPLE_RATE_HZ == pytest.approx(PULSE_S, abs=1e-3)
    assert 500 <= peak_hz(tick()) <= 1800


def test_drop_falls_from_1200_to_500_hz() -> None:
    pitches = [peak_hz(tone("drop")[b : e + 1]) for b, e in pulses("drop")]
    assert pitches == sorted(pitches, reverse=True)
    assert EARCONS["drop"].pulses_hz[0][0] == pytest.approx(1200)
    assert EARCONS["drop"].pulses_hz[-1][1] == pytest.approx(500)
    assert pitches[0] == pytest.approx(1160, abs=40) and pitches[-1] == pytest.approx(540, abs=40)


def test_the_earcon_that_stands_for_a_warning_lasts_150_ms() -> None:
    assert len(tone("warn")) / SAMPLE_RATE_HZ == pytest.approx(0.15, abs=0.001)


def test_no_two_tones_sound_alike() -> None:
    shapes = {tuple(round(peak_hz(tone(n)[b : e + 1]), -2) for b, e in pulses(n)) for n in NAMES}
    assert len(shapes) == len(NAMES)


def test_a_tone_cannot_be_overwritten_by_who_plays_it() -> None:
    with pytest.raises(ValueError, match="read-only"):
        tone("stop")[0] = 1
