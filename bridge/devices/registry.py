"""Which devices have described themselves, whatever convention they speak. Knows neither who is accepted nor storage.

A registry is the committed truth of a moment. A batch takes its messages on a copy, which takes the registry's place
when the batch is committed, and is thrown away with it when it is not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Final

from bridge.commands import Publication
from bridge.devices.admission import MAX_TOPIC_BYTES, Admission, OwnTopics
from bridge.devices.allowance import Spent
from bridge.devices.described import Announcement, Convention, DescribedDevice, KeptPart, PartKey, Told, Unserved
from bridge.devices.description_topics import DescriptionTopics, GroupKey
from bridge.devices.merging import DeviceKey, put_together, shadowed
from bridge.devices.quota import Limits, OverLimit, Quota
from bridge.errors import UnreadableMessage

_NOTHING: Final = Announcement()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A description that is not taken, or comes to nothing, and why. `again`: it was told before."""

    source: str
    reason: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A convention that failed in a way it must not, at a message or at a group that was kept."""

    source: str
    error: Exception


@dataclass(frozen=True, slots=True)
class Change:
    """What a message changes. `parts`: what to keep of it, None where a part is to be deleted: in one transaction."""

    parts: Mapping[PartKey, bytes | None] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Taking:
    """What has become of a message so far, or of the kept ones: what changed, and what went wrong."""

    parts: dict[PartKey, bytes | None] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Group:
    """What is kept of a group, and what it comes to."""

    parts: Mapping[str, bytes]
    announcement: Announcement

    @property
    def size(self) -> int:
        return sum(map(len, self.parts.values()))

    def identities(self, source: str) -> set[tuple[str, str, str]]:
        """Return the source, the device and the id of each entity."""
        return {(source, device.id, each.id) for device in self.announcement.devices for each in device.entities}


_NO_GROUP: Final = _Group({}, _NOTHING)


class Registry:
    """All described devices. `own_topics`: where the bridge itself speaks; one with a slash at its end stands for all
    below it.
    """  # noqa: D205 -- one sentence

    def __init__(
        self,
        conventions: Sequence[Convention] = (),
        kept: Iterable[KeptPart] = (),
        *,
        own_topics: Iterable[str] = (),
        limits: Limits | None = None,
    ) -> None:
        self._conventions = {convention.source: convention for convention in conventions}
        self._topics = DescriptionTopics((convention.source, convention.filters) for convention in conventions)
        self._admission = Admission(OwnTopics(tuple(own_topics)), self._topics.describing)
        self._quota = Quota(limits or Limits())
        self._groups: dict[GroupKey, _Group] = {}
        self._known: dict[tuple[str, str, str], int] = {}
        self._holders: dict[tuple[str, str], frozenset[str]] = {}
        self._view: Mapping[DeviceKey, DescribedDevice] | None = None
        self._shadowed: Mapping[DeviceKey, DeviceKey] = {}
        self._answers: frozenset[str] | None = None
        self.refusals = 0
        taking = _Taking()
        self._load(kept, taking)
        self.refused, self.faults = tuple(taking.refused), tuple(taking.faults)

    def copy(self) -> "Registry":
        """Return a registry on which a batch takes its messages, and which nobody else sees."""
        new = copy(self)
        new._topics, new._quota = self._topics.copy(), self._quota.copy()  # noqa: SLF001 -- one of its own kind
        new._groups, new._known = dict(self._groups), dict(self._known)  # noqa: SLF001 -- the same
        new._holders = dict(self._holders)  # noqa: SLF001 -- the same
        return new

    @property
    def filters(self) -> tuple[str, ...]:
        """Where to listen for descriptions, sorted."""
        return self._topics.filters

    @property
    def questions(self) -> tuple[Publication, ...]:
        """What to publish after each connection, so that devices announce themselves and say how they are."""
        general = (convention.questions for convention in self._conventions.values())
        own = (group.announcement.questions for _, group in sorted(self._groups.items()))
        return tuple(dict.fromkeys(chain.from_iterable((*general, *own))))

    @property
    def answers(self) -> frozenset[str]:
        """Where devices answer questions, and say nothing else."""
        if self._answers is None:
            announced = (group.announcement for group in self._groups.values())
            self._answers = frozenset(topic for each in announced for topic in each.answers)
        return self._answers

    @property
    def devices(self) -> Mapping[DeviceKey, DescribedDevice]:
        """All devices that count, by source and id."""
        if self._view is None:
            fragments = (
                (key[0], device) for key, group in sorted(self._groups.items()) for device in group.announcement.devices
            )
            whole = put_together(fragments)
            self._shadowed = MappingProxyType(shadowed(whole))
            self._view = MappingProxyType({key: whole[key] for key in sorted(whole) if key not in self._shadowed})
        return self._view

    @property
    def shadowed(self) -> Mapping[DeviceKey, DeviceKey]:
        """Devices that do not count while a native source describes the same hardware, each with that device."""
        _ = self.devices
        return self._shadowed

    @property
    def unserved(self) -> frozenset[tuple[str, Unserved]]:
        """What is described and not served, by source: of devices, and of no device."""
        announced = [(source, group.announcement) for (source, _), group in self._groups.items()]
        loose = {(source, each) for source, announcement in announced for each in announcement.unserved}
        return frozenset(loose) | {
            (source, each)
            for source, announcement in announced
            for device in announcement.devices
            for each in device.unserved
        }

    @property
    def parts(self) -> tuple[KeptPart, ...]:
        """All that is kept, by source, group and key."""
        return tuple(
            KeptPart(source, name, key, content)
            for (source, name), group in sorted(self._groups.items())
            for key, content in sorted(group.parts.items())
        )

    def concerns(self, topic: str) -> bool:
        """Tell whether messages on a topic may describe devices."""
        return bool(self._conventions) and bool(self._topics.sources_at(topic))

    def take(self, topic: str, payload: bytes, *, now_ms: int) -> Change | None:
        """Take in a message that may describe devices; None when it changes nothing."""
        taking = _Taking()
        for source in self._topics.sources_at(topic):
            try:
                told = self._tell(source, topic, payload)
                if told is not None:
                    self._let_in(source, told, taking, now_ms)
            except OverLimit as error:
                self.refusals += 1
                taking.refused.append(Refusal(source, str(error), again=self._quota.was_told(source, error)))
            except UnreadableMessage as error:
                self.refusals += 1
                taking.refused.append(Refusal(source, error.reason))
            except Exception as error:  # noqa: BLE001 -- the edge of one message: a broken convention takes none along
                taking.faults.append(Fault(source, error))
        if not (taking.parts or taking.refused or taking.faults):
            return None
        return Change(taking.parts, tuple(taking.refused), tuple(taking.faults))

    def _tell(self, source: str, topic: str, payload: bytes) -> Told | None:
        self._quota.check_message(payload)
        if len(topic.encode()) > MAX_TOPIC_BYTES:
            raise UnreadableMessage("a topic that is too long")
        return self._conventions[source].tell(topic, payload)

    def _let_in(self, source: str, told: Told, taking: _Taking, now_ms: int) -> None:
        """Let what a message told take its place, and take it from where it was. Raises OverLimit."""
        if told.group:
            self._change(source, told, taking, now_ms)
        for name in told.parts if told.sole else ():
            for group in sorted(self._holders.get((source, name), frozenset()) - {told.group}):
                self._change(source, Told(group, {name: b""}), taking, now_ms)

    def _change(self, source: str, told: Told, taking: _Taking, now_ms: int) -> None:
        """Let a group have other parts. Raises OverLimit."""
        key, quota = (source, told.group), self._quota
        old = self._groups.get(key, _NO_GROUP)
        parts = _with(old.parts, told)
        changed = [name for name in {**old.parts, **parts} if parts.get(name) != old.parts.get(name)]
        if not changed:
            return
        for name in changed:
            quota.check_part(parts.get(name, b""))
        known = [(*key, name) for name in changed if name in old.parts]
        grown = sum(len(parts.get(name, b"")) - len(old.parts.get(name, b"")) for name in changed)
        quota.check_room(source, told.group, parts, grown=grown, new=key not in self._groups)
        spent = quota.check_changes(known, told.group, now_ms)
        new = _Group(parts, self._read(key, parts, taking))
        quota.take(self._allow(source, old, new, now_ms), spent)
        self._replace(key, old, new)
        taking.parts |= {(*key, name): parts.get(name) for name in changed}

    def _allow(self, source: str, old: _Group, new: _Group, now_ms: int) -> Spent | None:
        """Return what is left for new entities after a description. Raises OverLimit."""
        before, after = old.identities(source), new.identities(source)
        added = sum(identity not in self._known for identity in after)
        gone = sum(self._known[identity] == 1 for identity in before - after)
        return self._quota.check_entities(added, before=len(self._known) - gone, now_ms=now_ms)

    def _read(self, key: GroupKey, parts: Mapping[str, bytes], taking: _Taking) -> Announcement:
        """Return what parts come to. What cannot be read comes to nothing, and is kept: another part may mend it."""
        if not parts:
            return _NOTHING
        source, group = key
        try:
            return self._admission.of(self._conventions[source].read(group, parts))
        except UnreadableMessage as error:
            self.refusals += 1
            taking.refused.append(Refusal(source, error.reason))
        except Exception as error:  # noqa: BLE001 -- the edge of one description: it takes no others along
            taking.faults.append(Fault(source, error))
        return _NOTHING

    def _replace(self, key: GroupKey, old: _Group, new: _Group) -> None:
        source = key[0]
        if new.parts:
            self._groups[key] = new
        else:
            self._groups.pop(key, None)
        self._quota.resize(source, grown=new.size - old.size, groups=bool(new.parts) - bool(old.parts))
        before, after = old.identities(source), new.identities(source)
        for identity in before - after:
            self._known[identity] -= 1
            if not self._known[identity]:
                del self._known[identity]
        for identity in after - before:
            self._known[identity] = self._known.get(identity, 0) + 1
        for name in {**old.parts, **new.parts}:
            held = self._holders.get((source, name), frozenset()) - {key[1]}
            held |= {key[1]} if name in new.parts else frozenset()
            self._holders[source, name] = held
            if not held:
                del self._holders[source, name]
        self._topics.ask(key, old.announcement.topics, new.announcement.topics)
        self._view = None
        self._answers = None

    def _load(self, kept: Iterable[KeptPart], taking: _Taking) -> None:
        """Read what was kept of the conventions that are spoken now."""
        by_group: defaultdict[GroupKey, dict[str, bytes]] = defaultdict(dict)
        for part in kept:
            if part.source in self._conventions:
                by_group[part.source, part.group][part.key] = part.content
        for key, parts in sorted(by_group.items()):
            self._replace(key, _NO_GROUP, _Group(parts, self._read(key, parts, taking)))


def _with(parts: Mapping[str, bytes], told: Told) -> dict[str, bytes]:
    """Return the parts of a group after a message."""
    changed = {} if told.whole else dict(parts)
    for key, content in told.parts.items():
        if content:
            changed[key] = content
        else:
            changed.pop(key, None)
    return changed
