"""Each wrong configuration is refused with exactly these words; most of them stand in refused.txt."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

START = '[mqtt]\nurl = "mqtt://localhost"\n[ifttt]\nservice_keys = ["first-key"]\n'
DEVICE = START + '[[devices]]\nid = "{0}"\nname = "Thing"\nkind = "{1}"\nstate_topic = "{0}"\n'
BEFORE = {
    "nothing": "",
    "start": "",
    "address": "",
    "mqtt": '[ifttt]\nservice_keys = ["first-key"]\n[mqtt]\n',
    "broker": '[ifttt]\nservice_keys = ["first-key"]\n[mqtt]\nurl = "mqtt://localhost"\n',
    "ifttt": '[mqtt]\nurl = "mqtt://localhost"\n[ifttt]\n',
    "door": DEVICE.format("door", "contact"),
    "lamp": DEVICE.format("lamp", "light") + 'command_topic = "lamp/set"\n',
    "leak": DEVICE.format("leak", "leak"),
    "lock": DEVICE.format("lock", "lock") + 'command_topic = "lock/set"\n',
    "cover": DEVICE.format("cover", "cover") + 'command_topic = "cover/set"\n',
    "sensor": DEVICE.format("s", "sensor"),
    "button": DEVICE.format("b", "button"),
    "client": START + '[[oauth.clients]]\nclient_id = "production"\n'
    'client_secret = "a-secret-of-some-length"\nredirect_uris = ["https://ifttt.com/a"]\n',
    "event": START + '[[custom_events]]\nslug = "parcel"\nname = "Parcel"\ntopic = "home/mailbox/+"\n',
}
ADDRESS = '[public]\nurl = "https://home.example.org"\n'
AFTER = {"start": START, "address": START + ADDRESS, "client": ADDRESS}
DURATION_TOO_LONG = "FILE:5: mqtt.late_press_limit: is longer than a year; the longest is 365d"
CLIENT_ID = "FILE:5: mqtt.client_id: must be 1 to 64 printable characters without /, + and #"
TOO_LARGE = "FILE:10: devices[door].payload_off: must be text, a number of at most 15 digits, true or false"
LONG = [
    ("nothing", "a = " + "9" * 5000, "FILE: is not valid TOML: a number is too long"),
    ("nothing", "a = " + "[" * 5000, "FILE: is not valid TOML: lists or tables are nested too deeply"),
    ("nothing", "# " + "x" * 4_194_304, "FILE: is larger than 4096 KiB; is it the right file?"),
    (
        "start",
        f'[public]\nurl = "https://{"x" * 64}.org"',
        f'FILE:2: public.url: "{"x" * 60}…" is neither the name of a host nor an IP address',
    ),
    ("broker", f'client_id = "{"x" * 65}"', CLIENT_ID),
    ("broker", f"late_press_limit = 0x{'f' * 400}", DURATION_TOO_LONG),
    ("broker", "late_press_limit = inf", DURATION_TOO_LONG),
    (
        "broker",
        f'username = "u"\npassword = "{"p" * 65_536}"',
        "FILE:6: mqtt.password: is longer than 65535 bytes; shorten it",
    ),
    ("broker", f'username = "{"u" * 65_536}"', "FILE:5: mqtt.username: is longer than 65535 bytes; shorten it"),
    (
        "ifttt",
        f'service_keys = ["{"x" * 257}"]',
        (
            "FILE:4: ifttt.service_keys[#1]: is not a service key: 8 to 256 printable "
            "ASCII characters without spaces; copy it from IFTTT"
        ),
    ),
    ("door", f'room = "{"x" * 101}"', "FILE:10: devices[door].room: is longer than 100 characters; shorten it"),
    ("door", f"payload_off = 0x{'f' * 400}", TOO_LARGE),
    ("door", "payload_off = inf", TOO_LARGE),
    (
        "door",
        f'schema = "json"\nstate_path = "a{".a" * 16}"',
        "FILE:11: devices[door].state_path: goes deeper than 16 names; shorten it",
    ),
    ("start", f'[log]\nformat = "{"k" * 70}"', f'FILE:2: log.format: must be "text" or "json", not "{"k" * 60}…"'),
]


def in_blocks(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield what each block of refused.txt says: what is around, the wrong lines, the problems."""
    for block in text.split("\n\n")[1:]:
        first, *rest = block.splitlines()
        wrong = [line for line in rest if not line.startswith("=> ")]
        problems = [line.removeprefix("=> ") for line in rest if line.startswith("=> ")]
        yield first.removeprefix("on "), "\n".join(wrong), "\n".join(problems)


WRONG = list(in_blocks(Path(__file__).with_name("refused.txt").read_text()))


def test_the_table_is_a_long_one() -> None:
    assert len(WRONG) >= 60


@pytest.mark.parametrize(("around", "wrong", "problems"), WRONG + LONG, ids=[case[2][:80] for case in WRONG + LONG])
def test_a_wrong_configuration_is_refused_in_these_words(
    refused: Callable[..., list[str]], around: str, wrong: str, problems: str
) -> None:
    assert refused(f"{BEFORE[around]}{wrong}\n{AFTER.get(around, '')}") == problems.splitlines()


@pytest.mark.parametrize("around", [name for name in BEFORE if name not in ("nothing", "mqtt", "ifttt")])
def test_what_stands_around_the_wrong_lines_is_right_itself(loaded: Callable[..., object], around: str) -> None:
    assert loaded(BEFORE[around] + AFTER.get(around, ""))


def test_every_fault_is_told_at_once(refused: Callable[..., list[str]]) -> None:
    text = """
        [public]
        listen = "8080"
        [mqtt]
        urll = "x"
        [ifttt]
        service_keys = ["first-key", "no"]
        [[homes]]
        id = "a"
        [[devices]]
        id = "D"
        kind = "contcat"
        state_topc = "x"
        [[devices]]
        id = "lamp"
        name = "Lamp"
        kind = "light"
        home = "b"
        state_topic = "lamp/#"
        brightness_scale = 100
        [log]
        format = "text"
    """
    assert [": ".join(line.split(": ")[:2]) for line in refused(text, {"BRIDGE_LOG__LEVEL": "loud"})] == [
        *("FILE:3: public.listen", "FILE:4: mqtt.url", "FILE:5: mqtt.urll", "FILE:7: ifttt.service_keys[#2]"),
        *("FILE:8: homes[a].name", "FILE:12: devices[#1].kind", "FILE:11: devices[#1].id", "FILE:10: devices[#1].name"),
        *("FILE:10: devices[#1].state_topic", "FILE:13: devices[#1].state_topc"),
        *("FILE:19: devices[lamp].state_topic", "FILE:14: devices[lamp].command_topic", "FILE:18: devices[lamp].home"),
        *(
            "FILE:20: devices[lamp].brightness_scale",
            'BRIDGE_LOG__LEVEL: must be "debug", "info", "warning" or "error", not "loud"',
        ),
    ]
