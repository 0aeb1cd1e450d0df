"""One stranger, one network."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::/64"),
        ("2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8::/64"),
        ("2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_an_ipv4_address_stands_for_itself_and_an_ipv6_one_for_its_house(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.integers(1, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_no_choice_within_a_house_makes_another_network(house: int, one: int, other: int) -> None:
    first, second = (str(IPv6Address(house << 64 | host)) for host in (one, other))
    assert network_of(first) == network_of(second)


@given(st.text())
def test_what_is_no_address_does_no_harm(text: str) -> None:
    assert isinstance(network_of(text), str)
