from __future__ import annotations

import pytest

from followme.voices.languages import names_of


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ("en", "en")),
        ("de_AT", ("de-at", "de")),
        ("DE-de", ("de-de", "de")),
        ("", ("", "")),
    ],
)
def test_a_language_has_a_name_with_and_without_its_country(language, names):
    assert names_of(language) == names
