"""Names of languages, as catalogues, recordings and engines write them."""

from __future__ import annotations


def names_of(language: str) -> tuple[str, str]:
    """Return a language as engines name it, and the same without its country.

    >>> names_of("de_AT")
    ('de-at', 'de')
    """
    name = language.replace("_", "-").lower()
    return name, name.split("-")[0]
