"""The values of the configuration: they keep secrets to themselves, and survive the way through a pipe."""

import copy
from dataclasses import asdict
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import ConfigurationError
from bridge.settings import (
    Address,
    BrokerUrl,
    Button,
    Contact,
    Cover,
    Detector,
    Ifttt,
    Light,
    Lock,
    Mqtt,
    Oauth,
    Private,
    Public,
    Secret,
    Sensor,
    Settings,
    Size,
    Storage,
    Switch,
    load,
)
from bridge.settings.wire import problems_to_bytes, settings_from_bytes, settings_to_bytes

CONFIG = Path(__file__).parents[3] / "config"

numbers = st.integers(min_value=0, max_value=65535)
addresses = st.builds(Address, port=numbers)
seconds = st.floats(min_value=0, max_value=365 * 86_400)
kinds = (Contact, Button, Switch, Detector, Lock)
shaping = {"debounce_s": seconds, "debounce_max_s": st.none() | seconds, "min_interval_s": seconds}
every = {**shaping, "battery_low": numbers}
lights = st.builds(Light, **every, brightness_scale=numbers)
covers = st.builds(Cover, **every, position_open=numbers, position_closed=numbers)
sensors = st.builds(Sensor, **every, hysteresis=seconds)
devices = st.one_of(*(st.builds(kind, **every) for kind in kinds), lights, covers, sensors)
paths = st.none() | st.text().map(Path)
all_settings = st.builds(
    Settings,
    public=st.builds(Public, listen=addresses, max_connections=numbers),
    private=st.builds(Private, listen=addresses),
    mqtt=st.builds(
        Mqtt,
        url=st.builds(BrokerUrl, port=numbers),
        ca_file=paths,
        cert_file=paths,
        key_file=paths,
        late_press_limit_s=seconds,
        receive_maximum=numbers,
    ),
    oauth=st.builds(Oauth, code_life_s=seconds),
    storage=st.builds(
        Storage,
        path=st.text().map(Path),
        keep_events_s=seconds,
        max_size=st.builds(Size, numbers),
        copies=numbers,
        copy_every_s=seconds,
        copies_folder=paths,
    ),
    devices=st.lists(devices, max_size=4).map(tuple),
)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine makes such large examples slowly
@given(all_settings)
def test_settings_come_out_of_the_pipe_as_they_went_in(checked: Settings) -> None:
    assert settings_from_bytes(settings_to_bytes(checked)) == checked


@pytest.mark.parametrize("name", ["bridge.toml", "examples/minimal.toml", "examples/staging.toml"])
def test_the_examples_come_out_of_the_pipe_as_they_went_in(name: str) -> None:
    checked = load(CONFIG / name, {})
    returned = settings_from_bytes(settings_to_bytes(checked))
    assert returned == checked
    assert [type(device) for device in returned.devices] == [type(device) for device in checked.devices]
    assert [device.path for device in returned.devices] == [device.path for device in checked.devices]


@given(st.lists(st.text(), min_size=1))
def test_problems_come_out_of_the_pipe_as_they_went_in(problems: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings_from_bytes(problems_to_bytes(problems))
    assert caught.value.problems == tuple(problems)


@pytest.mark.parametrize("shown", [repr, str, format, ascii, "{0}".format, "%s".__mod__])
def test_a_secret_is_shown_to_nobody(shown: object) -> None:
    assert callable(shown)
    assert "hunter22" not in shown(Secret("hunter22"))


def test_a_dump_of_all_fields_holds_no_secret() -> None:
    keys = Ifttt((Secret("hunter22"),), "https://realtime.example.org", "first-sight", "identity")
    assert "hunter22" not in f"{keys} {asdict(keys)}"
    with pytest.raises(TypeError):
        msgspec.json.encode(keys)


def test_secrets_are_the_same_if_their_texts_are() -> None:
    assert Secret("hunter22") == Secret("hunter22") == copy.deepcopy(Secret("hunter22"))
    assert Secret("hunter22") != Secret("hunter23")
    assert Secret("hunter22") != "hunter22"
    assert len({Secret("hunter22"), Secret("hunter22"), Secret("hunter23")}) == 2
