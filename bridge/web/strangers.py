"""Who knocks at the public listener: where a request came from, and what the log is told of those who were refused."""

from collections.abc import Callable, Sequence
from ipaddress import ip_address

import structlog
from aiohttp import web

from bridge.oauth.refusals import Refusals
from bridge.web.origin import UNKNOWN, Network, address_in, origin_of

log = structlog.get_logger("bridge.web")


class Strangers:
    """Knows the proxies that may tell for whom they ask. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float], trusted_proxies: Sequence[Network] = ()) -> None:
        self._monotonic = monotonic
        self._refusals = Refusals()
        self._trusted_proxies = trusted_proxies

    def come_through(self, trusted_proxies: Sequence[Network]) -> None:
        """Believe these proxies from now on and no others."""
        self._trusted_proxies = trusted_proxies

    def origin_of(self, request: web.BaseRequest) -> str:
        """Return where a request came from, as far as we can see."""
        return origin_of(request.remote, request.headers.getall("X-Forwarded-For", ()), self._trusted_proxies)

    def is_ours(self, address: str) -> bool:
        """Tell whether a connection comes from one of our proxies."""
        read = address_in(address)
        return read is not None and any(read in network for network in self._trusted_proxies)

    def address_of(self, request: web.BaseRequest) -> str | None:
        """Return the address of who asks; None where all that we see is our own proxy, which stands for anybody."""
        origin = self.origin_of(request)
        if origin == UNKNOWN or any(ip_address(origin) in network for network in self._trusted_proxies):
            return None
        return origin

    def tell(self, request: web.BaseRequest, reason: str) -> None:
        """Say who was refused and why, within bounds; of what was presented nothing is told."""
        for refused in self._refusals.add(self.origin_of(request), reason, now_s=self._monotonic()):
            log.warning("web.refused", address=refused.address, count=refused.count, reason=refused.reason)
