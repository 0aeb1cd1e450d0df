"""What only we can have written."""

import base64
import hashlib
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.seals import KEY_BYTES, checked_key, is_sealed, seal

KEY = b"k" * KEY_BYTES
parts = st.lists(st.text(max_size=4), max_size=4)


def test_a_seal_is_hmac_sha256_over_each_part_with_its_length_before_it() -> None:
    written = b"\0" * 7 + b"\4form" + b"\0" * 7 + b"\2\xc3\xa4"
    assert hmac.new(KEY, written, hashlib.sha256).hexdigest() == bytes.hex(_decoded(seal(KEY, "form", "ä")))


def _decoded(sealed: str) -> bytes:
    return base64.urlsafe_b64decode(sealed + "=")


@given(parts, parts)
def test_other_parts_have_another_seal(one: list[str], other: list[str]) -> None:
    assert re.fullmatch("[A-Za-z0-9_-]{43}", seal(KEY, *one))
    assert is_sealed(seal(KEY, *one), KEY, *other) == (one == other)


@given(parts)
def test_another_key_makes_another_seal(one: list[str]) -> None:
    assert not is_sealed(seal(b"o" * KEY_BYTES, *one), KEY, *one)


@given(st.text() | st.just("\udcff"))
def test_anything_else_is_no_seal(presented: str) -> None:
    assert not is_sealed(presented, KEY, "part")


def test_what_is_no_text_is_sealed_too_and_like_nothing_else() -> None:
    assert is_sealed(seal(KEY, "\udcff"), KEY, "\udcff")
    assert not is_sealed(seal(KEY, "\udcff"), KEY, "?")


def test_a_key_that_could_be_guessed_is_refused() -> None:
    assert checked_key(KEY) == KEY
    with pytest.raises(ValueError, match="32 bytes"):
        checked_key(KEY[1:])
