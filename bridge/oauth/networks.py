"""What one stranger on the internet can hardly change of an address. Plain computation; knows no request."""

from ipaddress import IPv6Address, ip_address
from typing import Final

_BITS_OF_ONE_HOUSE: Final = 64
_IPV6_BITS: Final = 128


def network_of(address: str) -> str:
    """Return an IPv4 address as it is, and of an IPv6 address the network that a provider gives to one house.

    What is no address comes back unchanged.
    """
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return address
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    hidden = _IPV6_BITS - _BITS_OF_ONE_HOUSE
    return f"{IPv6Address(int(read) >> hidden << hidden)}/{_BITS_OF_ONE_HOUSE}"
