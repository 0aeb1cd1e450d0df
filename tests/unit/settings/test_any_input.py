"""Whatever is written, it becomes settings or a ConfigurationError; and what is parsed says what was written."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from bridge.errors import ConfigurationError
from bridge.settings import Address, BrokerUrl, Settings, load
from bridge.settings.addresses import parse_address, parse_broker_url
from bridge.settings.checked import check
from bridge.settings.draft import Draft
from bridge.settings.environment import overlay_environment
from bridge.settings.model import SECTIONS, known_keys
from bridge.settings.secret_files import read_secret_files
from bridge.settings.words import parse_duration

WORDS = [
    *("embedded", "mqtt://localhost", "127.0.0.1:80", "sqlite:///x", "first-key", "home", "a", "any", "a/b", "90s"),
    *("contact", "button", "light", "switch", "lock", "json", "plain", "record", "auto", "info", "https://a.example"),
]
KEYS = [
    *("id", "name", "home", "room", "kind", "state_topic", "command_topic", "payload_on", "payload_off", "schema"),
    *("state_path", "press_path", "brightness_scale", "supports_color", "retain"),
    *("debounce", "debounce_max", "min_interval", "publish_topics"),
    *("slug", "topic", "when", "values", "client_id", "client_secret", "client_secret_file", "redirect_uris"),
]
scalars = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=8),
    st.integers(),
    st.integers(min_value=10**400, max_value=10**401),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.just(dt.date(2024, 2, 29)),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)
# mostly right in shape, so that the checks behind the first are reached as well
sections = {
    name: st.dictionaries(st.sampled_from(known_keys(model)) | st.text(max_size=4), values, max_size=5)
    for name, model in SECTIONS.items()
}
tables = st.lists(st.dictionaries(st.sampled_from(KEYS), values, max_size=9) | values, max_size=4)
arrays = {"homes": tables, "devices": tables, "custom_events": tables}
oauth = st.fixed_dictionaries({}, optional={"clients": tables | values})
likely = st.fixed_dictionaries({}, optional={**sections, **arrays, "oauth": oauth})
nested = st.dictionaries(st.text(max_size=6), values, max_size=4)
variables = [f"BRIDGE_{name}__{key}".upper() for name, model in SECTIONS.items() for key in known_keys(model)]
environments = st.dictionaries(
    st.sampled_from(variables) | st.text(max_size=9).map(lambda rest: f"BRIDGE_{rest}"),
    st.sampled_from(WORDS) | st.text(st.characters(), max_size=9),
    max_size=3,
)


@effort(deadline=None)
@given(likely | nested, environments)
@example({"homes": [{"id": []}], "devices": [{"kind": {}}, {"kind": "contact", "id": ["x"]}, 5]}, {})
@example({"ifttt": {"service_keys": [[], {}, [], "first-key"]}}, {})
def test_nothing_but_settings_or_a_configuration_error_comes_out(
    table: dict[str, object], environ: dict[str, str]
) -> None:
    draft = Draft("bridge.toml", table)
    problems: tuple[str, ...] = ()
    overlay_environment(draft, environ)
    read_secret_files(draft, Path("/nowhere"))
    try:
        settings = check(draft)
    except ConfigurationError as error:
        settings, problems = None, error.problems
    assert isinstance(settings, Settings) or problems
    assert all(problem.isprintable() for problem in problems)


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_no_file_whatever_its_bytes_ends_in_another_error(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "bridge.toml")
        file.write_bytes(content)
        with pytest.raises(ConfigurationError):
            load(file, {})


hosts = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z][a-z0-9-]{0,9}){0,2}", fullmatch=True),
)
ports = st.integers(min_value=0, max_value=65535)


@given(hosts, ports)
def test_an_address_is_read_as_it_is_written(host: str, port: int) -> None:
    address = Address(host, port)
    assert parse_address(str(address)) == address


paths = st.from_regex(r"/[!-\"$->A-~]{0,20}", fullmatch=True)


@given(ports)
def test_an_embedded_broker_is_read_as_it_is_written(port: int) -> None:
    url = BrokerUrl(embedded=True, host="127.0.0.1", port=port)
    assert parse_broker_url(str(url)) == url


@given(hosts, ports, st.booleans(), st.none() | paths)
def test_a_broker_is_read_as_it_is_written(host: str, port: int, tls: bool, path: str | None) -> None:  # noqa: FBT001 -- given by hypothesis
    url = BrokerUrl(embedded=False, host=host, port=port or 1, tls=tls, path=path)
    assert parse_broker_url(str(url)) == url


@given(st.integers(min_value=0, max_value=365), st.sampled_from("smhd"))
def test_a_duration_is_its_number_times_its_unit(number: int, unit: str) -> None:
    seconds = dt.timedelta(**{{"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[unit]: number})
    assert parse_duration(f"{number}{unit}") == seconds.total_seconds()
    assert parse_duration(f"{number} {unit}") == seconds.total_seconds()


@given(st.integers(min_value=0, max_value=365 * 86_400_000))
def test_a_duration_in_seconds_is_read_as_it_is_written(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert parse_duration(f"{milliseconds}ms") == seconds
    assert parse_duration(f"{milliseconds // 1000}.{milliseconds % 1000:03}s") == seconds
    assert parse_duration(f"{seconds:.3f}") == seconds
    assert parse_duration(seconds) == seconds


@given(st.text(max_size=12) | st.floats() | st.integers() | st.none())
def test_a_duration_is_never_negative_and_never_without_end(value: object) -> None:
    try:
        seconds = parse_duration(value)
    except ValueError:
        return
    assert 0 <= seconds <= 365 * 86_400


@given(st.text(max_size=20))
def test_an_address_that_is_read_has_a_host_and_a_port(text: str) -> None:
    try:
        address = parse_address(text)
    except ValueError:
        return
    assert address.host
    assert 0 <= address.port <= 65535
    assert parse_address(str(address)) == address
