"""Did the broker leave something out, or go back to an older save? The packet ids tell. Plain computation.

Mosquitto, and others, number what they have for a session one by one, also what they then drop because too much waits.
So a gap is a loss, with its size, and a number that was there before is a broker that has forgotten what came since.
A broker that hands out ids in another way is recognised by that, and nothing is concluded from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bridge.mqtt.message import Arrival, Connected, Marker, Message

IDS: Final = 65535
PROOF: Final = 50
"""So many ids one after the other before anything is concluded."""


@dataclass(slots=True)
class Findings:
    """`missing`: so many messages never came. `went_back`: the broker did, to an older save."""

    missing: int = 0
    went_back: bool = False


class Succession:
    """Follows the ids of a session across connections. `earlier`: those that an earlier run took, the oldest first."""

    def __init__(self, earlier: Iterable[int] = ()) -> None:
        self._last = 0
        """0 is no packet id: there was none yet."""

        self._in_a_row = 0
        self._orderly = True
        for packet_id in earlier:
            self._in_a_row = self._in_a_row + 1 if self._last and self._step(packet_id) == 1 else 0
            self._last = packet_id
        self._begins = True
        self._gaps_count = False  # what an earlier run took and did not understand left no trace

    def follow(self, arrivals: Iterable[Arrival]) -> Findings:
        """Take note of what has come, in order."""
        found = Findings()
        for arrival in arrivals:
            if isinstance(arrival, Message | Marker):
                if arrival.qos:
                    self._take(arrival.packet_id, found, duplicate=arrival.duplicate)
            elif isinstance(arrival, Connected):
                self._begin(resumed=arrival.resumed)
        return found

    def _begin(self, *, resumed: bool) -> None:
        self._begins = True
        if not resumed:
            self._last = self._in_a_row = 0

    def _take(self, packet_id: int, found: Findings, *, duplicate: bool) -> None:
        step = self._step(packet_id) if self._last else 1
        ahead = 0 < step <= IDS // 2
        if not ahead and duplicate:
            return  # sent once more, as it should be
        if step == 1:
            self._in_a_row += 1
        elif self._in_a_row >= PROOF and self._orderly:
            self._conclude(step, found, ahead=ahead)
        elif not self._begins:
            self._in_a_row = 0
        self._last = packet_id
        self._begins, self._gaps_count = False, True

    def _conclude(self, step: int, found: Findings, *, ahead: bool) -> None:
        if ahead:
            found.missing += step - 1 if self._gaps_count else 0
        elif self._begins:
            found.went_back = True
        else:
            self._orderly = False  # no broker goes back in the midst of a connection: this one counts otherwise

    def _step(self, packet_id: int) -> int:
        return (packet_id - self._last) % IDS
