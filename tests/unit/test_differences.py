"""What changed between two configurations: all of it found, and each key either in force or named as waiting."""

from dataclasses import fields, replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.differences import MOST_NAMED, differences
from bridge.settings import (
    Address,
    BrokerUrl,
    Button,
    Client,
    CustomEvent,
    Home,
    Ifttt,
    Log,
    Mqtt,
    Oauth,
    Private,
    Public,
    Secret,
    Settings,
    Storage,
)

KINDS = {
    "public": Public,
    "private": Private,
    "mqtt": Mqtt,
    "storage": Storage,
    "ifttt": Ifttt,
    "oauth": Oauth,
    "log": Log,
}
SECTIONS = [field.name for field in fields(Settings) if field.name in KINDS]
EVERY_KEY = [(section, field.name) for section in SECTIONS for field in fields(KINDS[section])]
LIVE = {
    *("public.url", "public.trusted_proxies", "mqtt.late_press_limit", "mqtt.changed_while_away"),
    *("ifttt.service_keys", "ifttt.realtime_url", "ifttt.timeline_start"),
    *("oauth.clients", "log.level", "log.format"),
}


def bell(identity: str, *, name: str = "Bell") -> Button:
    return Button(identity, name, "home", "", f"home/{identity}", 0.0, "button", None)


BEFORE = Settings(
    public=Public(Address("127.0.0.1", 8080), "", ()),
    private=Private(Address("127.0.0.1", 8081)),
    mqtt=Mqtt(
        BrokerUrl(False, "broker", 1883),  # noqa: FBT003 -- its shape
        *(None, None, None, None, None, "bridge", None),
        discovery=(),
        late_press_limit_s=120.0,
        changed_while_away="record",
        protocol="auto",
        receive_maximum=1000,
    ),
    storage=Storage(Path("/a")),
    ifttt=Ifttt((Secret("the-first-key"),), "https://example.org", "first-sight"),
    oauth=Oauth(()),
    log=Log("info", "text"),
    homes=(Home("home", "Home", ()),),
    devices=(bell("bell"), bell("gong")),
    custom_events=(),
)
OTHER = Settings(
    public=Public(Address("::", 1), "https://example.org", (ip_network("10.0.0.0/8"),)),
    private=Private(Address("::", 2)),
    mqtt=Mqtt(
        BrokerUrl(True, "other", 1),  # noqa: FBT003 -- its shape
        "anna",
        Secret("hunter22"),
        *(Path("/ca"), Path("/cert"), Path("/key"), "other", "status"),
        discovery=("homie",),
        late_press_limit_s=1.0,
        changed_while_away="fire",
        protocol="5",
        receive_maximum=20,
    ),
    storage=Storage(Path("/b")),
    ifttt=Ifttt((Secret("the-second-key"),), "https://example.com", "everything"),
    oauth=Oauth((Client("production", Secret("a-secret-of-some-length"), ("https://ifttt.com/a",), None),)),
    log=Log("debug", "json"),
    homes=(Home("home", "Elm", ()), Home("barn", "Barn", ())),
    devices=(bell("gong", name="Gong"), bell("ring")),
    custom_events=(CustomEvent("parcel", "Parcel", "home", "home/mailbox", None, ()),),
)


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
    facts = differences(BEFORE, replace(OTHER, **{name: getattr(BEFORE, name) for name in SECTIONS})).facts()
    assert facts == {
        "homes_added": "barn",
        "homes_changed": "home",
        "devices_added": "ring",
        "devices_removed": "bell",
        "devices_changed": "gong",
        "custom_events_added": "parcel",
    }


@pytest.mark.parametrize(("count", "end"), [(MOST_NAMED, "bell-19"), (MOST_NAMED + 3, "bell-19 and 3 more")])
def test_a_long_list_is_cut(count: int, end: str) -> None:
    many = replace(BEFORE, devices=(*BEFORE.devices, *(bell(f"bell-{number}") for number in range(count))))
    assert differences(BEFORE, many).facts()["devices_added"].split(", ")[-1] == end


def test_no_secret_is_among_the_facts() -> None:
    found = differences(BEFORE, OTHER)
    assert not any(secret in repr(found) for secret in ("hunter22", "the-first-key", "the-second-key"))


def test_nothing_changed_is_nothing() -> None:
    found = differences(BEFORE, replace(BEFORE))
    assert (found.live, found.waiting, found.facts(), found.settings) == ((), (), {}, BEFORE)
