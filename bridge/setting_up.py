"""Builds the page of the set-up: what it is told of the configuration, and what it may try."""

import asyncio
import secrets
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from bridge.assembly import Parts
from bridge.configured import broker_of
from bridge.dashboard.frame import Frame
from bridge.dashboard.page import Ask
from bridge.dashboard.pages.setup import SERVICE_KEY, SetUpPage, Wiring
from bridge.dashboard.setup_lines import SetUpLines
from bridge.dashboard.setup_steps import Applets, Configured, Looked
from bridge.dashboard.setup_ticks import Shown, Ticks
from bridge.dashboard.written import Written
from bridge.differences import waits_for_restart
from bridge.errors import NoSuchResource
from bridge.ground import Ground
from bridge.settings import Secret, Settings
from bridge.storage.settings import SETUP_TICKS

if TYPE_CHECKING:
    from bridge.ifttt.sheet import Sheet

SECRET_BYTES: Final = 32


def build_set_up(ground: Ground, parts: Parts, frame: Frame, ask: Ask, written: Written) -> SetUpPage:
    """Put it together."""
    current, one_after_the_other = ground.current, asyncio.Lock()
    wiring = Wiring(
        lambda: configured_in(current.now.settings),
        lambda: parts.connection.trouble,
        lambda: ((device.key[0], device.home is not None) for device in current.now.met.devices.values()),
        lambda: _sheet(current.now.settings),
        lambda name: secret_in(current.now.settings, name),
        partial(_try_broker, ground, one_after_the_other),
        partial(_look, ground, parts, one_after_the_other),
        partial(_applets, ground, parts),
        SetUpLines(waits_for_restart, lambda: secrets.token_hex(SECRET_BYTES)),
        written,
    )
    return SetUpPage(frame, ask, wiring, Ticks(ground.registers.settings, SETUP_TICKS), Shown(time.monotonic))


def configured_in(settings: Settings) -> Configured:
    """Return what the page says of the configuration."""
    return Configured(
        str(settings.mqtt.url),
        settings.mqtt.url.embedded,
        settings.mqtt.discovery,
        len(settings.devices),
        settings.ifttt.service_keys[0].stands_in,
        settings.public.url,
        tuple(client.client_id for client in settings.oauth.clients),
    )


def secret_in(settings: Settings, name: str) -> str:
    """Return a secret that an owner may compare or type in: the first service key, or one of a client's."""
    kind, _, client_id = name.partition(".")
    found: dict[tuple[str, str], Secret | None] = {(SERVICE_KEY, ""): settings.ifttt.service_keys[0]}
    for client in settings.oauth.clients:
        found["client_secret", client.client_id] = client.client_secret
        found[SERVICE_KEY, client.client_id] = client.service_key
    secret = found.get((kind, client_id))
    if secret is None:
        raise NoSuchResource("There is no such secret.")
    return secret.get_secret_value()


def _sheet(settings: Settings) -> "Sheet":
    from bridge.ifttt.sheet import sheet_of  # noqa: PLC0415 -- most of the time nobody looks
    from bridge.service_sheet import service_of  # noqa: PLC0415 -- the same

    return sheet_of(service_of(settings))


async def _try_broker(ground: Ground, one_after_the_other: asyncio.Lock) -> str:
    """Connect once more, beside the connection that there is, and return why that does not work."""
    from bridge.mqtt.probe import try_broker  # noqa: PLC0415 -- most of the time nobody asks

    settings = ground.current.now.settings
    if settings.mqtt.url.embedded:
        return ""
    async with one_after_the_other:  # a thread each: impatient people would have them all
        return await asyncio.to_thread(try_broker, broker_of(settings))


async def _look(ground: Ground, parts: Parts, one_after_the_other: asyncio.Lock) -> tuple[Looked, ...]:
    """Try the public address."""
    from bridge.reaching import Reaching  # noqa: PLC0415 -- most of the time nobody asks

    async with one_after_the_other:
        settings = ground.current.now.settings
        key = settings.ifttt.service_keys[0].get_secret_value()
        return await Reaching(parts.echo, ground.clock_ms).look(settings.public.url, key)


async def _applets(ground: Ground, parts: Parts) -> Applets:
    """Return what IFTTT has asked for with tokens of its own."""
    count = sum(bool(identity.key.client) for identity in ground.kept.identities)
    told = bool(count) and (parts.notifiers.told > 0 or await ground.registers.identities.was_told())
    return Applets(count, told)
