"""Record the phrases that must be heard without any engine: STOP and the state of sight (B4, D).

Run ``python -m followme.cli.write_phrase_wavs`` where espeak-ng is installed, after a change of a
catalogue; a test fails when recordings and catalogue differ. Two languages with every STOP phrase
take about 2.2 MB as 8 bit at 12 kHz (the noise of 8 bit is at -48 dB, below the quietest consonant,
and consonants can be told apart below 6 kHz); the engine's own 16 bit at 22 kHz would take four
times as much, and leaving out names of things would make words that differ from
those of the engine.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import tempfile
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from followme.alerts.catalogue import TYPES, read_catalogue
from followme.share import share_path
from followme.voices.engine import shared_engine
from followme.voices.pcm import SAMPLE_RATE_HZ, Pcm
from followme.voices.recordings import FOLDER, LIST_NAME

RATE_HZ = 12000
#: As the voice speaks when nobody changed it.
WORDS_PER_MINUTE = 180
# What stands in the way of the body is in no other direction (B8).
_DIRECTIONS = ("ahead", "ahead_left", "ahead_right")


def phrases_to_record(catalogue: Path) -> dict[str, str]:
    """Return words by the name of their recording: every STOP phrase, and all of sight.

    Raises
    ------
    PhraseError
        When the catalogue cannot be used.
    """
    texts = read_catalogue(catalogue).texts
    found: dict[str, str] = {}
    for key, text in texts.items():
        if key.startswith("health."):
            found[key] = text
        elif key.startswith("stop."):
            for name, words in _filled(key, text, "type", TYPES, texts).items():
                found |= _filled(name, words, "dir", _DIRECTIONS, texts)
    return found


def _filled(
    key: str, text: str, slot: str, choices: Sequence[str], texts: Mapping[str, str]
) -> dict[str, str]:
    mark = f"{{{slot}}}"
    if mark not in text:
        return {key: text}
    return {f"{key}.{c}": text.replace(mark, texts[f"{slot}.{c}"]) for c in choices}


def wav_bytes(sound: Pcm) -> bytes:
    """Return a sound, (N,) int16 at the rate of the voices, as a WAV file of 8 bit and 12 kHz."""
    count = round(len(sound) * RATE_HZ / SAMPLE_RATE_HZ)
    slower = np.fft.irfft(np.fft.rfft(sound)[: count // 2 + 1], count) * (count / len(sound))
    octets = np.clip(np.rint(slower / 256.0 + 128.0), 0, 255).astype(np.uint8)
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE_HZ)
        file.writeframes(octets.tobytes())
    return content.getvalue()


def record(catalogue: Path, folder: Path, earlier: Path | None = None) -> int:
    """Record a language into ``folder``, which is emptied before; return the number of bytes.

    Where the recordings in ``earlier`` say the same they are taken over: an engine never gives
    the same samples twice, and files whose words did not change should not change.
    """
    language = read_catalogue(catalogue).language
    phrases = phrases_to_record(catalogue)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = {} if earlier is None else _recorded(earlier)
    size = 0
    for key, text in phrases.items():
        if earlier is not None and kept.get(key) == text:
            file = (earlier / f"{key}.wav").read_bytes()
        else:
            file = wav_bytes(shared_engine().render(text, WORDS_PER_MINUTE, language))
        (folder / f"{key}.wav").write_bytes(file)
        size += len(file)
    listed = {"language": language, "words_per_minute": WORDS_PER_MINUTE, "phrases": phrases}
    content = json.dumps(listed, indent=1, ensure_ascii=False) + "\n"
    (folder / LIST_NAME).write_text(content, encoding="utf-8")
    return size


def _recorded(folder: Path) -> dict[str, str]:
    """Return words by the name of their recording; empty where they were spoken otherwise."""
    path = folder / LIST_NAME
    if not path.exists():
        return {}
    listed = json.loads(path.read_text(encoding="utf-8"))
    return dict(listed["phrases"]) if listed["words_per_minute"] == WORDS_PER_MINUTE else {}


def main() -> None:
    """Record every language that has a catalogue."""
    parser = argparse.ArgumentParser(description="Record the phrases that need no engine.")
    parser.parse_args()
    for catalogue in sorted(share_path("config").glob("phrases.*.yaml")):
        language = catalogue.name.split(".")[1]
        with tempfile.TemporaryDirectory(dir=FOLDER) as unfinished:
            made = Path(unfinished) / language
            size = record(catalogue, made, FOLDER / language)
            shutil.rmtree(FOLDER / language, ignore_errors=True)
            made.replace(FOLDER / language)
        print(f"{FOLDER / language}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
