"""Proof key for code exchange."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.pkce import challenge_of, is_challenge, is_verifier

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # of RFC 7636, appendix B


def test_the_example_of_the_standard_fits() -> None:
    assert challenge_of(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert is_verifier(VERIFIER)


@given(st.text())
def test_every_challenge_looks_like_one(text: str) -> None:
    assert is_challenge(challenge_of(text))


@pytest.mark.parametrize("text", ["", "a" * 42, "a" * 129, "a" * 42 + "+", "a" * 42 + "=", "a" * 43 + "\n"])
def test_what_no_verifier_can_be_is_none(text: str) -> None:
    assert not is_verifier(text)


@pytest.mark.parametrize("text", ["", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "~", "a" * 43 + "\n"])
def test_what_no_challenge_can_be_is_none(text: str) -> None:
    assert not is_challenge(text)
