"""Can IFTTT reach us? Asks the public address as IFTTT would, from here, and says what stands in between."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from bridge.doctor.check import Check, ok, problem, warning
from bridge.doctor.fetching import Fetched

NAME: Final = "public address"
CERTIFICATE: Final = "certificate"
ENDS_SOON_DAYS: Final = 10
"""Whoever renews by machine has done so long before."""

_DAY_S: Final = 24 * 3600
_WAY: Final = "check the tunnel or reverse proxy: it must lead to [public] listen, unchanged; see config/proxies"

Fetch = Callable[[str, dict[str, str]], Fetched]
"""From an address and headers to the answer."""


def check_public(url: str, service_key: str, fetch: Fetch | None) -> Check:
    """Say whether the address is right, and with `fetch` whether it leads to us."""
    if not url:
        return warning(
            NAME, "[public] url is not set", "set it to the address that IFTTT calls, beginning with https://"
        )
    local = _is_local(url)
    if not url.startswith("https:") and not local:
        return problem(NAME, f"{url} is not https: IFTTT does not call it, and the key would be read", "use https://")
    if fetch is None:
        return ok(NAME, f"{url}, not tried: doctor --public does")
    return _tried(url, service_key, fetch)


def with_arrival(check: Check, *, arrived: bool) -> Check:
    """Add to what was found whether the request came back to this very bridge."""
    if check.verdict == "ok" and not arrived:
        cause = f"{check.cause}, but the request did not come back here: another bridge with the same key answers there"
        return problem(NAME, cause, f"stop the other one, or {_WAY}")
    if check.verdict != "ok" and arrived:
        return replace(check, cause=f"{check.cause} (the request did come back here, so the way is right as such)")
    return check


def check_certificate(answer: Fetched, now_s: float) -> Check | None:
    """Say for how long the certificate is good; None where there is none to speak of."""
    if not answer.good_until_s:
        return None
    days = int((answer.good_until_s - now_s) // _DAY_S)
    if days < ENDS_SOON_DAYS:
        return warning(CERTIFICATE, f"it ends in {days} days", "look why the proxy does not renew it by itself")
    return ok(CERTIFICATE, f"good for {days} more days")


def _tried(url: str, service_key: str, fetch: Fetch) -> Check:
    address = f"{url.rstrip('/')}/ifttt/v1/status"
    stranger = fetch(address, {})
    if stranger.status != 401:  # noqa: PLR2004 -- Unauthorized
        return _wrong(address, stranger)
    known = fetch(address, {"IFTTT-Service-Key": service_key})
    if known.status == 200:  # noqa: PLR2004 -- OK
        return ok(NAME, f"{address} answers 200 with the service key and 401 without")
    if known.status == 401:  # noqa: PLR2004 -- Unauthorized
        cause = f"{address} refuses our own service key: another bridge answers there, or the header gets lost"
        return problem(NAME, cause, f"let the header IFTTT-Service-Key through, and {_WAY}")
    return _wrong(address, known)


def _wrong(address: str, answer: Fetched) -> Check:
    if answer.trouble:
        return problem(NAME, f"{address}: {answer.trouble}", _cure_of(answer.trouble))
    if answer.status // 100 == 3:  # noqa: PLR2004 -- redirects
        return problem(
            NAME, f"{address} sends elsewhere: {answer.location}", "set [public] url to where it ends, or stop it"
        )
    if answer.is_page:
        cause = f"{address} answers {answer.status} with a page for people: not the bridge, but something before it"
        return problem(NAME, cause, f"start the daemon if it does not run; {_WAY}")
    if answer.status == 200:  # noqa: PLR2004 -- OK
        cause = f"{address} answers 200 to a request without a key: that is not the bridge, or something adds the key"
        return problem(NAME, cause, _WAY)
    return problem(NAME, f"{address} answers {answer.status}: another host or another path than the bridge's", _WAY)


def _cure_of(trouble: str) -> str:
    if "certificate" in trouble:
        return "give the proxy a certificate of a public authority for this very name"
    if "not known" in trouble:
        return "correct [public] url, or make the name known (DNS)"
    return _WAY


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
