"""The services at IFTTT, and whether a secret is theirs."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.clients import Client, Clients

PRODUCTION = Client("production", "IFTTT", ("new-secret-of-production", "old-secret-of-production"), ("https://a/",))
STAGING = Client("staging", "IFTTT (trial)", ("secret-of-the-staging-clone",), ("https://b/",))
CLIENTS = Clients((PRODUCTION, STAGING))


def test_a_new_secret_and_the_one_before_are_both_good() -> None:
    for secret in PRODUCTION.secrets:
        assert CLIENTS.authenticate("production", secret) is PRODUCTION


def test_the_secret_of_one_client_is_nobody_elses() -> None:
    assert CLIENTS.authenticate("production", STAGING.secrets[0]) is None
    assert CLIENTS.authenticate("staging", PRODUCTION.secrets[0]) is None


@given(st.text(), st.text())
def test_nothing_else_is_anybodys(client_id: str, secret: str) -> None:
    assert CLIENTS.authenticate(client_id, secret) is None
    assert CLIENTS.authenticate("production", secret) is None


def test_id_and_secret_cannot_be_shifted_against_each_other() -> None:
    clients = Clients((Client("ab", "", ("c",), ()),))
    assert clients.authenticate("a", "bc") is None
    assert clients.authenticate("ab", "c") is not None


def test_no_dump_of_a_client_shows_its_secrets() -> None:
    assert "secret" not in repr(PRODUCTION)


def test_replaced_clients_are_gone_at_once() -> None:
    clients = Clients((PRODUCTION,))
    clients.replace((STAGING,))
    assert (clients.named("production"), clients.authenticate(*("production", PRODUCTION.secrets[0]))) == (None, None)
    assert clients.named("staging") is STAGING
    clients.replace(())
    assert not clients
