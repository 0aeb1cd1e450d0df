"""How far IFTTT was told of what each identity waits for, and how far it has asked: noted as it happens, written down
now and then by somebody else. Plain computation; bounded; time is an argument (epoch, milliseconds).

A watermark is a sequence number: all up to it that concerns the identity was told, or shown. Where there is no room the
oldest go, and what they covered counts from the next one: told a little later than it was, and never too early.
"""  # noqa: D205 -- one paragraph

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from bridge.ifttt.identities import IdentityKey

KEPT_OF_EACH: Final = 64
"""So many moves of an identity are kept, of each sort."""

LEAST_KEPT: Final = 4
MOST_KEPT: Final = 100_000
"""About so many of all identities: where there are very many, fewer of each."""

MOST_WAITING: Final = 4096
"""So many identities may have moves that are not written yet."""

MOST_SHOWN: Final = 4096
"""Of so many identities it is remembered how far they have asked; of others that is looked up when it is written."""


class Told(msgspec.Struct, gc=False):
    """Attempts to tell of all up to `up_to_seq`: one, or several in vain that ended alike.

    `status`: of the answer, or a word where none came.
    """

    up_to_seq: int
    status: str
    first_ms: int
    at_ms: int
    attempts: int = 1

    @property
    def succeeded(self) -> bool:
        """Whether IFTTT took note."""
        return self.status.startswith("2")

    def goes_on(self, later: "Told") -> bool:
        """Tell whether a later attempt is only one more in vain, and if so let it count here."""
        if self.succeeded or later.status != self.status:
            return False
        self.up_to_seq = max(self.up_to_seq, later.up_to_seq)
        self.at_ms = later.at_ms
        self.attempts += later.attempts
        return True


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A poll that showed something new: all up to there."""

    up_to_seq: int
    at_ms: int


class Moves(NamedTuple):
    """What became of one identity, oldest first."""

    told: list[Told]
    asked: list[Asked]


class KeptMoves(msgspec.Struct, gc=False):
    """What is known of one identity, oldest first. `told_before`, `asked_before`: there was more before that."""

    told: list[Told]
    asked: list[Asked]
    told_before: bool = False
    asked_before: bool = False

    def take_in(self, unwritten: Moves) -> None:
        """Let what is not written yet count, too."""
        shown = self.asked[-1].up_to_seq if self.asked else 0
        self.told += [each for each in unwritten.told if each not in self.told]
        self.asked += [each for each in unwritten.asked if each.up_to_seq > shown]

    @property
    def in_vain(self) -> list[Told]:
        """Return the attempts since IFTTT last took note."""
        taken = [place for place, told in enumerate(self.told, 1) if told.succeeded]
        return self.told[taken[-1] if taken else 0 :]


class Watermarks:
    """The moves that are not written yet."""

    def __init__(self) -> None:
        self._waiting: dict[IdentityKey, Moves] = {}
        self._taken: dict[IdentityKey, Moves] = {}
        self._shown: dict[IdentityKey, int] = {}

    def replied(self, covered: Iterable[tuple[IdentityKey, int]], status: str, now_ms: int) -> None:
        """IFTTT answered a request, which covered all up to a sequence number of each of these."""
        for key, seq in covered:
            moves = self._of(key)
            if moves is None:
                continue
            told, new = moves.told, Told(seq, status, now_ms, now_ms)
            if not (told and told[-1].goes_on(new)):
                told.append(new)
                if len(told) > KEPT_OF_EACH:
                    del told[0]

    def shown(self, key: IdentityKey, seq: int, now_ms: int) -> None:
        """IFTTT asked, and the newest that it was shown is this."""
        if self._shown.get(key, 0) >= seq:
            return
        moves = self._of(key)
        if moves is None:
            return
        moves.asked.append(Asked(seq, now_ms))
        if len(moves.asked) > KEPT_OF_EACH:
            del moves.asked[0]
        if len(self._shown) >= MOST_SHOWN and key not in self._shown:
            del self._shown[next(iter(self._shown))]
        self._shown[key] = seq

    def take(self, most: int) -> dict[IdentityKey, Moves]:
        """Return the moves of so many identities, to be written; the same again until it is said that they are."""
        while self._waiting and len(self._taken) < most:
            key = next(iter(self._waiting))
            if key in self._taken:
                break
            self._taken[key] = self._waiting.pop(key)
        return self._taken

    def written(self) -> None:
        """What was taken is on disk."""
        self._taken = {}

    def of(self, key: IdentityKey) -> Moves:
        """Return what is not written yet of one."""
        nothing = Moves([], [])
        taken, waiting = self._taken.get(key, nothing), self._waiting.get(key, nothing)
        return Moves([*taken.told, *waiting.told], [*taken.asked, *waiting.asked])

    def _of(self, key: IdentityKey) -> Moves | None:
        moves = self._waiting.get(key)
        if moves is None and len(self._waiting) < MOST_WAITING:
            moves = self._waiting[key] = Moves([], [])
        return moves


def kept_of_each(identities: int) -> int:
    """Return how many moves of each identity are kept where there are so many of them."""
    return max(LEAST_KEPT, min(KEPT_OF_EACH, MOST_KEPT // max(identities, 1)))
