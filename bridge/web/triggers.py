"""The endpoints of triggers: polls, the end of an identity, and the choices of fields."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from aiohttp import web

from bridge.errors import BadInput, NoSuchResource
from bridge.homes.sight import Sight
from bridge.homes.user import User
from bridge.ifttt.declaring import Trigger
from bridge.ifttt.household import Choice, Household, HouseholdOf
from bridge.ifttt.identities import MAX_IDENTITY_CHARACTERS, Identities, Identity, IdentityKey
from bridge.ifttt.samples import SampleHousehold, sample_entries
from bridge.ifttt.service import TRIGGERS
from bridge.ifttt.triggers import check_fields, items_of, read_limit
from bridge.timeline.entry import TimelineKey
from bridge.timeline.timeline import WINDOW, Question, Timelines, first_sight_seq, question_of
from bridge.web.answers import AnswerKey, Answers
from bridge.web.bodies import read_object
from bridge.web.caller import Caller
from bridge.web.envelope import Encoded, encode_data, respond, respond_empty, respond_with_data

MAX_POLLED_NOTES: Final = 100_000
MAX_LAST_ASKED: Final = 4096
"""Of how many identities it is known what they ask; of others it is worked out again, which takes microseconds."""
_NOTHING_SEEN: Final = encode_data([])

log = structlog.get_logger("bridge.web")


class IdentityRegister(Protocol):
    """Where identities are kept."""

    async def keep(self, identity: Identity) -> None:
        """Write an identity down."""
        ...

    async def remove(self, key: IdentityKey, *, now_ms: int) -> None:
        """Mark an identity as removed."""
        ...


@dataclass(frozen=True, slots=True)
class TriggerParts:
    """What the endpoints of triggers work with. `clock_ms` gives epoch milliseconds; `newest_seq` the last committed.

    `forgotten` and `polled` hear of the end of an identity, and of each poll that is no test; `shown` hears of the
    newest event that such a poll was answered with.
    `everything`: show a new identity all there is, not only what came since shortly before its first sight.
    """

    timelines: Timelines
    identities: Identities
    register: IdentityRegister
    answers: Answers
    household_of: HouseholdOf
    sight_of: Callable[[User], Sight]
    newest_seq: Callable[[], int]
    clock_ms: Callable[[], int]
    forgotten: Callable[[IdentityKey], None]
    polled: Callable[[IdentityKey], None] = lambda _key: None
    shown: Callable[[IdentityKey, int], None] = lambda _key, _seq: None
    everything: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class _LastAsked:
    """What an identity asked the last time, and all that this followed from. `asked` None: nothing of it is seen."""

    identity: Identity
    sight: Sight
    since_seq: int
    limit: int
    asked: AnswerKey | None

    def is_for(self, identity: Identity, sight: Sight, since_seq: int, limit: int) -> bool:
        """Tell whether the same follows now. Identities and sights never change: others take their place."""
        return self.identity is identity and self.sight is sight and self.since_seq == since_seq and self.limit == limit


class TriggerEndpoints:
    """Answers polls from committed entries."""

    def __init__(self, parts: TriggerParts) -> None:
        self._parts = parts
        self._first_sight = asyncio.Lock()
        self._without_room: set[str] = set()
        self._polled: dict[IdentityKey, int] = {}
        self._last_asked: dict[IdentityKey, _LastAsked] = {}

    def take_polled(self) -> dict[IdentityKey, int]:
        """Return when identities polled last (epoch, milliseconds), since the last call."""
        polled, self._polled = self._polled, {}
        return polled

    async def poll(self, request: web.BaseRequest, caller: Caller, slug: str) -> web.StreamResponse:
        """Answer a poll: the newest items of the timeline that the fields ask for."""
        trigger = trigger_of(slug)
        body = await read_object(request)
        given, limit = body.get("triggerFields"), read_limit(body.get("limit"))
        if caller.set_up_at_ms is not None:
            fields = check_fields(trigger, given, SampleHousehold(), known=None)
            entries = sample_entries(trigger, fields, set_up_at_ms=caller.set_up_at_ms)
            return respond_with_data(items_of(trigger, entries[:limit]), request)
        key = _identity_key(caller, body.get("trigger_identity"))
        identity = None if key is None else self._parts.identities.find(key)
        if identity is not None and identity.trigger == slug and identity.fields == given:
            asked = self._again(caller.user, identity, limit)
        else:
            identity, question = await self._question(caller, identity, key, trigger, given, limit)
            asked = None if question is None else AnswerKey(slug, question)
        if identity is not None and not caller.test:
            self._note_poll(identity.key)
        if asked is None:
            return respond(_NOTHING_SEEN, request)
        answer = self._parts.answers.find(asked) or await self._answer(trigger, asked)
        if answer.newest_seq and identity is not None and not caller.test:
            self._parts.shown(identity.key, answer.newest_seq)
        return respond(answer, request)

    async def forget(self, request: web.BaseRequest, caller: Caller, slug: str, identity: str) -> web.Response:  # noqa: ARG002 -- one shape for all endpoints
        """End an identity: nobody uses it any more. One that is not known is ended already."""
        trigger_of(slug)
        key = _identity_key(caller, identity)
        if key is not None and not caller.test:
            async with self._first_sight:  # else a poll under way could bring it back, in memory alone
                await self._parts.register.remove(key, now_ms=self._parts.clock_ms())
                self._parts.identities.remove(key)
                self._polled.pop(key, None)
                self._last_asked.pop(key, None)
                self._parts.forgotten(key)
        return respond_empty()

    async def options(self, request: web.BaseRequest, caller: Caller, slug: str, field: str) -> web.StreamResponse:
        """Return the choices of a field. The body says nothing of use and may be anything."""
        declared = next((each for each in trigger_of(slug).fields if each.slug == field and each.has_options), None)
        if declared is None:
            raise NoSuchResource("There is no such field with choices.")
        household = household_for(caller, self._parts.household_of)
        return options_response(declared.choices(household), request)

    async def _question(
        self,
        caller: Caller,
        identity: Identity | None,
        key: IdentityKey | None,
        trigger: Trigger,
        given: object,
        limit: int,
    ) -> tuple[Identity | None, Question | None]:
        """Work out what a poll asks that is not simply the one before again."""
        known = identity.fields if identity is not None and identity.trigger == trigger.slug else None
        fields = check_fields(trigger, given, self._parts.household_of(caller.user), known=known)
        if known is None or known != fields:
            identity = await self._meet(caller, key, trigger, fields)
        if identity is None:
            return None, self._seen(caller.user, trigger.timeline(caller.user.home, fields), 0, limit)
        return identity, self._seen(caller.user, identity.timeline, identity.start_seq, limit)

    def _again(self, user: User, identity: Identity, limit: int) -> AnswerKey | None:
        """Return what an identity asks whose fields are as they were. It is most often what it asked the last time."""
        sight = self._parts.sight_of(user)
        last = self._last_asked.get(identity.key)
        if last is not None and last.is_for(identity, sight, user.since_seq, limit):
            return last.asked
        question = question_of(identity.timeline, sight, start_seq=max(identity.start_seq, user.since_seq), limit=limit)
        asked = None if question is None else AnswerKey(identity.trigger, question)
        if len(self._last_asked) >= MAX_LAST_ASKED:
            del self._last_asked[next(iter(self._last_asked))]
        self._last_asked[identity.key] = _LastAsked(identity, sight, user.since_seq, limit, asked)
        return asked

    def _seen(self, user: User, timeline: TimelineKey, start_seq: int, limit: int) -> Question | None:
        """Ask for what this user sees of a timeline, None where that is nothing."""
        sight = self._parts.sight_of(user)
        return question_of(timeline, sight, start_seq=max(start_seq, user.since_seq), limit=limit)

    async def _meet(
        self, caller: Caller, key: IdentityKey | None, trigger: Trigger, fields: dict[str, str]
    ) -> Identity | None:
        """Write down an identity seen for the first time, or anew. None where nothing may be or can be kept."""
        if key is None or caller.test:
            return None
        async with self._first_sight:  # Applets that share an identity all appear at once
            parts = self._parts
            met = parts.identities.find(key)
            if met is not None and met.trigger == trigger.slug and met.fields == fields:
                return met
            if met is None and not parts.identities.has_room(key.user):
                if key.user not in self._without_room:
                    self._without_room.add(key.user)  # said once, not with each of the polls that go on
                    log.warning("identity.too_many", user=key.user, note="more Applets are not told in real time")
                return None
            if met is None and key.user in self._without_room:
                self._without_room.remove(key.user)
                log.info("identity.room_again", user=key.user)
            newest_seq, now_ms = parts.newest_seq(), parts.clock_ms()
            timeline = trigger.timeline(caller.user.home, fields)
            everything = parts.everything()
            seen = None if everything else self._seen(caller.user, timeline, 0, WINDOW)
            recent = [] if seen is None else await parts.timelines.newest(seen)
            start_seq = 0 if everything else first_sight_seq(recent, now_ms, newest_seq)
            identity = Identity(key, trigger.slug, fields, timeline, now_ms, start_seq, newest_seq, now_ms)
            await parts.register.keep(identity)
            parts.identities.add(identity)
            log.info("identity.first_seen", trigger=trigger.slug, user=key.user, identity=key.identity)
            return identity

    async def _answer(self, trigger: Trigger, asked: AnswerKey) -> Encoded:
        """Read an answer that is not kept."""
        answers = self._parts.answers
        reading = answers.begin(asked.question.key)
        try:
            entries = await self._parts.timelines.newest(asked.question)
            encoded = encode_data(items_of(trigger, entries), newest_seq=entries[0].seq if entries else 0)
            answers.keep(asked, encoded, reading)
        finally:
            answers.end(reading)
        return encoded

    def _note_poll(self, key: IdentityKey) -> None:
        self._parts.polled(key)
        now_ms = self._parts.clock_ms()
        if self._parts.identities.polled(key, now_ms):
            log.info("identity.back", user=key.user, identity=key.identity)
        if len(self._polled) < MAX_POLLED_NOTES:
            self._polled[key] = now_ms


def household_for(caller: Caller, household_of: HouseholdOf) -> Household:
    """Return what a caller may choose from: the test user has a made-up home of its own."""
    return SampleHousehold() if caller.set_up_at_ms is not None else household_of(caller.user)


def options_response(choices: list[Choice], request: web.BaseRequest) -> web.StreamResponse:
    """Answer with choices."""
    return respond_with_data([{"label": choice.label, "value": choice.value} for choice in choices], request)


def trigger_of(slug: str) -> Trigger:
    """Return a declared trigger. Raises NoSuchResource."""
    trigger = TRIGGERS.get(slug)
    if trigger is None:
        raise NoSuchResource("There is no such trigger.")
    return trigger


def _identity_key(caller: Caller, identity: object) -> IdentityKey | None:
    if identity is None or identity == "":
        return None
    if not isinstance(identity, str) or len(identity) > MAX_IDENTITY_CHARACTERS or not identity.isprintable():
        raise BadInput("trigger_identity must be a short text.")
    return IdentityKey(caller.client, caller.user.id, identity)
