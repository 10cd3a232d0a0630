"""Networks behind cards: what an image shows, as values."""
