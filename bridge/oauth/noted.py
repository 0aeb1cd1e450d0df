"""What was answered to IFTTT's checks and not yet written down. Plain computation, bounded.

Answers are numbered: only by their order is it known which failed checks a passed one has ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.oauth.connection import LIMIT, ConnectionKey, FailedCheck, cause_of
from bridge.oauth.grants import Refusal

MAX_WAITING: Final = 64
"""So many tokens whose owners are still to be found are remembered: strangers may present any number of them."""

Owner = tuple[str, str, Refusal | None]
"""Whose token it is or was: user, client, and why it gives nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a check, or to a refresh that was refused (`status` None); `number` orders it among all answers."""

    number: int
    at_ms: int
    status: int | None


@dataclass(frozen=True, slots=True)
class SortedOut:
    """What is to be written, by connection: when a check passed last, and what went wrong after that, in order.

    `failed_in_all` and `unknown` count failed checks; of the latter nobody knows whose they were.
    """

    passed: dict[ConnectionKey, int]
    failed: list[tuple[ConnectionKey, FailedCheck]]
    refused: list[tuple[ConnectionKey, FailedCheck]]
    failed_in_all: int
    unknown: int


@dataclass(slots=True)
class Noted:
    """Answers to failed checks by the digest of the token that was presented, and each connection's last passed one."""

    troubles: dict[str, list[Answer]] = field(default_factory=dict)
    passed: dict[ConnectionKey, Answer] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.troubles or self.passed)

    def add(self, digest: str, answer: Answer) -> None:
        """Note that something went wrong. Beyond the bounds what came first is kept."""
        answers = self.troubles.get(digest)
        if answers is not None and len(answers) < LIMIT:
            answers.append(answer)
        elif answers is None and len(self.troubles) < MAX_WAITING:
            self.troubles[digest] = [answer]

    def put_back(self, earlier: "Noted") -> None:
        """Take in what was noted before all this and could not be written."""
        later, self.troubles = self.troubles, earlier.troubles
        for digest, answers in later.items():
            for answer in answers:
                self.add(digest, answer)
        self.passed = earlier.passed | self.passed

    def sort_out(self, owners: Mapping[str, Owner | None]) -> SortedOut:
        """Return what is to be written. `owners`: by digest. A token minted by hand, of client "", is no connection."""
        troubles: list[tuple[Answer, ConnectionKey, FailedCheck]] = []
        unknown = failed_in_all = 0
        for digest, answers in self.troubles.items():
            owner, checks = owners.get(digest), sum(answer.status is not None for answer in answers)
            if owner is None:
                unknown += checks
                continue
            user, client, refusal = owner
            if client:
                failed_in_all += checks
                key = ConnectionKey(user, client)
                troubles += [
                    (each, key, _trouble(each, refusal)) for each in answers if self._counts(each, key, refusal)
                ]
        troubles.sort(key=lambda trouble: trouble[0].number)
        return SortedOut(
            {key: answer.at_ms for key, answer in self.passed.items()},
            [(key, trouble) for answer, key, trouble in troubles if answer.status is not None],
            [(key, trouble) for answer, key, trouble in troubles if answer.status is None],
            failed_in_all,
            unknown,
        )

    def _counts(self, answer: Answer, key: ConnectionKey, refusal: Refusal | None) -> bool:
        """Tell whether it is a trouble of this connection: not if a check passed since, nor if a refresh was refused
        though the token lives, for then another client presented it.
        """  # noqa: D205 -- one sentence
        passed = self.passed.get(key)
        if passed is not None and passed.number > answer.number:
            return False
        return answer.status is not None or refusal is not None


def _trouble(answer: Answer, refusal: Refusal | None) -> FailedCheck:
    return FailedCheck(answer.at_ms, cause_of(answer.status, refusal).value)
