"""Password hashes."""

from argon2 import PasswordHasher

from bridge.oauth.passwords import hash_password


def test_a_password_is_kept_as_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    assert hash_password("correct horse").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_hash_fits_its_password_and_never_looks_the_same_twice() -> None:
    one, other = hash_password("correct horse"), hash_password("correct horse")
    assert PasswordHasher().verify(one, "correct horse")
    assert one != other
