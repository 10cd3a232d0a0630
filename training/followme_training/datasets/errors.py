"""What is wrong with data, in one sentence."""

from __future__ import annotations


class DataError(ValueError):
    """Data that cannot be used; one sentence with file, value and mend."""
