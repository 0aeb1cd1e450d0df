"""Opaque tokens."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.tokens import MAX_TOKEN_CHARACTERS, digest_of, mint_token


def test_a_token_is_256_random_bits_in_43_characters_fit_for_a_url() -> None:
    tokens = {mint_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)
    assert MAX_TOKEN_CHARACTERS > 43


def test_what_is_kept_is_the_sha256_of_the_token() -> None:
    assert digest_of("token") == hashlib.sha256(b"token").hexdigest()


def test_what_is_kept_tells_nothing_of_the_token() -> None:
    token = mint_token()
    assert token not in digest_of(token)


@given(st.text(), st.text())
def test_different_tokens_have_different_digests(one: str, other: str) -> None:
    assert (digest_of(one) == digest_of(other)) == (one == other)


@pytest.mark.parametrize("token", ["\udcff", "ä", "\0"])
def test_bytes_that_are_no_text_have_a_digest_too(token: str) -> None:
    assert len(digest_of(token)) == 64
