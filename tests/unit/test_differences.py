"""What changed between two configurations: all of it found, and each key either in force or named as waiting."""

import tempfile
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.differences import MOST_NAMED, differences, waits_for_restart
from bridge.settings import Button, Settings, load

LISTS = {"homes", "devices", "custom_events", "notes", "sources"}
FIRST = """
[mqtt]
url = "mqtt://broker"
[ifttt]
service_keys = ["the-first-key"]
[[devices]]
id = "bell"
name = "Bell"
kind = "button"
state_topic = "home/bell"
[[devices]]
id = "gong"
name = "Gong"
kind = "button"
state_topic = "home/gong"
"""
SECOND = """
[public]
listen = "[::]:1"
url = "https://example.org"
trusted_proxies = ["10.0.0.0/8"]
max_connections = 64
[private]
listen = "[::]:2"
[mqtt]
url = "mqtt://other"
username = "anna"
password = "hunter22"
client_id = "other"
late_press_limit = "1s"
changed_while_away = "fire"
protocol = "5"
receive_maximum = 20
[storage]
url = "sqlite:///b"
keep_events = "30d"
max_size = "1GB"
[ifttt]
service_keys = ["the-second-key"]
realtime_url = "https://example.com"
timeline_start = "everything"
[oauth]
code_life = "48h"
[[oauth.clients]]
client_id = "production"
client_secret = "a-secret-of-the-example"
redirect_uris = ["https://ifttt.com/channels/example/authorize"]
[log]
level = "debug"
format = "json"
[[homes]]
id = "home"
name = "Elm"
[[homes]]
id = "barn"
name = "Barn"
[[devices]]
id = "gong"
name = "Great gong"
kind = "button"
state_topic = "home/gong"
[[devices]]
id = "ring"
name = "Ring"
kind = "button"
state_topic = "home/ring"
"""
LIVE = {
    *(
        "public.url",
        "public.trusted_proxies",
        "public.max_connections",
        "mqtt.late_press_limit",
        "mqtt.changed_while_away",
    ),
    *("ifttt.service_keys", "ifttt.realtime_url", "ifttt.timeline_start", "log.level", "log.format"),
    *("oauth.clients", "oauth.code_life", "storage.keep_events", "storage.max_size"),
}


def loaded(text: str) -> Settings:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bridge.toml"
        file.write_text(text)
        return load(file, {})


BEFORE, OTHER = loaded(FIRST), loaded(SECOND)
SECTIONS = [field.name for field in fields(Settings) if field.name not in LISTS]
EVERY_KEY = [
    (section, field.name)
    for section in SECTIONS
    for field in fields(getattr(BEFORE, section))
    if getattr(getattr(BEFORE, section), field.name) != getattr(getattr(OTHER, section), field.name)
]


def mixed(chosen: frozenset[tuple[str, str]]) -> Settings:
    """Return the settings before, with some keys as in the others."""
    sections = {
        section: replace(
            getattr(BEFORE, section),
            **{field: getattr(getattr(OTHER, section), field) for name, field in chosen if name == section},
        )
        for section in SECTIONS
    }
    return replace(BEFORE, **sections)


@given(st.frozensets(st.sampled_from(EVERY_KEY)))
def test_each_changed_key_is_in_force_or_keeps_its_value_and_is_named(chosen: frozenset[tuple[str, str]]) -> None:
    found = differences(BEFORE, mixed(chosen))
    assert len(found.live) + len(found.waiting) == len(chosen)
    assert set(found.live) <= LIVE
    assert not set(found.waiting) & LIVE
    again = differences(found.settings, mixed(chosen))
    assert (again.live, again.waiting) == ((), found.waiting), "what is in force differs by what waits and no more"
    assert set(differences(BEFORE, found.settings).live) == set(found.live)
    assert differences(BEFORE, found.settings).waiting == ()


def test_keys_are_called_as_in_the_file() -> None:
    found = differences(BEFORE, OTHER)
    assert set(found.live) == LIVE
    assert "storage.url" in found.waiting
    assert {key.partition(".")[0] for key in found.waiting} == {"public", "private", "mqtt", "storage"}


def test_homes_and_devices_are_told_by_what_became_of_them() -> None:
    facts = differences(BEFORE, replace(BEFORE, homes=OTHER.homes, devices=OTHER.devices)).facts()
    assert facts == {
        "homes_added": "barn",
        "homes_changed": "home",
        "devices_added": "ring",
        "devices_removed": "bell",
        "devices_changed": "gong",
    }


@pytest.mark.parametrize(("count", "end"), [(MOST_NAMED, "bell-19"), (MOST_NAMED + 3, "bell-19 and 3 more")])
def test_a_long_list_is_cut(count: int, end: str) -> None:
    bell = BEFORE.devices[0]
    assert isinstance(bell, Button)
    many = replace(BEFORE, devices=(bell, *(replace(bell, id=f"bell-{number}") for number in range(count))))
    assert differences(BEFORE, many).facts()["devices_added"].split(", ")[-1] == end


def test_no_secret_is_among_the_facts() -> None:
    found = differences(BEFORE, OTHER)
    assert not any(
        secret in repr(found) for secret in ("hunter22", "the-first-key", "the-second-key", "a-secret-of-the-example")
    )


def test_nothing_changed_is_nothing() -> None:
    found = differences(BEFORE, replace(BEFORE))
    assert (found.live, found.waiting, found.facts(), found.settings) == ((), (), {}, BEFORE)


def test_of_a_key_it_is_known_beforehand_what_a_change_of_it_waits_for() -> None:
    assert all(map(waits_for_restart, ("mqtt.url", "public.listen", "storage.url")))
    assert not any(map(waits_for_restart, ("public.url", "ifttt.service_keys", "oauth.clients", "devices", "homes")))
