"""How far something is open: in percent here, in numbers of its own there. Both ways."""

from dataclasses import dataclass
from typing import Final

from bridge.devices.dialects.homeassistant.orders import Messages, Order
from bridge.devices.dialects.json_values import parse_object, spellings
from bridge.devices.dialects.written import read_number

_FULL: Final = 100

POSITION_NAMES: Final = ("position", "position_open", "position_closed")
"""What a template for an order of a position may use, besides the number itself."""


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers of a device for open and closed, which differ."""

    opened: float = 100
    closed: float = 0

    def percent(self, text: str) -> int | None:
        """Return 0 for closed, 100 for open; None beyond both: the device does not know. Raises UnreadableMessage.

        `text`: a number, or a JSON object that holds it as `position`, with that of the slats beside it.
        """
        if text.startswith("{"):
            text = next(iter(spellings(parse_object(text.encode()).get("position"))), "")
        if not text:
            return None
        exact = (float(read_number(text)) - self.closed) * _FULL / (self.opened - self.closed)
        if not 0 <= exact <= _FULL:
            return None
        return 0 if exact == 0 else max(1, round(exact))

    def ordered(self, order: Order, percent: int) -> Messages:
        """Return what orders a position, in percent."""
        variables = {"position": percent, "position_open": _plain(self.opened), "position_closed": _plain(self.closed)}
        return order.messages(round(self.closed + percent * (self.opened - self.closed) / _FULL), variables)


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number
