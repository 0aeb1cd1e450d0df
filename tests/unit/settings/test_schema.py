"""The JSON Schema says what the check says: what is right passes, and what is wrong fails where one file shows it."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bridge.settings.addresses import parse_address, parse_database_url, parse_public_url, parse_redirect_uri
from bridge.settings.devices import KINDS
from bridge.settings.model import ARRAYS, SECTIONS, secret_keys
from bridge.settings.schema import configuration_schema
from bridge.settings.words import (
    parse_client_id,
    parse_code_life,
    parse_device_id,
    parse_duration,
    parse_filter,
    parse_id,
    parse_name,
    parse_oauth_client_id,
    parse_path,
    parse_payload,
    parse_service_key,
    parse_template,
    parse_topic,
    parse_when,
)
from tests.unit.settings.test_refused import AFTER, BEFORE, LONG, WRONG

CONFIG = Path(__file__).parents[3] / "config"
EXAMPLES = sorted([CONFIG / "bridge.toml", *(CONFIG / "examples").glob("*.toml")])
SCHEMA = configuration_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
BEYOND_A_SCHEMA = (
    'is missing; for example: url = "mqtt',  # another file or the environment may give it
    "is missing; give service_keys",
    "people sign in at this address",
    "a password needs a username",
    "is not valid TOML",
    "is larger than",
    "is the same as public.listen",
    "has the port of public.listen",
    "the bridge would hear its own commands",
    "each needs a word of its own",
    "open and closed need two numbers",
    "needs availability_topic",
    "needs battery_topic",
    "needs position_topic",
    "is where the state itself stands",
    "is state_topic; there both",
    "is used before",
    "there is no home",
    "reads the same",
    "the file FOLDER/absent",
    "is client_secret itself",
    "must be HOST:PORT",
    "nothing may follow the port",  # the forms of addresses are told by the bridge in better words
    "the port must be",
    "an IPv6 address stands in brackets",
    "is not an IPv6 address",
    "nor an IP address",
    "neither an IP address nor a network",
    "is an address inside a network",
    'must be "mqtt://HOST:PORT"',
    "the path of a broker holds",
    "is for an encrypted connection",
    "is missing; give the certificate that",
    "is missing; give the private key of",
    "the file FOLDER/missing.pem",
    "the file / is a folder",
    "holds no certificate in PEM",
    "holds no private key in PEM",
    "is a topic of a device",
    "holds no user or password",
    "has no query (?)",
    "plain http is for this machine only",
    "would forget everything",
    "means that a state is not known",
    "needs debounce; add that",
    "is shorter than debounce",
    "does not last; use",
    "there is nothing to wait for",
    "a number of at most 15 digits",
    "bytes; shorten it",
    "is longer than a year",
    "is too short",
    'must be at least "1d"',
    "is less than the database needs",
    'at most "48h"',
    "goes deeper than",
    "a NUL character",
    "control character",
    'such as "Front door"',
    'is empty; give a topic such as "home/front-door/state"',
    "a condition is one, such as",  # what templates may have is for those who read them
    "a condition is a bare expression",
    "which is not allowed; allowed are",
    "does not know",
    "values that it does not take",
    "cannot be read: ",
)
"""What one file does not show, or a schema has no word for."""


def is_right(document: object) -> bool:
    return VALIDATOR.is_valid(document)


def at(*steps: str) -> Draft202012Validator:
    """Return what checks the value of one key."""
    found: Any = SCHEMA
    for step in steps:
        found = SCHEMA["$defs"][step] if step.endswith("Table") else found["properties"][step]
    return Draft202012Validator(found.get("items", found))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_the_examples_pass(file: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(tomllib.loads(file.read_text()))] == []


@pytest.mark.parametrize("around", [name for name in BEFORE if name not in ("nothing", "mqtt", "ifttt")])
def test_what_is_right_passes(around: str) -> None:
    assert is_right(tomllib.loads(BEFORE[around] + AFTER.get(around, "")))


def wrong_documents() -> Iterator[tuple[str, str]]:
    for around, wrong, problems in WRONG + LONG:
        if "= nan" in wrong:  # JSON, which a schema is about, has no such number
            continue
        text = f"{BEFORE[around]}{wrong}\n{AFTER.get(around, '')}"
        if any(not any(word in problem for word in BEYOND_A_SCHEMA) for problem in problems.splitlines()):
            yield problems, text


@pytest.mark.parametrize(("problems", "text"), list(wrong_documents()), ids=lambda value: value[:80])
def test_what_the_check_refuses_fails(problems: str, text: str) -> None:
    assert problems
    assert not is_right(tomllib.loads(text))


def test_most_of_what_the_check_refuses_fails() -> None:
    assert len(list(wrong_documents())) >= 60


def test_a_file_of_conf_d_need_not_say_everything() -> None:
    assert is_right({})
    assert is_right({"mqtt": {"protocol": "5"}, "ifttt": {}})


def test_every_key_says_what_it_is_for() -> None:
    tables = [SCHEMA["$defs"][name]["properties"] for name in SCHEMA["$defs"]]
    assert [key for keys in tables for key, described in keys.items() if not described.get("description")] == []


def test_every_secret_may_stand_in_a_file_but_not_in_both() -> None:
    seen = 0
    for table in [*SECTIONS.values(), *ARRAYS.values(), *KINDS.values()]:
        for key in secret_keys(table):
            seen += 1
            schema = SCHEMA["$defs"][table.__name__]
            assert f"{key}_file" in schema["properties"]
            assert {"not": {"required": [key, f"{key}_file"]}} in schema["allOf"]
    assert seen == 5


@pytest.mark.parametrize(
    ("table", "key", "default"),
    [
        ("PublicTable", "listen", "127.0.0.1:8080"),
        ("PublicTable", "trusted_proxies", ["127.0.0.1"]),
        ("MqttTable", "late_press_limit", "120s"),
        ("MqttTable", "receive_maximum", 1000),
        ("OauthTable", "code_life", "60s"),
        ("ClientTable", "name", "IFTTT"),
        ("StorageTable", "url", "sqlite:///var/lib/ifttt-bridge/bridge.db"),
        ("LightTable", "supports_brightness", True),
        ("ContactTable", "payload_on", "open"),
    ],
)
def test_a_default_is_told_as_a_person_writes_it(table: str, key: str, default: object) -> None:
    assert SCHEMA["$defs"][table]["properties"][key]["default"] == default


@pytest.mark.parametrize("table", sorted(SCHEMA["$defs"]))
def test_every_default_is_right_itself(table: str) -> None:
    for key, described in SCHEMA["$defs"][table]["properties"].items():
        if "default" in described and "$ref" not in described.get("items", {}):
            assert Draft202012Validator(described).is_valid(described["default"]), key


texts = st.text(st.sampled_from("aZ09-_.~ /+#$:?*%[]!ü\n@&="), max_size=12)
urls = st.builds(
    "{}{}".format,
    st.sampled_from(["https://", "HTTP://a", "https://ifttt.com/", "http://localhost:1/", "http://127.0.0.1", ""]),
    texts,
)
addresses = st.builds("{}:{}".format, st.sampled_from(["127.0.0.1", "a.b", "[::1]", ""]), st.integers(0, 70_000))
topics = st.lists(st.sampled_from(["a", "+", "#", "", "$SYS", "b c"]), max_size=4).map("/".join)
words = st.sampled_from(
    ["90s", "1.5 h", " 2m ", "\n3h\t", "0", "7 ms", "any", "sample-x", "home", "a.b.c", "sqlite:///srv/b.db"]
)
values = st.one_of(texts, urls, addresses, topics, words, st.booleans(), st.integers(), st.floats(allow_nan=False))


@pytest.mark.parametrize(
    ("parse", "validator"),
    [
        (parse_address, at("PublicTable", "listen")),
        (parse_public_url, at("PublicTable", "url")),
        (parse_client_id, at("MqttTable", "client_id")),
        (parse_duration, at("MqttTable", "late_press_limit")),
        (parse_database_url, at("StorageTable", "url")),
        (parse_service_key, at("IftttTable", "service_keys")),
        (parse_code_life, at("OauthTable", "code_life")),
        (parse_oauth_client_id, at("ClientTable", "client_id")),
        (parse_redirect_uri, at("ClientTable", "redirect_uris")),
        (parse_id, at("HomeTable", "id")),
        (parse_name, at("HomeTable", "name")),
        (parse_filter, at("HomeTable", "publish_topics")),
        (parse_device_id, at("ContactTable", "id")),
        (parse_topic, at("ContactTable", "state_topic")),
        (parse_path, at("ContactTable", "state_path")),
        (parse_payload, at("ContactTable", "payload_on")),
        (parse_when, at("CustomEventTable", "when")),
        (parse_template, Draft202012Validator(SCHEMA["$defs"]["CustomEventTable"]["properties"]["values"]["items"])),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_editor_underlines_nothing_that_the_check_accepts(
    parse: Callable[[object], object], validator: Draft202012Validator
) -> None:
    @settings(deadline=None)
    @given(values)
    def accepted_by_both(value: object) -> None:
        try:
            parse(value)
        except ValueError:
            return
        assert validator.is_valid(value), value

    accepted_by_both()


def test_the_command_prints_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "--config", "/nowhere", "schema"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == SCHEMA
