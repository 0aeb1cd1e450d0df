"""How Shellies of the first generation announce themselves: on demand, and by being online.

An announcement names the model; what the model has is known here. Which of its modes a device works in, and what was
wired to it, shows by what it speaks on.
"""

import re
from collections.abc import Mapping
from typing import Final

from bridge.commands import Publication
from bridge.devices.described import (
    Announcement,
    DescribedDevice,
    DescribedEntity,
    Told,
    Unserved,
    hardware_address,
)
from bridge.devices.dialects.descriptions import canonical, exact_in, first_of_each, text_in
from bridge.devices.dialects.json_values import parse_object, parse_text
from bridge.devices.dialects.shelly_gen1.entities import Shelly, entities_of
from bridge.devices.dialects.shelly_gen1.models import Model, model_of
from bridge.devices.dialects.told_availability import AvailabilityTopic, ToldAvailability
from bridge.devices.entity import EntityKind
from bridge.errors import UnreadableMessage

ANNOUNCE: Final = "announce"
ONLINE: Final = "online"
MODE: Final = "mode"
_IDENTITY: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_MODES: Final = {
    "relay/0": "relay",
    "roller/0": "roller",
    "color/0/status": "color",
    "white/0/status": "white",
}
_WIRED: Final = (*(f"ext_temperature/{place}" for place in range(5)), "ext_humidity/0", "ext_switch/0")
_FIRMWARE: Final = re.compile(r"/v(\d{1,3})\.(\d{1,3})", re.ASCII)
_COUNTS_SINCE: Final = (1, 8)


class ShellyGen1:
    """Shellies of the first generation, under `shellies/`. The group is the id in the topics."""

    source = "shelly"
    filters = ("shellies/announce", "shellies/+/announce", "shellies/+/online")
    questions = (Publication("shellies/command", b"announce"),)

    def tell(self, topic: str, payload: bytes) -> Told | None:
        """Take in an announcement, a word of being online, or whatever shows what a device has."""
        root, _, rest = topic.partition("/")
        if root != "shellies":
            return None
        if rest == ANNOUNCE:
            announced = parse_object(payload) if payload else {}
            return _announced(_identity(announced.get("id")), announced) if announced else None
        written, _, below = rest.partition("/")
        if below == ANNOUNCE and payload:
            return _announced(_identity(written), parse_object(payload))
        shown = _shown(below, payload)
        return None if shown is None else Told(_identity(written), shown)

    def read(self, group: str, parts: Mapping[str, bytes]) -> Announcement:
        """Describe the device, or ask it to announce itself where only its being there is known."""
        identity = _identity(group)
        announced = parse_object(parts[ANNOUNCE]) if parts.get(ANNOUNCE) else {}
        code = text_in(announced.get("model"))
        model = model_of(identity, code)
        if model is None and not announced:
            return Announcement(questions=(Publication(f"shellies/{identity}/command", b"announce"),))
        hardware = _hardware(identity, announced)
        device = _device(identity, model, code, parts, announced)
        described = DescribedDevice(
            id=identity,
            name=identity,
            entities=device[0],
            model=model.name if model is not None else code,
            hardware=frozenset() if hardware is None else frozenset({hardware}),
            unserved=device[1],
        )
        return Announcement((described,), _more(identity, model))


def _device(
    identity: str, model: Model | None, code: str, parts: Mapping[str, bytes], announced: dict[str, object]
) -> tuple[tuple[DescribedEntity, ...], tuple[Unserved, ...]]:
    if model is None:
        topic = AvailabilityTopic(f"shellies/{identity}/{ONLINE}", ("true",), ("false",))
        availability = DescribedEntity("availability", EntityKind.AVAILABILITY, ToldAvailability((topic,)))
        return (availability,), (Unserved(code or identity, "not a known model"),)
    mode = parts.get(MODE, b"").decode(errors="replace")
    shelly = Shelly(
        identity,
        model,
        mode if mode in model.modes else "",
        frozenset(below for below in _WIRED if parts.get(below)),
        counts_presses=announced.get("counts") is not False,
    )
    found = list(entities_of(shelly))
    return first_of_each(
        (one for one in found if isinstance(one, DescribedEntity)),
        (one for one in found if isinstance(one, Unserved)),
    )


def _announced(identity: str, announced: dict[str, object]) -> Told:
    """Keep what does not change by itself: the address on the network and new firmware do."""
    kept: dict[str, object] = {"model": text_in(announced.get("model")), "mac": text_in(announced.get("mac"))}
    firmware = _FIRMWARE.search(exact_in(announced.get("fw_ver")))
    if firmware is not None:
        kept["counts"] = (int(firmware[1]), int(firmware[2])) >= _COUNTS_SINCE
    parts = {ANNOUNCE: canonical(kept)}
    mode = announced.get("mode")
    if isinstance(mode, str) and mode in _MODES.values():
        parts[MODE] = mode.encode()
    return Told(identity, parts)


def _shown(below: str, payload: bytes) -> dict[str, bytes] | None:
    """Return what a topic of a device shows by being spoken on; None for one that shows nothing."""
    if below == ANNOUNCE:
        return {ANNOUNCE: b""}
    if below == ONLINE:
        return {ONLINE: b"1" if parse_text(payload) else b""}
    if below in _MODES and payload:
        return {MODE: _MODES[below].encode()}
    return {below: b"1"} if below in _WIRED and payload else None


def _identity(written: object) -> str:
    if not isinstance(written, str) or not _IDENTITY.fullmatch(written) or written in (ANNOUNCE, "command"):
        raise UnreadableMessage("not an id of a Shelly")
    return written


def _hardware(identity: str, announced: dict[str, object]) -> str | None:
    """Return the address: of the announcement, else the end of the id, where that is a whole one."""
    return hardware_address(text_in(announced.get("mac"))) or hardware_address(identity.rpartition("-")[2])


def _more(identity: str, model: Model | None) -> tuple[str, ...]:
    """Return where a device shows its mode, and what was wired to it."""
    if model is None:
        return ()
    shown = [below for below, mode in _MODES.items() if mode in model.modes]
    wired = _WIRED if model.adds_sensors else ()
    return tuple(f"shellies/{identity}/{below}" for below in (*shown, *wired))
