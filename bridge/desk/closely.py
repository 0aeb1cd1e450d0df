"""Answers about one device: all that is known of it, and how its last day was. In bounded pages of the database."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.desk.house_rows import ChangeRow, DevicePage, HappenedRow, HouseDevice, PersonRow, ThingDetail
from bridge.desk.met import minor_of
from bridge.desk.paired import Paired
from bridge.desk.rows import AnnouncedRow
from bridge.desk.standing import OF_THE_WHOLE, Lately, thing_of
from bridge.devices.corrections import possible_kinds
from bridge.devices.entity import Entity, EntityKind
from bridge.devices.obedience import orders_of
from bridge.events import NotOffered
from bridge.storage.accounts import Accounts
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure
from bridge.storage.readings import Readings
from bridge.timeline.entry import Entry
from bridge.timeline.history import Page, Walk

EVENTS_SHOWN: Final = 10
MOST_EVENTS: Final = 1000
"""So many of the last day are looked at: of a device to which more happened, the beginning of the day is not told."""

MOST_MEASURED: Final = 12
"""Of so many of the numbers that a device says, the last day is told."""

DAY_MS: Final = 24 * 3600 * 1000
_NOTHING: Final = frozenset({NotOffered.TOO_SHORT, NotOffered.WITHIN_HYSTERESIS, NotOffered.REPLAYED})
"""Why it counts as nothing that happened: a day looks the same whether IFTTT saw it or not."""

MOST_WALKS: Final = 5
"""So many times a device that chatters is looked at for what did happen."""

_OF_THE_DEVICE: Final = {"battery": EntityKind.BATTERY, "device": EntityKind.AVAILABILITY}
"""Which kind of entity is meant by events that carry the id of the whole device, by their family."""


@dataclass(frozen=True, slots=True)
class Closely:
    """Looks closely."""

    accounts: Accounts
    events: Events
    exposure: Exposure
    readings: Readings
    paired: Paired
    lately: Lately

    async def look(
        self,
        row: HouseDevice,
        entities: Sequence[Entity],
        announced: AnnouncedRow | None,
        homes: Mapping[str, str],
        now_ms: int,
    ) -> DevicePage:
        """Return all about a device. `entities`: what it does; `homes`: the name of each, by id."""
        of_day, since_ms = await self._day(row, now_ms)
        newest = await self.events.history(Page(row.home, row.id, 0, EVENTS_SHOWN))
        latest = {entry.seq: entry for entry in (*newest, *of_day)}
        known_before = await self._is_older(row, of_day)
        return DevicePage(
            device=row,
            announced=announced,
            details=await self._details(entities, of_day, now_ms - DAY_MS, known_before=known_before),
            people=await self._people(row),
            events=tuple(_happened(latest[seq], entities) for seq in sorted(latest, reverse=True)[:EVENTS_SHOWN]),
            homes=dict(homes),
            since_ms=since_ms,
            now_ms=now_ms,
        )

    async def _day(self, row: HouseDevice, now_ms: int) -> tuple[list[Entry], int]:
        """Return what happened in the last day, newest first, or since when it is that much."""
        begin_ms, oldest_ms, before_seq = now_ms - DAY_MS, now_ms, None
        found: list[Entry] = []
        for _ in range(MOST_WALKS):
            walk = Walk(row.home, MOST_EVENTS - len(found), before_seq, device=row.id, from_ms=begin_ms)
            walked = await self.events.walk(walk)
            found += [entry for entry in walked.entries if entry.event.reason not in _NOTHING]
            before_seq = walked.before_seq
            if before_seq is None:
                return found, begin_ms
            if walked.entries:
                oldest_ms = walked.entries[-1].recorded_at_ms
            if len(found) >= MOST_EVENTS:
                break
        return found, oldest_ms

    async def _is_older(self, row: HouseDevice, of_day: Sequence[Entry]) -> bool:
        """Tell whether a device did anything before all this."""
        page = Page(row.home, row.id, 0, 1, of_day[-1].seq if of_day else None)
        return bool(await self.events.history(page))

    async def _details(
        self, entities: Sequence[Entity], of_day: Sequence[Entry], since_ms: int, *, known_before: bool
    ) -> tuple[ThingDetail, ...]:
        """Return more about each thing: settings, diagnoses and what tells of the device as a whole come last."""
        device = entities[0].device.id
        minor = minor_of(self.paired.met(), self.paired.described(), {device})
        possible = self._possible(device)
        sensors = [each.id for each in entities if each.kind is EntityKind.SENSOR and each.id not in minor]
        changes = await asyncio.to_thread(_by_thing, of_day, entities)
        found = []
        for entity in sorted(entities, key=lambda each: (each.id in minor, each.kind in OF_THE_WHOLE)):
            measured = entity.id in sensors[:MOST_MEASURED]
            readings = await self.readings.since(entity.home, entity.id, since_ms) if measured else []
            state = self.lately.state_of(entity.id)
            found.append(
                ThingDetail(
                    row=thing_of(entity, state, minor=entity.id in minor),
                    topics=entity.dialect.state_topics,
                    presses=state.presses,
                    orders=orders_of(entity),
                    possible=possible.get(entity.id, ()),
                    changes=tuple(changes[entity.id]),
                    readings=tuple((each.at_ms, each.value) for each in readings),
                    known_before=known_before,
                )
            )
        return tuple(found)

    def _possible(self, device: str) -> dict[str, tuple[str, ...]]:
        """Return what a person may say that each thing is, first what it says itself; nothing where there is no choice.

        What stands in the configuration is what it says there.
        """
        kept = next((each for each in self.paired.met().values() if each.id == device), None)
        described = None if kept is None else self.paired.described().get(kept.key)
        if kept is None or described is None:
            return {}
        return {
            paired.id: (each.kind.value, *(other.value for other in others))
            for each in described.entities
            if (paired := kept.entities.get(each.id)) and (others := possible_kinds(each.kind, each.unit))
        }

    async def _people(self, device: HouseDevice) -> tuple[PersonRow, ...]:
        taken = (await self.exposure.taken_away([device.id])).get(device.id, [])
        users = await self.accounts.users()
        return tuple(PersonRow(user.name, user.name not in taken) for user in users if user.home == device.home)


def _by_thing(of_day: Sequence[Entry], entities: Iterable[Entity]) -> defaultdict[str, list[ChangeRow]]:
    """Return what happened to each thing, oldest first. What happens to a device as a whole has the device's id."""
    whole = {each.kind: each.id for each in entities}
    found: defaultdict[str, list[ChangeRow]] = defaultdict(list)
    for entry in reversed(of_day):
        event = entry.event
        of_whole = _OF_THE_DEVICE.get(event.kind.partition(".")[0])
        thing = event.entity if of_whole is None else whole.get(of_whole, "")
        found[thing].append(ChangeRow(entry.recorded_at_ms, event.kind, event.before, event.after))
    return found


def _happened(entry: Entry, entities: Iterable[Entity]) -> HappenedRow:
    thing = next((each.name for each in entities if each.id == entry.event.entity), "")
    return HappenedRow(entry.event.kind, thing, entry.recorded_at_ms, entry.event.reason or "")
