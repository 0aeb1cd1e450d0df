"""The files of an encrypted connection: found from the configuration's folder, looked into, told in a user's words."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.settings import BrokerUrl, Settings
from tests.parts.certificates import Authority

START = '[ifttt]\nservice_keys = ["first-key"]\n[mqtt]\nurl = "mqtts://broker.lan"\n'
FILES = 'ca_file = "authority.pem"\ncert_file = "bridge.pem"\nkey_file = "bridge.key"\n'

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an authority and the certificates of two clients."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    authority.issue("bridge")
    authority.issue("other")
    encrypted = ["openssl", "pkey", "-in", str(folder / "bridge.key"), "-aes256", "-passout", "pass:secret"]
    subprocess.run([*encrypted, "-out", str(folder / "protected.key")], check=True)
    text = (folder / "authority.pem").read_text()
    (folder / "broken.pem").write_text(text[:100] + text[160:])
    (folder / "both.pem").write_text((folder / "bridge.pem").read_text() + (folder / "bridge.key").read_text())
    return folder


@pytest.fixture
def beside(made: Path, tmp_path: Path) -> Path:
    """Put those files beside the configuration."""
    for file in made.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def test_relative_paths_start_at_the_folder_of_the_configuration(loaded: Loaded, beside: Path) -> None:
    mqtt = loaded(START + FILES).mqtt
    assert mqtt.url == BrokerUrl(embedded=False, host="broker.lan", port=8883, tls=True)
    assert mqtt.ca_file == beside / "authority.pem"
    assert mqtt.cert_file == beside / "bridge.pem"
    assert mqtt.key_file == beside / "bridge.key"


def test_the_files_are_known_as_needed_again(loaded: Loaded, beside: Path) -> None:
    assert [(source.what, source.path) for source in loaded(START + FILES).sources] == [
        ("mqtt.ca_file: the file", beside / "authority.pem"),
        ("mqtt.cert_file: the file", beside / "bridge.pem"),
        ("mqtt.key_file: the file", beside / "bridge.key"),
    ]


def test_a_variable_names_a_file_too_and_an_absolute_path_stays(loaded: Loaded, beside: Path) -> None:
    environ = {"BRIDGE_MQTT__CA_FILE": "authority.pem", "BRIDGE_MQTT__KEY_FILE": str(beside / "bridge.key")}
    mqtt = loaded(START + 'cert_file = "bridge.pem"\nkey_file = "other.key"\n', environ).mqtt
    assert (mqtt.ca_file, mqtt.key_file) == (beside / "authority.pem", beside / "bridge.key")


@pytest.mark.usefixtures("beside")
def test_one_file_may_hold_the_certificate_and_its_key(loaded: Loaded) -> None:
    mqtt = loaded(START + 'cert_file = "both.pem"\nkey_file = "both.pem"\n').mqtt
    assert mqtt.cert_file == mqtt.key_file


def test_key_file_is_no_secret_file_of_a_key_named_key(refused: Refused, beside: Path) -> None:
    """A variable for it must not swallow a wrong key of the file."""
    del beside
    problems = refused(START + FILES + 'key = "x"\n', {"BRIDGE_MQTT__KEY_FILE": "bridge.key"})
    assert [without_line(line).split("; ")[0] for line in problems] == ["FILE: mqtt.key: there is no such key"]


@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ('ca_file = "broken.pem"', "mqtt.ca_file: the file FOLDER/broken.pem holds a broken certificate"),
        ('ca_file = "bridge.key"', "mqtt.ca_file: the file FOLDER/bridge.key holds no certificate in PEM form"),
        (
            'cert_file = "bridge.pem"\nkey_file = "other.key"',
            "mqtt.key_file: does not belong to cert_file; give the key that it was made with",
        ),
        (
            'cert_file = "bridge.pem"\nkey_file = "protected.key"',
            "mqtt.key_file: the file FOLDER/protected.key is protected by a passphrase",
        ),
        (
            'cert_file = "broken.pem"\nkey_file = "bridge.key"',
            "mqtt.cert_file: cannot be used with key_file",
        ),
        (
            'cert_file = "bridge.pem"\nkey_file = "bridge.pem"',
            "mqtt.key_file: the file FOLDER/bridge.pem holds no private key in PEM form",
        ),
    ],
)
def test_files_that_cannot_be_used_are_refused(refused: Refused, files: str, problem: str) -> None:
    [line] = refused(f"{START}{files}\n")
    assert without_line(line).startswith(f"FILE: {problem}")


def without_line(problem: str) -> str:
    return re.sub(r"^FILE:\d+:", "FILE:", problem)
