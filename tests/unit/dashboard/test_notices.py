"""How words of an error are told to people."""

import pytest

from bridge.dashboard.notices import sentence


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("the disk is full", "The disk is full."),
        ("Is it full?", "Is it full?"),
        ("https://home.example.org answers 502", "https://home.example.org answers 502."),
        ("/var/lib/bridge.db is a folder", "/var/lib/bridge.db is a folder."),
        ("the file /tmp/x is a folder", "The file /tmp/x is a folder."),
    ],
)
def test_words_become_a_sentence_and_addresses_stay_as_they_are(text: str, told: str) -> None:
    assert sentence(text) == told
