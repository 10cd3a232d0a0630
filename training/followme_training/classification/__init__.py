"""Classification: which one thing an image shows."""
