"""The desk of a running daemon: what it knows by what is in force, and what it makes the daemon forget."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bridge import __version__
from bridge.configured import homes_of
from bridge.current import Current
from bridge.desk.desk import Desk
from bridge.desk.grants import Grants
from bridge.desk.news import News
from bridge.desk.paired import Paired
from bridge.desk.permit import Permit
from bridge.desk.requests import ReadRestore, RestoreCopy
from bridge.desk.rows import Condition, RestoreState, SetupCodeRow, TopicHeard
from bridge.devices.registry import Registry
from bridge.homes.user import Home
from bridge.ifttt.ingredients import iso_time
from bridge.mqtt.connection import Connection
from bridge.mqtt.inbound import Inbound
from bridge.oauth.grants import Moment
from bridge.registers import Registers
from bridge.restores import Restores

if TYPE_CHECKING:
    from bridge.desk.house import House
    from bridge.desk.journeys import Journeys
    from bridge.desk.standing import Lately


@dataclass(frozen=True, slots=True)
class Forget:
    """What a daemon has in memory and must forget: of a user, of tokens, of a user's browsers, and kept answers."""

    user: Callable[[str], None]
    tokens: Callable[[], None]
    sign_ins: Callable[[str], None]
    answers: Callable[[], None]


def attended_desk(  # noqa: PLR0913 -- one of each that it speaks of
    registers: Registers,
    current: Current,
    registry: Callable[[], Registry],
    grants: Grants,
    journeys: Callable[[], "Journeys"],
    forget: Forget,
    *,
    news: News,
    permit: Permit,
    lately: Callable[[], "Lately"],
    now: Callable[[], Moment],
) -> Desk:
    """Return the desk. `registry` gives the devices as they describe themselves now, `lately` what they said."""

    def homes() -> tuple[Home, ...]:
        return tuple(homes_of(current.now.settings))

    paired = Paired(
        registers.pairings,
        registers.exposure,
        homes=homes,
        met=lambda: current.now.met.devices,
        catalogue=lambda: current.now.catalogue,
        described=lambda: registry().devices,
        clock_ms=lambda: now().wall_ms,
        permit=permit,
        forget_answers=forget.answers,
    )

    return Desk(
        registers.accounts,
        registers.sign_ins,
        registers.events,
        registers.entities,
        registers.exposure,
        grants,
        paired,
        journeys,
        homes=homes,
        catalogue=lambda: current.now.catalogue,
        now=now,
        forget_user=forget.user,
        forget_tokens=forget.tokens,
        forget_sign_ins=forget.sign_ins,
        news=news,
        house=partial(_house, registers, paired, current, lately, now),
    )


def _house(
    registers: Registers,
    paired: Paired,
    current: Current,
    lately: Callable[[], "Lately"],
    now: Callable[[], Moment],
) -> "House":
    from bridge.desk.house import House  # noqa: PLC0415 -- most of the time nobody looks

    return House(
        registers.accounts,
        registers.events,
        registers.exposure,
        registers.readings,
        paired,
        homes=paired.homes,
        catalogue=lambda: current.now.catalogue,
        lately=lately(),
        clock_ms=lambda: now().wall_ms,
    )


def with_condition(  # noqa: PLR0913 -- one of each that it speaks of
    desk: Desk,
    connection: Connection,
    inbound: Inbound,
    report: Callable[[], dict[str, str]],
    *,
    decided: Callable[[], Awaitable[None]],
    restores: Restores,
    broker: str,
    since_ms: int,
    setup_code: Callable[[], Awaitable[SetupCodeRow]] | None = None,
) -> Desk:
    """Return the desk of a daemon that runs since then, able to say how it is. `report`: each part and its trouble.

    `decided` lets count what was decided at the desk; `restores` puts copies in place, `setup_code`
    makes the first owner.
    """

    def condition() -> Condition:
        return Condition(
            version=__version__,
            pid=os.getpid(),
            since=iso_time(since_ms),
            broker=broker,
            parts=report(),
            limits=connection.limits,
            heard={topic: TopicHeard(iso_time(at), trouble) for topic, (at, trouble) in inbound.heard.all().items()},
        )

    def restore(request: RestoreCopy | ReadRestore) -> RestoreState:
        return restores.ask(request.path) if isinstance(request, RestoreCopy) else restores.state(request.number)

    return replace(desk, condition=condition, decided=decided, restore=restore, setup_code=setup_code)
