"""The small values of the configuration: durations, ids, names, topics, payloads, keys. Text in, values out.

Each parser raises ValueError with a sentence for a person; those of secrets never repeat what they were given.
"""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bridge.devices.dialects.json_values import MAX_DEPTH, is_unknown
from bridge.devices.templates import template as templates
from bridge.errors import TemplateRefused
from bridge.settings.single import Secret, Size

LONGEST_DURATION_S: Final = 365 * 86_400
LONGEST_KEPT_S: Final = 100 * 365 * 86_400
SMALLEST_SIZE: Final = 64 * 1000**2
LONGEST_CODE_LIFE_S: Final = 48 * 3600  # what IFTTT asks for where it connects people before they need it
SHORTEST_COPY_EVERY_S: Final = 1.0
LONGEST_NAME: Final = 100
LONGEST_UNIT: Final = 20
LONGEST_TOPIC_BYTES: Final = 1024
LONGEST_CLIENT_ID: Final = 64
LONGEST_CREDENTIAL_BYTES: Final = 65_535  # MQTT writes its length in two bytes
LONGEST_TEMPLATE: Final = 1000
LONGEST_SHOWN: Final = 60
LARGEST_NUMBER: Final = 10**15  # beyond, a float has more than one spelling
RESERVED_PREFIX: Final = "sample-"  # what IFTTT's endpoint tests are given
RESERVED_WORD: Final = "any"  # what a trigger field says for "every device"

ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
PAIRED_ID: Final = re.compile("d_[0-9a-f]{8,64}")
CLIENT: Final = re.compile(r"[A-Za-z0-9._~-]{1,128}")
SERVICE_KEY: Final = re.compile(r"[!-~]{8,256}")
DURATION: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?(ms|s|m|h|d)?")
SIZE: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(MB|GB|TB|MiB|GiB|TiB)")
_SIZE_BYTES: Final = {"MB": 1000**2, "GB": 1000**3, "TB": 1000**4, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}
_PER_SECOND: Final = 1000
_UNIT_S: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION_FORM: Final = 'must be a duration such as "500ms", "90s", "2m", "1h" or "1d", or a number of seconds'
_CLIENT_SECRET: Final = re.compile(r"[!-~]{16,256}")
_BREAKS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, halves of characters, line separators


def quoted(text: str) -> str:
    """Return a text as a message shows it: in quotes, on one line, not too long."""
    cut = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    return f'"{one_line(cut)}"'


def one_line(text: str) -> str:
    """Return a text with everything escaped that cannot be printed."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def as_text(value: object) -> str:
    """Return a text. Raises ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")  # noqa: TRY004 -- pydantic gathers ValueError only
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("is not valid UTF-8 text") from None
    return value


def parse_duration(value: object) -> float:
    """Parse a duration into seconds: a number with ms, s, m, h or d, or a bare number of seconds."""
    seconds = _seconds(value)
    if seconds > LONGEST_DURATION_S:
        raise ValueError("is longer than a year; the longest is 365d")
    return seconds


def parse_copy_every(value: object) -> float:
    """Parse how often a copy is made, in seconds."""
    seconds = parse_duration(value)
    if seconds < SHORTEST_COPY_EVERY_S:
        raise ValueError("is too short: the disk would do nothing else; the shortest is 1s")
    return seconds


def parse_kept(value: object) -> float:
    """Parse how long what has happened is kept, in seconds."""
    seconds = _seconds(value)
    if not _UNIT_S["d"] <= seconds <= LONGEST_KEPT_S:
        raise ValueError('must be at least "1d" and at most "36500d"')
    return seconds


def parse_size(value: object) -> Size:
    """Parse how much something may take on disk: a number with MB, GB, TB, or MiB, GiB, TiB."""
    found = SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be a size such as "500MB", "4GB" or "1TB"')
    size = round(float(found[1]) * _SIZE_BYTES[found[2]])
    if size < SMALLEST_SIZE:
        raise ValueError('is less than the database needs at least: "64MB"')
    return Size(size)


def _seconds(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not _not_negative(value):
            raise ValueError(_DURATION_FORM)
        return float(min(value, LONGEST_KEPT_S + 1))  # an integer of TOML may be too large for a float
    if isinstance(value, str) and (found := DURATION.fullmatch(value.strip())):
        number = float(found[1])
        return number / _PER_SECOND if found[2] == "ms" else number * _UNIT_S[found[2] or "s"]
    raise ValueError(_DURATION_FORM)


def parse_code_life(value: object) -> float:
    """Parse how long a code is good for, in seconds."""
    seconds = parse_duration(value)
    if not 0 < seconds <= LONGEST_CODE_LIFE_S:
        raise ValueError('must be more than 0 and at most "48h"; "60s" is enough for a person who connects')
    return seconds


def _not_negative(value: float) -> bool:
    return value >= 0  # neither is "not a number"


def parse_id(value: object) -> str:
    """Parse an id: small letters, digits and hyphens."""
    text = as_text(value)
    if ID.fullmatch(text):
        return text
    near = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64]
    advice = f"did you mean {quoted(near)}?" if near else 'for example "front-door"'
    raise ValueError(f"{quoted(text)} is not 1 to 64 small letters a-z, digits and hyphens; {advice}")


def parse_paired_id(value: object) -> str:
    """Parse the id of a device that announced itself, as `device accept` gives it."""
    text = as_text(value)
    if not PAIRED_ID.fullmatch(text):
        raise ValueError(f"{quoted(text)} is no id of a device that announced itself; `device show` tells it: d_...")
    return text


def parse_device_id(value: object) -> str:
    """Parse the id of a device: not one of those that mean something else to IFTTT."""
    text = parse_id(value)
    if text == RESERVED_WORD or text.startswith(RESERVED_PREFIX):
        reserved = f'"{RESERVED_WORD}" and ids that begin with "{RESERVED_PREFIX}"'
        raise ValueError(f"{quoted(text)} is taken: {reserved} are reserved; choose another")
    return text


def parse_name(value: object) -> str:
    """Parse what people call a home or a device."""
    text = parse_room(value)
    if not text.strip():
        raise ValueError('is empty; give a name that people know, such as "Front door"')
    return text


def parse_room(value: object) -> str:
    """Parse a label that may be empty."""
    text = as_text(value)
    if len(text) > LONGEST_NAME:
        raise ValueError(f"is longer than {LONGEST_NAME} characters; shorten it")
    if any(unicodedata.category(c) in _BREAKS for c in text):
        raise ValueError("holds a line break or another control character; remove it")
    return text


def parse_unit(value: object) -> str:
    """Parse the unit of a number; it may be empty."""
    text = parse_room(value)
    if len(text) > LONGEST_UNIT:
        raise ValueError(f"is longer than {LONGEST_UNIT} characters; shorten it")
    return text


def parse_topic(value: object) -> str:
    """Parse one exact MQTT topic."""
    text = as_text(value)
    if not text:
        raise ValueError('is empty; give a topic such as "home/front-door/state"')
    if "+" in text or "#" in text:
        raise ValueError("holds a wildcard (+ or #); give one exact topic")
    if text.startswith("$"):
        raise ValueError("begins with $, which is for the broker's own topics; give another topic")
    if "\0" in text:
        raise ValueError("holds a NUL character; remove it")
    if len(text.encode()) > LONGEST_TOPIC_BYTES:
        raise ValueError(f"is longer than {LONGEST_TOPIC_BYTES} bytes; shorten it")
    return text


def parse_filter(value: object) -> str:
    """Parse the topics that something is about: + stands for one level, # at the end for all below."""
    text = as_text(value)
    levels = text.split("/")
    if any("+" in level and level != "+" for level in levels):
        raise ValueError("has a + inside a level; + stands for a whole one, as in home/+/state")
    if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
        raise ValueError("has a # that is not the last level; # stands for all below, as in home/#")
    parse_topic(text.replace("+", "_").replace("#", "_"))
    return text


def parse_path(value: object) -> tuple[str, ...]:
    """Parse a dotted path into a JSON object."""
    keys = tuple(as_text(value).split("."))
    if not all(keys):
        raise ValueError('must be names joined by single dots; for example "state" or "button.action"')
    if len(keys) > MAX_DEPTH:
        raise ValueError(f"goes deeper than {MAX_DEPTH} names; shorten it")
    return keys


def parse_payload(value: object) -> str:
    """Parse the word for a state. TOML booleans and numbers count as the text that devices write for them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and abs(value) < LARGEST_NUMBER:
        text = str(value)
    elif isinstance(value, str):
        text = as_text(value)
    else:
        raise ValueError("must be text, a number of at most 15 digits, true or false")
    if is_unknown(text):
        raise ValueError(f"{quoted(text)} means that a state is not known, so it cannot be one; give another word")
    return text


def parse_client_id(value: object) -> str:
    """Parse the name of the bridge at the broker; it also becomes part of a topic."""
    text = as_text(value)
    if not 1 <= len(text) <= LONGEST_CLIENT_ID or not text.isprintable() or any(mark in text for mark in "/+#"):
        raise ValueError(f"must be 1 to {LONGEST_CLIENT_ID} printable characters without /, + and #")
    return text


def parse_username(value: object) -> str:
    """Parse the user at the broker."""
    text = as_text(value)
    if not text or any(unicodedata.category(c) in _BREAKS for c in text):
        raise ValueError("is empty or holds a control character; give the user's name, or leave the key out")
    if len(text.encode()) > LONGEST_CREDENTIAL_BYTES:
        raise ValueError(f"is longer than {LONGEST_CREDENTIAL_BYTES} bytes; shorten it")
    return text


def parse_password(value: object) -> Secret:
    """Parse the password at the broker."""
    text = as_text(value)
    if not text:
        raise ValueError("is empty; give the password, or leave the key out")
    if len(text.encode()) > LONGEST_CREDENTIAL_BYTES:
        raise ValueError(f"is longer than {LONGEST_CREDENTIAL_BYTES} bytes; shorten it")
    return Secret(text)


def parse_oauth_client_id(value: object) -> str:
    """Parse the id of a client; it also becomes part of the name of a credential."""
    text = as_text(value)
    if CLIENT.fullmatch(text) is None:
        raise ValueError(f"{quoted(text)} is not 1 to 128 letters, digits, or . _ ~ -; choose another")
    return text


def parse_client_secret(value: object) -> Secret:
    """Parse the secret of a client."""
    text = as_text(value)
    if _CLIENT_SECRET.fullmatch(text) is None:
        raise ValueError("must be 16 to 256 printable ASCII characters without spaces; make one: openssl rand -hex 32")
    return Secret(text)


def parse_template(value: object) -> str:
    """Parse what is worked out from a message."""
    return _accepted(_template(value), templates.parse_template)


def parse_when(value: object) -> str:
    """Parse what must be true of a message."""
    return _accepted(_template(value), templates.parse_condition)


def _accepted(text: str, parse: Callable[[str], object]) -> str:
    try:
        parse(text)
    except TemplateRefused as refused:
        raise ValueError(one_line(str(refused))) from None
    return text


def _template(value: object) -> str:
    text = as_text(value)
    if not text.strip():
        raise ValueError("is empty; leave it out, or give a template")
    if len(text) > LONGEST_TEMPLATE:
        raise ValueError(f"is longer than {LONGEST_TEMPLATE} characters; shorten it")
    if any(unicodedata.category(c) in _BREAKS for c in text):
        raise ValueError("holds a line break or another control character; remove it")
    return text


def parse_pem_file(value: object) -> Path:
    """Parse the path of a certificate or of its key; tls.py looks into the file."""
    text = as_text(value)
    if not text:
        raise ValueError("is empty; give the path of a file, or leave the key out")
    return Path(text)


def parse_service_key(value: object) -> Secret:
    """Parse a service key as IFTTT shows it."""
    text = as_text(value)
    if SERVICE_KEY.fullmatch(text) is None:
        raise ValueError("is not a service key: 8 to 256 printable ASCII characters without spaces; copy it from IFTTT")
    return Secret(text)
