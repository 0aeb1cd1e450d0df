"""A line about a wrong configuration, taken apart for a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.dashboard.faults import Fault, faults_in
from tests.unit.settings.test_refused import WRONG

FILE = "/etc/ifttt-bridge/bridge.toml"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            f"{FILE}:7: mqtt.clientid: there is no such key; did you mean client_id?",
            Fault("there is no such key", FILE, "7", "mqtt.clientid", "did you mean client_id?"),
        ),
        (f"{FILE}: mqtt.url: is missing", Fault("is missing", FILE, "", "mqtt.url")),
        (f"{FILE}: does not exist; check the path", Fault("does not exist", FILE, cure="check the path")),
        (
            f"{FILE}:3: is not valid TOML: Cannot overwrite a value (column 10)",
            Fault("is not valid TOML: Cannot overwrite a value (column 10)", FILE, "3"),
        ),
        (
            f"{FILE}:9: devices[front-door].kind: is missing",
            Fault("is missing", FILE, "9", "devices[front-door].kind"),
        ),
        ("BRIDGE_MQTT__URL: must be text", Fault("must be text", key="BRIDGE_MQTT__URL")),
        ("reading took too long", Fault("reading took too long")),
    ],
)
def test_a_line_comes_apart_into_place_fault_and_cure(line: str, fault: Fault) -> None:
    assert faults_in([line]) == [fault]


def test_of_all_that_is_refused_the_file_is_found_and_nothing_is_lost() -> None:
    for _, _, problems in WRONG:
        for line in problems.replace("FILE", FILE).splitlines():
            [fault] = faults_in([line])
            assert fault.what
            if line.startswith(FILE):
                assert fault.file == FILE
                assert fault.key or "TOML" in line or "does not" in line or ": is " in line, line


@given(st.text())
def test_no_text_is_lost(line: str) -> None:
    [fault] = faults_in([line])
    place = f"{fault.file}{':' if fault.line else ''}{fault.line}: " if fault.file else ""
    key, cure = f"{fault.key}: " if fault.key else "", f"; {fault.cure}" if fault.cure else ""
    assert f"{place}{key}{fault.what}{cure}" in {line, line.removesuffix("; ")}
