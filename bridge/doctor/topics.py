"""Does each configured topic speak, and is it understood?"""

from collections.abc import Iterable, Mapping, Sequence

from bridge.desk.rows import Condition, DeviceRow, TopicHeard
from bridge.devices.entity import EntityKind
from bridge.devices.filters import is_filter
from bridge.devices.topics import matches
from bridge.doctor.check import Check, ok, warning


def check_topics(devices: Sequence[DeviceRow], condition: Condition | None) -> Iterable[Check]:
    """Say for each topic whether anything was ever heard there. A daemon knows more than the database."""
    if condition is None:  # the database keeps states, and a custom event has none
        devices = [device for device in devices if device.kind != EntityKind.CUSTOM]
    topics = sorted({topic for device in devices for topic in device.topics})
    found = {topic: None if condition is None else _heard(topic, condition.heard) for topic in topics}
    speaking = {device.device for device in devices if any(found[topic] is not None for topic in device.topics)}
    for topic in topics:
        speakers = [device for device in devices if topic in device.topics]
        yield _check(topic, speakers, found[topic], speaks=speaking.issuperset(each.device for each in speakers))


def _heard(topic: str, heard: Mapping[str, TopicHeard]) -> TopicHeard | None:
    """Return what was heard last on a topic, or on those that a filter takes; a trouble goes before."""
    if not is_filter(topic):
        return heard.get(topic)
    found = [each for name, each in heard.items() if matches(topic, name)]
    return max(found, key=lambda each: (bool(each.trouble), each.at), default=None)


def _check(topic: str, speakers: Sequence[DeviceRow], heard: TopicHeard | None, *, speaks: bool) -> Check:
    """Say how it is with one topic. `speaks`: who should speak there does so on other topics."""
    name, names = f"topic {topic}", ", ".join(dict.fromkeys(device.name for device in speakers))
    if heard is not None and heard.trouble:
        return warning(
            name,
            f"{names}: the message at {heard.at} was not understood: {heard.trouble}",
            f"compare kind, schema and words of the device with what it says: mosquitto_sub -v -t '{topic}'",
        )
    if heard is not None:
        return ok(name, f"{names}: heard at {heard.at}")
    since = max((device.since for device in speakers if device.since is not None), default=None)
    if since is not None:
        return ok(name, f"{names}: known from before; its state is the same since {since}")
    if any(device.presses for device in speakers):
        return ok(name, f"{names}: has been pressed before")
    if speaks:
        return ok(name, f"{names}: {_elsewhere(speakers)}")
    return warning(
        name,
        f"{names}: nothing was ever heard here",
        "use the device once; then compare the topic, capitals too, with what is said: mosquitto_sub -v -t '#'",
    )


def _elsewhere(speakers: Sequence[DeviceRow]) -> str:
    if all(device.kind == EntityKind.AVAILABILITY for device in speakers):
        return "speaks, but nobody says here whether it is online; in Zigbee2MQTT that is the setting availability"
    return "nothing was heard here, but on its other topics"
