"""Does IFTTT know our service keys? Asks it, as nothing on this side can tell."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from bridge.doctor.check import Check, ok, problem, warning
from bridge.doctor.fetching import Fetched
from bridge.doctor.public import Fetch

ME_URL: Final = "https://connect.ifttt.com/v2/me"
_CURE: Final = (
    "copy the key from IFTTT's platform, API, Service Key, into [ifttt] service_keys; then restart the daemon"
)


def check_service_keys(keys: Sequence[str], fetch: Fetch, *, url: str = ME_URL) -> Iterable[Check]:
    """Say of each key whether IFTTT takes it. A key is never repeated."""
    for number, key in enumerate(keys, 1):
        name = "service key" if len(keys) == 1 else f"service key {number} of {len(keys)}"
        yield _check(name, fetch(url, {"IFTTT-Service-Key": key}))


def _check(name: str, answer: Fetched) -> Check:
    if answer.trouble:
        return warning(
            name, f"IFTTT could not be asked: {answer.trouble}", "check the way to the internet, then try again"
        )
    if answer.status in {401, 403}:
        return problem(name, "IFTTT refuses the service key", _CURE)
    if answer.status != 200:  # noqa: PLR2004 -- OK
        return warning(name, f"IFTTT answers {answer.status} when asked about the key", "try again later")
    level, service = _me(answer.body)
    if level is None:
        return warning(name, "IFTTT's answer about the key cannot be understood", "try again later")
    if level == "none":
        return problem(name, "IFTTT does not know the service key", _CURE)
    return ok(name, f"IFTTT knows it, as the key of {service or 'a service'}")


def _me(body: bytes) -> tuple[str | None, str]:
    try:
        me = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, ""
    level = me.get("authentication_level")
    return level if isinstance(level, str) else None, str(me.get("service_id", ""))
