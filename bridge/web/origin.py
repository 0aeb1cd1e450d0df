"""Where a request really came from: the address of the connection, or what proxies that we trust say about it.

Plain computation. Each proxy adds the address that it sees to the end of X-Forwarded-For; whatever stood there before
may be invented by the client. So the list is read from the end, and only as far as trusted proxies wrote it.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNKNOWN: Final = "unknown"
MAX_HOPS: Final = 16
"""More proxies than anybody has in a row; what stands further left is not looked at."""


def origin_of(peer: str | None, forwarded: Iterable[str], trusted: Sequence[Network]) -> str:
    """Return the nearest address that is not one of our proxies.

    `peer` is the other end of the connection, `forwarded` each X-Forwarded-For header of the request in order. Where a
    trusted proxy wrote something that is no address, the proxy itself is the answer: it is as far as we can see.
    """
    nearest = address_in(peer or "")
    if nearest is None:
        return UNKNOWN
    for text in _from_the_end(forwarded):
        if not _is_trusted(nearest, trusted):
            break
        before = address_in(text)
        if before is None:
            break
        nearest = before
    return str(nearest)


def _from_the_end(forwarded: Iterable[str]) -> list[str]:
    return ",".join(forwarded).rsplit(",", MAX_HOPS)[: -MAX_HOPS - 1 : -1]


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def address_in(text: str) -> Address | None:
    """Read an address, one with a port as some proxies write it, and an IPv4 one that came in by an IPv6 socket."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
