"""What a Tasmota device says of itself in its `config` message: topics, words, relays, switches, buttons.

Unknown keys are ignored; arrays may be shorter than they ought to be, or hold null.
"""

from dataclasses import dataclass
from typing import Final

from bridge.devices.described import hardware_address
from bridge.devices.dialects.descriptions import exact_in, is_safe_topic, list_in, object_in, text_in, whole_in
from bridge.errors import UnreadableMessage

DISCOVERY: Final = "tasmota/discovery/"
MAX_RELAYS: Final = 32
MAX_SWITCHES: Final = 28
MAX_BUTTONS: Final = 32
MAX_SHUTTERS: Final = 16
_LONGEST_PART: Final = 256
_KEPT: Final = (
    *("mac", "dn", "fn", "md", "hn", "t", "ft", "tp", "ofln", "onln", "state", "rl", "lt_st", "lk", "ty"),
    *("swc", "swn", "btn", "if", "sho", "bat", "dslp", "so"),
)
"""What is kept: the address on the network and the version of the firmware change without the device changing."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Where a device is told something, where it answers, and where it reports by itself; each ends in a slash."""

    command: str
    stat: str
    tele: str


@dataclass(frozen=True, slots=True)
class StateWords:
    """How a device writes its states (StateText1 to 4)."""

    off: str = "OFF"
    on: str = "ON"
    toggle: str = "TOGGLE"
    hold: str = "HOLD"

    def meaning(self, word: object) -> str | None:
        """Return `on` or `off`, None for any other word."""
        if word == self.on:
            return "on"
        return "off" if word == self.off else None


@dataclass(frozen=True, slots=True)
class TasmotaConfig:
    """A device as it describes itself. Lists are as long as the device made them, at most as long as devices can be."""

    mac: str
    name: str
    model: str
    topics: Topics
    words: StateWords
    online: str
    offline: str
    options: frozenset[str]
    relays: tuple[int, ...]
    relay_names: tuple[str, ...]
    light_type: int
    linked: bool
    tuya: bool
    switch_modes: tuple[int, ...]
    switch_names: tuple[str, ...]
    buttons: tuple[bool, ...]
    shutter_options: tuple[int, ...]
    has_fan: bool
    has_battery: bool
    sleeps: bool

    @property
    def answers_apart(self) -> bool:
        """Whether each command is answered on a topic of its own instead of RESULT (SetOption4)."""
        return "4" in self.options


def kept_of(parsed: dict[str, object]) -> dict[str, object]:
    """Return what is worth keeping of a config message."""
    return {key: parsed[key] for key in _KEPT if key in parsed}


def read_config(parsed: dict[str, object]) -> TasmotaConfig:
    """Read a config message. Raises UnreadableMessage where there is no address or no usable topic."""
    mac = hardware_address(text_in(parsed.get("mac")))
    if mac is None:
        raise UnreadableMessage("a config without an address")
    words = [exact_in(word) for word in list_in(parsed.get("state"), 4)]
    defaults = StateWords()
    texts = [*words, "", "", "", ""]
    return TasmotaConfig(
        mac=mac,
        name=text_in(parsed.get("dn")) or text_in(parsed.get("t")),
        model=text_in(parsed.get("md")),
        topics=_topics(parsed, mac),
        words=StateWords(
            texts[0] or defaults.off, texts[1] or defaults.on, texts[2] or defaults.toggle, texts[3] or defaults.hold
        ),
        online=exact_in(parsed.get("onln")) or "Online",
        offline=exact_in(parsed.get("ofln")) or "Offline",
        options=frozenset(key for key, value in object_in(parsed.get("so")).items() if whole_in(value) == 1),
        relays=_numbers(parsed.get("rl"), MAX_RELAYS, missing=0),
        relay_names=tuple(text_in(name) for name in list_in(parsed.get("fn"), MAX_RELAYS)),
        light_type=whole_in(parsed.get("lt_st")) or 0,
        linked=whole_in(parsed.get("lk")) != 0,
        tuya=whole_in(parsed.get("ty")) == 1,
        switch_modes=_numbers(parsed.get("swc"), MAX_SWITCHES, missing=-1),
        switch_names=tuple(exact_in(name) for name in list_in(parsed.get("swn"), MAX_SWITCHES)),
        buttons=tuple(whole_in(used) == 1 for used in list_in(parsed.get("btn"), MAX_BUTTONS)),
        shutter_options=_numbers(parsed.get("sho"), MAX_SHUTTERS, missing=0),
        has_fan=whole_in(parsed.get("if")) == 1,
        has_battery=whole_in(parsed.get("bat")) == 1,
        sleeps=bool(whole_in(parsed.get("dslp"))),
    )


def _numbers(value: object, longest: int, *, missing: int) -> tuple[int, ...]:
    found = (whole_in(number) for number in list_in(value, longest))
    return tuple(missing if number is None else number for number in found)


def _topics(parsed: dict[str, object], mac: str) -> Topics:
    """Fill in the pattern of topics. Without its prefix a device would hear its own answers as commands."""
    pattern, own = exact_in(parsed.get("ft"), _LONGEST_PART), exact_in(parsed.get("t"), _LONGEST_PART)
    prefixes = [exact_in(prefix) for prefix in list_in(parsed.get("tp"), 3)]
    if "%prefix%" not in pattern or not own or len(prefixes) != 3 or len(set(prefixes)) != 3:  # noqa: PLR2004 -- three
        raise UnreadableMessage("a FullTopic without %prefix%")
    names = {"%hostname%": exact_in(parsed.get("hn")), "%id%": mac[-6:].upper(), "%topic%": own}
    filled = [_filled(pattern, names | {"%prefix%": prefix}) for prefix in prefixes]
    if not all(is_safe_topic(topic, (DISCOVERY,)) for topic in filled):
        raise UnreadableMessage("a FullTopic that is no topic")
    return Topics(*filled)


def _filled(pattern: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        pattern = pattern.replace(name, value)
    return pattern if pattern.endswith("/") else f"{pattern}/"
