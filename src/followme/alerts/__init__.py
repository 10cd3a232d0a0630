"""What of the world is worth saying, when, and in which words (assistive B4, B7, B8, D)."""
