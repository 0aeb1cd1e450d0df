"""What a device exposes, in Zigbee2MQTT's words: one thing that it reports or takes, with the values that stand for it.

What is kept of an expose holds only what its meaning depends on, so that texts for people do not change a description.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bridge.devices.dialects.descriptions import exact_in, list_in, object_in, text_in, whole_in

Value = bool | int | float | str
"""What stands in JSON for a state, such as `true` or `"ON"`."""

STATE: Final = 1
SET: Final = 2
_TEXTS: Final = ("type", "name", "label", "property", "endpoint", "unit", "category")
_SPECIFIC: Final = frozenset({"light", "switch", "lock", "cover", "climate", "fan", "siren"})
_MOST_EXPOSES: Final = 512
_MOST_VALUES: Final = 256


@dataclass(frozen=True, slots=True)
class Expose:
    """One of them. `key`: where it stands in the messages. `access`: of the bits STATE and SET. `features`: parts."""

    type: str
    name: str = ""
    label: str = ""
    key: str = ""
    endpoint: str = ""
    unit: str = ""
    category: str = ""
    access: int = STATE
    value_on: Value | None = None
    value_off: Value | None = None
    value_max: int | None = None
    values: tuple[str, ...] = ()
    features: tuple["Expose", ...] = ()

    @property
    def told(self) -> bool:
        """Whether it stands in the messages of the device."""
        return bool(self.access & STATE) and bool(self.key)

    @property
    def settable(self) -> bool:
        """Whether the device takes it as an order."""
        return bool(self.access & SET) and bool(self.key)

    @property
    def title(self) -> str:
        """What it is called for a person."""
        label = self.label or self.name.replace("_", " ").capitalize() or self.type.capitalize()
        return f"{label} {self.endpoint}" if self.endpoint else label

    def feature(self, name: str) -> "Expose | None":
        """Return the part with a name, None if it has none."""
        return next((feature for feature in self.features if feature.name == name), None)


def kept_of(exposes: object) -> list[dict[str, object]]:
    """Return what is kept of the exposes of a device."""
    return [_kept(object_in(expose), deep=True) for expose in list_in(exposes, _MOST_EXPOSES)]


def read_exposes(kept: object) -> Iterator[Expose]:
    """Return the exposes out of what is kept, or out of anything else as far as it can be understood."""
    for expose in list_in(kept, _MOST_EXPOSES):
        if isinstance(expose, dict):
            yield _read(expose, deep=True)


def _kept(expose: dict[str, object], *, deep: bool) -> dict[str, object]:
    kept: dict[str, object] = {key: text for key in _TEXTS if (text := exact_in(expose.get(key)))}
    access, most = whole_in(expose.get("access")), whole_in(expose.get("value_max"))
    kept |= {key: number for key, number in (("access", access), ("value_max", most)) if number is not None}
    for key in ("value_on", "value_off"):
        value = _value(expose.get(key))
        if value is not None:
            kept[key] = value
    if kept.get("type") == "enum":
        kept["values"] = [value for value in list_in(expose.get("values"), _MOST_VALUES) if exact_in(value)]
    if deep and kept.get("type") in _SPECIFIC:
        features = list_in(expose.get("features"), _MOST_EXPOSES)
        kept["features"] = [_kept(object_in(feature), deep=False) for feature in features]
    return kept


def _read(kept: dict[str, object], *, deep: bool) -> Expose:
    access = whole_in(kept.get("access"))
    return Expose(
        type=exact_in(kept.get("type")),
        name=exact_in(kept.get("name")),
        label=text_in(kept.get("label")),
        key=exact_in(kept.get("property")),
        endpoint=exact_in(kept.get("endpoint")),
        unit=text_in(kept.get("unit"), 32),
        category=exact_in(kept.get("category")),
        access=STATE if access is None else access,
        value_on=_value(kept.get("value_on")),
        value_off=_value(kept.get("value_off")),
        value_max=whole_in(kept.get("value_max")),
        values=tuple(text for value in list_in(kept.get("values"), _MOST_VALUES) if (text := exact_in(value))),
        features=tuple(
            _read(feature, deep=False)
            for feature in list_in(kept.get("features"), _MOST_EXPOSES)
            if deep and isinstance(feature, dict)
        ),
    )


def _value(value: object) -> Value | None:
    if isinstance(value, bool):
        return value
    return exact_in(value) or whole_in(value)
