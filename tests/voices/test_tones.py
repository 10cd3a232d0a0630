from __future__ import annotations

import numpy as np
import pytest

from followme.voices.pcm import SAMPLE_RATE_HZ
from followme.voices.tones import EARCONS, tone
from followme.voices.voice import VoiceError

NAMES = sorted(EARCONS)


def pulses(name: str) -> list[tuple[int, int]]:
    """Return begin and end sample of each pulse, found in the sound itself."""
    # a sine crosses zero, a pulse does not stay there for 2 ms
    loud = np.abs(tone(name).astype(int)) > 50
    edges = np.flatnonzero(loud)
    gaps = np.flatnonzero(np.diff(edges) > 0.002 * SAMPLE_RATE_HZ)
    begins = [edges[0], *edges[gaps + 1]]
    ends = [*edges[gaps], edges[-1]]
    return [(int(b), int(e)) for b, e in zip(begins, ends, strict=True)]


def peak_hz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 16))
    return float(np.argmax(spectrum) * SAMPLE_RATE_HZ / (1 << 16))


def test_an_unknown_tone_is_refused_with_those_that_exist() -> None:
    with pytest.raises(VoiceError, match=r"'stopp' is none of stop, drop, warn"):
        tone("stopp")


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


def test_stop_is_four_pulses_at_8_hz_in_the_stop_band() -> None:
    found = pulses("stop")
    assert len(found) == 4
    assert np.allclose(np.diff([b for b, _ in found]) / SAMPLE_RATE_HZ, 1 / 8, atol=0.002)
    assert all(peak_hz(tone("stop")[b : e + 1]) == pytest.approx(1400, abs=15) for b, e in found)


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
