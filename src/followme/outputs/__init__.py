"""The files that `--out` leaves: what was seen, what was said, and how long it took."""
