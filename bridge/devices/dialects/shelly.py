"""All Shellies: two generations that have nothing in common but their maker, and are one source of devices."""

from collections.abc import Mapping
from typing import Final

from bridge.commands import Publication
from bridge.devices.described import Announcement, Convention, Told
from bridge.devices.dialects.shelly_gen1.convention import ShellyGen1
from bridge.devices.dialects.shelly_gen2.convention import ShellyGen2
from bridge.errors import UnreadableMessage

_FIRST: Final = "gen1/"
_LATER: Final = "gen2/"


class Shelly:
    """Both generations. The group is that of a generation, which stands in front of it.

    `prefixes`: of devices since the second generation whose topics begin with more than one level.
    """

    source = "shelly"

    def __init__(self, prefixes: tuple[str, ...] = ()) -> None:
        self._generations: Mapping[str, Convention] = {_FIRST: ShellyGen1(), _LATER: ShellyGen2(prefixes)}

    @property
    def filters(self) -> tuple[str, ...]:
        """Where devices of either generation show themselves."""
        return tuple(filter_ for each in self._generations.values() for filter_ in each.filters)

    @property
    def questions(self) -> tuple[Publication, ...]:
        """What makes devices announce themselves."""
        return tuple(question for each in self._generations.values() for question in each.questions)

    def tell(self, topic: str, payload: bytes) -> Told | None:
        """Take in a message: the topics of the first generation are its own, unless a prefix of the second is there."""
        for name in (_LATER, _FIRST):
            said = self._generations[name].tell(topic, payload)
            if said is not None:
                return Told(f"{name}{said.group}", said.parts, said.whole)
        return None

    def read(self, group: str, parts: Mapping[str, bytes]) -> Announcement:
        """Describe a device of the generation that the group names."""
        for name, convention in self._generations.items():
            if group.startswith(name):
                return convention.read(group.removeprefix(name), parts)
        raise UnreadableMessage("a group of no generation")
