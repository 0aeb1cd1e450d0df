"""Where a request came from: what trusted proxies saw counts, what a client claims does not."""

from ipaddress import IPv4Network, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.web.origin import MAX_HOPS, UNKNOWN, Network, origin_of

TRUSTED: tuple[Network, ...] = (IPv4Network("127.0.0.1/32"), IPv4Network("10.0.0.0/24"), IPv6Network("fd00::/64"))

anything = st.lists(st.text(max_size=40), max_size=5)
proxies = st.lists(st.sampled_from(["127.0.0.1", "10.0.0.1", "10.0.0.255", "fd00::1", "::ffff:10.0.0.9"]), min_size=1)
clients = st.ip_addresses().filter(lambda address: not any(address in network for network in TRUSTED))


@given(anything, clients, proxies)
def test_whatever_a_client_claims_its_own_address_is_seen(claimed: list[str], client: object, path: list[str]) -> None:
    chain = path[-MAX_HOPS:]
    forwarded = [*claimed, ", ".join((str(client), *chain[:-1]))]
    seen = origin_of(chain[-1], forwarded, TRUSTED)
    assert seen == origin_of(str(client), (), ())
    assert seen in (str(client), str(getattr(client, "ipv4_mapped", None)))


@given(anything, clients)
def test_a_stranger_that_is_no_proxy_is_not_believed(claimed: list[str], client: object) -> None:
    assert origin_of(str(client), claimed, TRUSTED) == origin_of(str(client), (), TRUSTED)


@given(st.text(max_size=60), anything)
def test_any_text_gives_an_address_or_unknown(peer: str, forwarded: list[str]) -> None:
    for each in (peer, "127.0.0.1"):
        origin = origin_of(each, forwarded, TRUSTED)
        assert origin == UNKNOWN or str(ip_address(origin)) == origin


@pytest.mark.parametrize(
    ("peer", "forwarded", "origin"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["203.0.113.7, 10.0.0.4"], "203.0.113.7"),
        ("127.0.0.1", ["10.0.0.5, 10.0.0.4"], "10.0.0.5"),
        ("127.0.0.1", ["203.0.113.7, rubbish"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7, unknown, 10.0.0.4"], "10.0.0.4"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7:4711"], "203.0.113.7"),
        ("127.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("127.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:127.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("fd00::1%eth0", ["203.0.113.7"], "203.0.113.7"),
        ("192.0.2.9", ["203.0.113.7"], "192.0.2.9"),
        ("", ["203.0.113.7"], UNKNOWN),
        (None, ["203.0.113.7"], UNKNOWN),
    ],
)
def test_the_nearest_address_that_is_no_trusted_proxy_is_the_origin(
    peer: str | None, forwarded: list[str], origin: str
) -> None:
    assert origin_of(peer, forwarded, TRUSTED) == origin


def test_no_more_than_a_sane_number_of_proxies_is_followed() -> None:
    chain = ["203.0.113.7", *["10.0.0.1"] * MAX_HOPS]
    assert origin_of("127.0.0.1", [", ".join(chain)], TRUSTED) == "10.0.0.1"
    assert origin_of("127.0.0.1", [", ".join(chain[:-1])], TRUSTED) == "203.0.113.7"
