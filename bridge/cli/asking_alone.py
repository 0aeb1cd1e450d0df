"""Devices where no daemon runs: from the configuration, and from what they described last."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from bridge.configured import homes_of
from bridge.current import Configuration, bring_into_force, registry_of
from bridge.desk.paired import Paired
from bridge.devices.catalogue import Catalogue
from bridge.devices.described import DescribedDevice
from bridge.devices.merging import DeviceKey
from bridge.devices.registry import Registry
from bridge.homes.sight import Sights
from bridge.journeys import journeys_of
from bridge.registers import Registers
from bridge.settings import Settings
from bridge.storage.database import Database
from bridge.storage.pairings import KeptDevice

if TYPE_CHECKING:
    from bridge.desk.journeys import Journeys


class Unattended:
    """What there is in the database. Brought up to the configuration as a daemon does at its start."""

    def __init__(self, settings: Settings, database: Database, now_ms: Callable[[], int]) -> None:
        self._settings = settings
        self._registers = Registers.of(database)
        self._now_ms = now_ms
        self._registry = Registry()
        self._now: Configuration | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The entities that there are, once brought."""
        return Catalogue(()) if self._now is None else self._now.catalogue

    def journeys(self) -> "Journeys":
        """Return what answers about what became of events."""
        sights = Sights()
        return journeys_of(
            self._registers,
            lambda: self.catalogue,
            lambda: sights if self._now is None else self._now.sights,
            self._now_ms,
        )

    @property
    def paired(self) -> Paired:
        """The devices that announced themselves."""
        return Paired(
            self._registers.pairings,
            self._registers.exposure,
            homes=lambda: tuple(homes_of(self._settings)),
            met=self._met,
            catalogue=lambda: self.catalogue,
            described=self._described,
            clock_ms=self._now_ms,
        )

    async def bring(self) -> None:
        """Let count what the configuration says and what was decided. Raises BridgeError."""
        if self._now is None:
            self._registry = await registry_of(self._settings, self._registers)
        bring = partial(bring_into_force, self._settings, self._registers, self._registry)
        self._now = await bring(now_ms=self._now_ms())

    def _met(self) -> Mapping[DeviceKey, KeptDevice]:
        return {} if self._now is None else self._now.met.devices

    def _described(self) -> Mapping[DeviceKey, DescribedDevice]:
        return self._registry.devices
