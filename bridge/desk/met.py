"""Which of the devices that announced themselves wait, are new, or do small things. Plain functions of what is kept."""

from collections.abc import Collection, Mapping

from bridge.devices.described import DescribedDevice
from bridge.devices.merging import DeviceKey
from bridge.storage.pairings import KeptDevice

Met = Mapping[DeviceKey, KeptDevice]
Described = Mapping[DeviceKey, DescribedDevice]


def waiting_of(met: Met, described: Described, search: str) -> list[KeptDevice]:
    """Return those that nobody has accepted and that are still there, the newest first."""
    found = [
        device
        for key, device in met.items()
        if device.home is None and key in described and search.casefold() in device.called.casefold()
    ]
    return sorted(found, key=lambda device: (-device.discovered_at_ms, device.called.casefold(), device.id))


def new_of(met: Met, since_ms: int) -> frozenset[str]:
    """Return the ids of those that were accepted since then."""
    return frozenset(
        device.id for device in met.values() if device.home is not None and (device.accepted_at_ms or 0) >= since_ms
    )


def minor_of(met: Met, described: Described, devices: Collection[str]) -> frozenset[str]:
    """Return the ids of what is a setting or a diagnosis among all that some devices do."""
    return frozenset(
        paired.id
        for key, device in met.items()
        if device.id in devices and key in described
        for each in described[key].entities
        if each.minor and (paired := device.entities.get(each.id)) is not None
    )
