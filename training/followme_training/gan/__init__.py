"""Task ``gan``: networks that make images like those of a folder, and how steadily they learn."""
