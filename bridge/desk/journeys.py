"""What became of events, as a person asks for it: walking back through a timeline, tracing, and listing Applets.

Reads what is needed and lets ifttt/journeys.py judge; the rows are made in applet_rows.py.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from bridge.desk.applet_rows import Facts, Names, applet_row, arrived_row, verdict_row
from bridge.desk.event_rows import event_row
from bridge.desk.journey_rows import AppletJourney, AppletPage, AppletRow, JourneyRow, TimelinePage, Traced
from bridge.desk.prefixes import LEAST_ID_CHARACTERS
from bridge.desk.requests import JourneyRequest, ListApplets, ReadTimeline, Trace
from bridge.devices.catalogue import Catalogue
from bridge.errors import AccountError
from bridge.events import family_of
from bridge.homes.sight import Sights
from bridge.ifttt.applets import Applet
from bridge.ifttt.household import names_of
from bridge.ifttt.identities import IdentityKey
from bridge.ifttt.ingredients import iso_time
from bridge.ifttt.journey_words import reason_words
from bridge.ifttt.journeys import Verdict, concerned_first, is_about, is_meant, judge, triggers_of
from bridge.ifttt.reached import Reached, meant_of, reached
from bridge.ifttt.watermarks import KeptMoves, Moves
from bridge.storage.applets import Applets
from bridge.storage.events import Events
from bridge.storage.watermarks import KeptWatermarks
from bridge.timeline.entry import Entry
from bridge.timeline.history import Walk
from bridge.timeline.timeline import Question, question_of

PAGE: Final = 100
MOST_EVENTS: Final = 200
COUNTED: Final = 200
MOST_VERDICTS: Final = 200
RECENT: Final = 10
MOST_LOOKED_AT: Final = 200
"""So many Applets are looked at for a page of a timeline: each has its moves, and there is a page for each event."""

ALIKE: Final = 20
"""So many Applets with the same identity are told of at most: each user and client may have one."""


def _nothing(_key: IdentityKey) -> Moves:
    return Moves([], [])


def _unknown(_key: IdentityKey) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Journeys:
    """Answers about journeys. `unwritten`, `polled_ms`: what a daemon has noted and not yet written of an identity."""

    applets: Applets
    watermarks: KeptWatermarks
    events: Events
    catalogue: Callable[[], Catalogue]
    sights: Callable[[], Sights]
    clock_ms: Callable[[], int]
    unwritten: Callable[[IdentityKey], Moves] = _nothing
    polled_ms: Callable[[IdentityKey], int] = _unknown

    async def answer(self, request: JourneyRequest) -> object:
        """Answer. Raises AccountError for what there is not."""
        match request:
            case ReadTimeline():
                return await self._timeline(request)
            case ListApplets():
                return await self._list(request)
            case Trace():
                return await self._trace(request)
            case _:
                assert_never(request)

    async def _timeline(self, request: ReadTimeline) -> TimelinePage:
        walked = await self.events.walk(
            Walk(
                request.home,
                max(1, min(request.limit, MOST_EVENTS)),
                request.before,
                device=request.device,
                kind=request.kind,
                from_ms=request.from_ms,
                until_ms=request.until_ms,
            )
        )
        found = await self._reached(request.home, walked.entries) if request.reached else ()
        return TimelinePage([event_row(entry) for entry in walked.entries], walked.before_seq, tuple(found))

    async def _reached(self, home: str, entries: Sequence[Entry]) -> list[Reached]:
        """Return how far each has come, as far as the newest Applets of the home tell."""
        kinds = {entry.event.kind for entry in entries if entry.offered}
        triggers = {slug for kind in kinds for slug in triggers_of(kind)}
        found = (await self.applets.meant(home, triggers))[:MOST_LOOKED_AT]
        meant = meant_of(entries, map(self._as_now, found))
        things = {entry.event.entity for entry, applets in meant if applets}
        sharing = {thing: await self.applets.sharing(home, thing) for thing in things}
        applets = {applet.key: applet for _, each in meant for applet in each}
        return reached(meant, sharing, await self._moves(applets.values()))

    async def _list(self, request: ListApplets) -> AppletPage:
        found, after = await self.applets.page(request.home, request.after, PAGE)
        return AppletPage(await self._rows(found), after)

    async def _rows(self, found: Sequence[Applet]) -> list[AppletRow]:
        applets = [self._as_now(each) for each in found]
        moves = await self._moves(applets)
        asked = [self._question(each) for each in applets]
        counts = iter(await self.events.count([each for each in asked if each is not None]))
        names = {home: await self._names(home, applets) for home in {each.home for each in applets}}
        return [
            applet_row(
                Facts(each, moves[each.key], names[each.home], self.clock_ms()),
                0 if question is None else next(counts),
                most=COUNTED,
            )
            for each, question in zip(applets, asked, strict=True)
        ]

    def _question(self, applet: Applet) -> Question | None:
        """Return what IFTTT may ask for, were it to ask now."""
        if applet.timeline is None:
            return None
        sight = self.sights().of(applet.home, applet.key.user)
        start_seq = max(applet.start_seq, applet.user_since_seq)
        return question_of(applet.timeline, sight, start_seq=start_seq, limit=COUNTED)

    async def _trace(self, request: Trace) -> Traced:
        text = request.id.strip()
        if not text:
            entries = await self.events.latest()
            if not entries:
                raise AccountError("nothing has happened yet")
            return Traced(await self._journey(entries[0], everything=request.everything))
        if len(text) < LEAST_ID_CHARACTERS:
            raise AccountError(f"give at least {LEAST_ID_CHARACTERS} characters of the id of an event or an Applet")
        entries = await self.events.beginning(text.lower(), 2)
        applets = _of_one_identity(await self.applets.beginning(text, ALIKE), text)
        _check_one(text, entries, applets)
        if entries:
            return Traced(await self._journey(entries[0], everything=request.everything))
        rows = await self._rows(applets)
        return Traced(applets=tuple([await self._recent(*each) for each in zip(applets, rows, strict=True)]))

    async def _journey(self, entry: Entry, *, everything: bool) -> JourneyRow:
        event = entry.event
        found = await self.applets.meant(event.home, None if everything else triggers_of(event.kind))
        meant = triggers_of(event.kind)
        near = [each for each in found if each.trigger in meant or is_about(event, each)]
        verdicts = concerned_first(await self._judged(entry, near))
        shown = verdicts[:MOST_VERDICTS]
        names = await self._names(event.home, [each.applet for each in shown], event.entity, event.device)
        pressed_ms = event.device_time_ms
        return JourneyRow(
            event=event_row(entry),
            arrived=arrived_row(entry),
            name=names(event.entity),
            before=event.before,
            after=event.after,
            device_time=None if pressed_ms is None else iso_time(pressed_ms),
            reason=reason_words(entry, names),
            applets=tuple(verdict_row(each, entry, names, self.clock_ms()) for each in shown),
            left_out=len(verdicts) - len(shown),
        )

    async def _judged(self, entry: Entry, found: Iterable[Applet]) -> list[Verdict]:
        applets = [self._as_now(each) for each in found]
        sharing = await self.applets.sharing(entry.event.home, entry.event.entity)
        moves = await self._moves([each for each in applets if is_meant(entry.event, each)])
        return [judge(entry, each, sharing, moves.get(each.key, KeptMoves([], []))) for each in applets]

    async def _recent(self, applet: Applet, row: AppletRow) -> AppletJourney:
        """Return what became of the newest events of the sort that an Applet waits for."""
        timeline = applet.timeline
        if timeline is None:
            return AppletJourney(row, ())
        entity = None if timeline.entity is None else self.catalogue().owned(timeline.entity)
        device = None if entity is None else entity.device.id
        kind = family_of(timeline.kind)[0]
        walk = Walk(applet.home, RECENT, device=device, entity=timeline.entity, kind=kind)
        entries = (await self.events.walk(walk)).entries
        names = await self._names(applet.home, [applet], *(each.event.entity for each in entries))
        steps = []
        for entry in entries:
            (verdict,) = await self._judged(entry, [applet])
            steps.append((event_row(entry), verdict_row(verdict, entry, names, self.clock_ms())))
        return AppletJourney(row, tuple(steps))

    async def _moves(self, applets: Iterable[Applet]) -> dict[IdentityKey, KeptMoves]:
        """Return how far each was told and has asked, what is not written yet included."""
        keys = [each.key for each in applets]
        unwritten = {key: self.unwritten(key) for key in keys}  # before: what is written meanwhile is then seen twice
        kept = await self.watermarks.of(keys)
        for key, moves in unwritten.items():
            kept.setdefault(key, KeptMoves([], [])).take_in(moves)
        return kept

    async def _names(self, home: str, applets: Iterable[Applet], *more: str) -> Names:
        """Return how to call what these speak of: as it is called now, or was when it was there."""
        timelines = [each.timeline for each in applets]
        things = {*more, *(each.entity for each in timelines if each is not None and each.entity is not None)}
        known = await self.applets.names(home, things)
        present = [each for each in self.catalogue() if each.home == home]
        devices = {each.device.id for each in present if each.id in things or each.device.id in things}
        alive = [each for each in present if each.device.id in devices]
        return Names(known | {each.device.id: each.device.name for each in alive} | names_of(alive))

    def _as_now(self, applet: Applet) -> Applet:
        polled_ms = self.polled_ms(applet.key)
        return replace(applet, last_polled_ms=polled_ms) if polled_ms > applet.last_polled_ms else applet


def _of_one_identity(applets: list[Applet], text: str) -> list[Applet]:
    """Return those of the very identity, if there is one that is the whole text."""
    return [each for each in applets if each.key.identity == text] or applets


def _check_one(text: str, entries: Sequence[Entry], applets: Sequence[Applet]) -> None:
    count = len(entries) + len({each.key.identity for each in applets})
    if not count:
        raise AccountError(
            f"there is no event and no Applet {text!r}; `ifttt-bridge events` and `ifttt-bridge applets` show which "
            "there are"
        )
    if count > 1:
        raise AccountError(f"several events or Applets begin with {text!r}; give more of the id")
