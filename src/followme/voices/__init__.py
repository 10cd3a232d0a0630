"""How it is heard: tones, words, the sound track, and the process that guards the silence."""
