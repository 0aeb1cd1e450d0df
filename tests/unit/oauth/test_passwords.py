"""Password hashes."""

import subprocess
import sys

import pytest
from argon2 import PasswordHasher

from bridge.oauth.passwords import dummy_hash, hash_password, needs_rehash, verify_password


def test_a_password_is_kept_as_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    assert hash_password("correct horse").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_hash_fits_its_password_and_never_looks_the_same_twice() -> None:
    one, other = hash_password("correct horse"), hash_password("correct horse")
    assert PasswordHasher().verify(one, "correct horse")
    assert one != other


@pytest.mark.parametrize("password", ["correct horse", "Grüße, Jürgen", "ключ от дома", "a\0b", "odd \udcff", ""])
def test_a_password_is_told_from_any_other(password: str) -> None:
    kept = hash_password(password)
    assert verify_password(kept, password)
    others = {f"{password} ", f"{password}?", password[1:], password.replace("\0", ""), password.replace("\udcff", "?")}
    assert not any(verify_password(kept, other) for other in others - {password})


@pytest.mark.parametrize("damaged", ["", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$?$?", "$2b$12$abc", "é"])
def test_a_damaged_hash_fits_no_password(damaged: str) -> None:
    assert not verify_password(damaged, "correct horse")
    assert not verify_password(damaged, "")


def test_a_hash_of_other_parameters_still_fits_and_is_to_be_made_anew() -> None:
    for old in (PasswordHasher(1, 8, 1), PasswordHasher(2, 19456, 2), PasswordHasher(3, 19456, 1)):
        kept = old.hash("correct horse")
        assert verify_password(kept, "correct horse")
        assert needs_rehash(kept)
    assert needs_rehash("damaged")
    assert not needs_rehash(hash_password("correct horse"))


def test_the_dummy_costs_as_much_to_check_as_any_hash_and_fits_nothing() -> None:
    dummy = dummy_hash()
    assert not needs_rehash(dummy)
    assert len(dummy) == len(hash_password("correct horse"))
    assert dummy != dummy_hash()
    assert not verify_password(dummy, "correct horse")


def test_nothing_is_loaded_until_a_password_is_hashed_or_checked() -> None:
    program = "import sys, bridge.oauth.sign_in as s; s.Hasher(); sys.exit('argon2' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path)})
