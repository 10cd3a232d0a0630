"""Data sets as they lie on a disk, without what any one task makes of them."""
