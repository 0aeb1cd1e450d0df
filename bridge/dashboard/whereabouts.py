"""From where somebody asks, and under which name: a page elsewhere may have let its own name point to this machine.

A browser then takes us for that site, and lets its script read what we answer (DNS rebinding). Such a site has a name
that is known in the whole world; at home there are addresses, and names that nobody can register.
"""

import socket
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from bridge.web.origin import address_in

BEHIND_A_PROXY: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via")
AT_HOME: Final = (".localhost", ".local", ".lan", ".home", ".internal", ".home.arpa", ".localdomain")
"""What names end with that no public name server answers for (RFC 6761, 6762, 8375, and what routers give out)."""


def is_here(request: web.BaseRequest) -> bool:
    """Tell whether a request comes from this machine itself."""
    address = address_in(request.remote or "")
    return address is not None and address.is_loopback


def is_by_proxy(request: web.BaseRequest) -> bool:
    """Tell whether a proxy says that it asks for somebody else, who may be anywhere."""
    return any(header in request.headers for header in BEHIND_A_PROXY)


def is_by_home_name(request: web.BaseRequest) -> bool:
    """Tell whether we are called by an address, or by a name that only counts at home."""
    name = host_name(request)
    return "." not in name or name.endswith(AT_HOME) or _is_address(name) or name == socket.gethostname().lower()


def host_name(request: web.BaseRequest) -> str:
    """Return how we are called, in small letters and without a port."""
    host = request.headers.get("Host", "").lower()
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
