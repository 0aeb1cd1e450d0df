"""What each component of Home Assistant comes to here. One function for each that is served; a table of all."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from bridge.commands import Wish
from bridge.devices.covers import CLOSED, CLOSING, OPEN, OPENING, STOPPED
from bridge.devices.dialects.homeassistant.binaries import binary_sensor
from bridge.devices.dialects.homeassistant.covers import Cover
from bridge.devices.dialects.homeassistant.events import event
from bridge.devices.dialects.homeassistant.fields import Fields
from bridge.devices.dialects.homeassistant.lights import light
from bridge.devices.dialects.homeassistant.orders import Order, WordOrders
from bridge.devices.dialects.homeassistant.positions import POSITION_NAMES, Span
from bridge.devices.dialects.homeassistant.served import Served
from bridge.devices.dialects.homeassistant.states import NO_ORDERS, NumberState, WordState
from bridge.devices.dialects.homeassistant.valves import ValvePosition
from bridge.devices.entity import EntityKind
from bridge.errors import NotServed

_PERCENT: Final = (0, 100)
_TEXT_CLASSES: Final = frozenset({"date", "enum", "timestamp", "uptime"})
_SAYS_NUMBER: Final = ("unit_of_measurement", "state_class", "suggested_display_precision", "device_class")
_LONGEST_UNIT: Final = 32
_STATE_TEMPLATES: Final = ("state_value_template", "value_template")

Component = Callable[[Fields], Served]


def served(component: str, fields: Fields) -> Served:
    """Return what a described part comes to. Raises NotServed, which says why it comes to nothing."""
    _check_encoding(fields)
    found = _COMPONENTS.get(component)
    if found is None:
        raise NotServed(_WHY_NOT.get(component, f"not supported: the component {component}"))
    return found(fields)


def _check_encoding(fields: Fields) -> None:
    encoding = fields.word("encoding", "utf-8").lower().replace("_", "-")
    if encoding not in ("utf-8", "utf8"):
        raise NotServed("not supported: raw bytes" if not encoding else "not supported: its encoding is not UTF-8")


def _sensor(fields: Fields) -> Served:
    """Return a sensor of numbers. It is one by the rule of Home Assistant: a unit, or a class that is not of texts."""
    said = fields.needed("state_topic", "value_template")
    device_class = fields.plain("device_class")
    if fields.has("options") or device_class in _TEXT_CLASSES or not any(map(fields.has, _SAYS_NUMBER)):
        raise NotServed("not supported: a sensor of texts, or of numbers without a unit or a class")
    unit = fields.word("unit_of_measurement", "").strip()[:_LONGEST_UNIT]
    if device_class == "battery" and unit in ("", "%"):
        return Served(EntityKind.BATTERY, NumberState(said, _PERCENT), unit="%")
    return Served(EntityKind.SENSOR, NumberState(said), unit=unit)


def _number(fields: Fields) -> Served:
    """Return a number that can be set as what it says: setting it is not served."""
    said = fields.said("state_topic", "value_template")
    if said is None:
        raise NotServed("not supported: a number that takes orders only")
    unit = fields.word("unit_of_measurement", "").strip()[:_LONGEST_UNIT]
    return Served(EntityKind.SENSOR, NumberState(said), unit=unit)


def _siren(fields: Fields) -> Served:
    """Return a siren, which is told in JSON unless it has a template, and may answer so."""
    names = ("state", "tone", "volume_level", "duration")
    on = fields.order("command_topic", "command_template", names)
    off = on
    if fields.has("command_off_template"):
        off = fields.order("command_topic", "command_off_template", names)
    if on is None or off is None:
        raise NotServed("not supported: it has no command_topic")
    words = (
        (Wish.TURN_ON, on, _siren_word(on, fields.word("payload_on", "ON"))),
        (Wish.TURN_OFF, off, _siren_word(off, fields.word("payload_off", "OFF"))),
    )
    said = fields.said("state_topic", *_STATE_TEMPLATES)
    return Served(EntityKind.SWITCH, WordState(said, _state_words(fields), WordOrders(words), in_json=True))


def _siren_word(order: Order, word: str) -> str:
    return word if order.template is not None else msgspec.json.encode({"state": word}).decode()


def _on_off(fields: Fields) -> Served:
    """Return a switch, or what can only be turned on and off here: a fan."""
    order = _commanded(fields)
    words = (
        (Wish.TURN_ON, order, fields.word("payload_on", "ON")),
        (Wish.TURN_OFF, order, fields.word("payload_off", "OFF")),
    )
    said = fields.said("state_topic", *_STATE_TEMPLATES)
    return Served(EntityKind.SWITCH, WordState(said, _state_words(fields), WordOrders(words)))


def _state_words(fields: Fields) -> tuple[tuple[str, str], ...]:
    """Return the words of a state: its own, else those of the orders."""
    on = fields.word("state_on", "") or fields.word("payload_on", "ON")
    off = fields.word("state_off", "") or fields.word("payload_off", "OFF")
    return (on, "on"), (off, "off")


def _valve(fields: Fields) -> Served:
    """Return a valve as a switch: open is on."""
    order = _commanded(fields, POSITION_NAMES)
    said = fields.said("state_topic", "value_template")
    if fields.flag("reports_position", default=False):
        return Served(EntityKind.SWITCH, ValvePosition(said, _span(fields), order))
    words = (
        (fields.word("state_open", OPEN), "on"),
        (fields.word("state_closed", CLOSED), "off"),
        (fields.word("state_opening", OPENING), None),
        (fields.word("state_closing", CLOSING), None),
    )
    orders = _orders(fields, order, ((Wish.TURN_ON, "payload_open", "OPEN"), (Wish.TURN_OFF, "payload_close", "CLOSE")))
    return Served(EntityKind.SWITCH, WordState(said, words, orders, in_json=True))


def _lock(fields: Fields) -> Served:
    order = _commanded(fields, ("code",))
    words = (
        (fields.word("state_locked", "LOCKED"), "locked"),
        (fields.word("state_unlocked", "UNLOCKED"), "unlocked"),
        (fields.word("state_jammed", "JAMMED"), "jammed"),
        (fields.word("state_locking", "LOCKING"), None),
        (fields.word("state_unlocking", "UNLOCKING"), None),
        (fields.word("state_open", "OPEN"), None),
        (fields.word("state_opening", "OPENING"), None),
        ("NONE", None),  # as ESPHome says that it does not know
    )
    orders = _orders(fields, order, ((Wish.LOCK, "payload_lock", "LOCK"), (Wish.UNLOCK, "payload_unlock", "UNLOCK")))
    return Served(EntityKind.LOCK, WordState(fields.said("state_topic", "value_template"), words, orders))


def _cover(fields: Fields) -> Served:
    move = fields.order("set_position_topic", "set_position_template", POSITION_NAMES)
    order = fields.order("command_topic")
    words = (
        (fields.word("state_open", OPEN), OPEN),
        (fields.word("state_closed", CLOSED), CLOSED),
        (fields.word("state_opening", OPENING), OPENING),
        (fields.word("state_closing", CLOSING), CLOSING),
        (fields.word("state_stopped", STOPPED), STOPPED),
    )
    wishes = (
        (Wish.OPEN, "payload_open", "OPEN"),
        (Wish.CLOSE, "payload_close", "CLOSE"),
        (Wish.STOP, "payload_stop", "STOP"),
    )
    orders = NO_ORDERS if order is None else _orders(fields, order, wishes)
    state = fields.said("state_topic", "value_template")
    position = fields.said("position_topic", "position_template")
    if move is None and order is None and state is None and position is None:
        raise NotServed("not supported: it has no topic")
    return Served(EntityKind.COVER, Cover(state, words, orders, position, _span(fields), move))


def _span(fields: Fields) -> Span:
    opened, closed = fields.number("position_open", 100), fields.number("position_closed", 0)
    if opened == closed:
        raise NotServed("not supported: its position_open is its position_closed")
    return Span(opened, closed)


def _orders(fields: Fields, order: Order, wishes: tuple[tuple[Wish, str, str], ...]) -> WordOrders:
    """Return the words of orders. One that is null is of an order that the device does not take."""
    return WordOrders(
        tuple(
            (wish, order, fields.word(key, default))
            for wish, key, default in wishes
            if fields.settings.get(key, default) is not None
        )
    )


def _commanded(fields: Fields, names: tuple[str, ...] = ()) -> Order:
    order = fields.order("command_topic", "command_template", names)
    if order is None:
        raise NotServed("not supported: it has no command_topic")
    return order


_COMPONENTS: Final[Mapping[str, Component]] = {
    "binary_sensor": binary_sensor,
    "cover": _cover,
    "event": event,
    "fan": _on_off,
    "light": light,
    "lock": _lock,
    "number": _number,
    "sensor": _sensor,
    "siren": _siren,
    "switch": _on_off,
    "valve": _valve,
}

_WHY_NOT: Final[Mapping[str, str]] = {
    "alarm_control_panel": "not supported: alarm panels",
    "button": "not supported: a button of Home Assistant takes orders only; nobody presses it",
    "scene": "not supported: a scene takes orders only",
    "select": "not supported: a choice between texts",
}
