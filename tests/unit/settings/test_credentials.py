"""Secrets that systemd hands over: their names, what they beat and what beats them; and what is remarked upon."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.settings import Settings, load, load_apart

START = '[mqtt]\nurl = "mqtt://localhost"\nusername = "u"\n[ifttt]\n'
KEYS = 'service_keys = ["first-key"]\n'
ADDRESS = '[public]\nurl = "https://home.example.org"\n'
CLIENT = ADDRESS + '[[oauth.clients]]\nclient_id = "my.clone"\nredirect_uris = ["https://ifttt.com/a"]\n'
Load = Callable[..., Settings]
Refused = Callable[..., list[str]]
Give = Callable[[str, str], dict[str, str]]


@pytest.fixture
def give(tmp_path: Path) -> Give:
    """Return what makes a credential, and gives the environment in which it is handed over."""

    def make(name: str, content: str) -> dict[str, str]:
        folder = tmp_path / "credentials"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(content)
        return {"CREDENTIALS_DIRECTORY": str(folder)}

    return make


def sources(settings: Settings) -> list[tuple[str, Path]]:
    return [(source.what, source.path) for source in settings.sources]


def password(settings: Settings) -> str | None:
    return settings.mqtt.password.get_secret_value() if settings.mqtt.password else None


def test_every_secret_is_read_from_the_credential_of_its_name(loaded: Load, give: Give) -> None:
    give("mqtt.password", "hunter22\n")
    give("ifttt.service_keys", "second-key\nthird-key\n")
    give("oauth.clients.my.clone.service_key", "fourth-key")
    give("oauth.clients.my.clone.previous_client_secrets", "secret-of-last-year\n\nsecret-of-long-ago\n")
    settings = loaded(START + CLIENT, give("oauth.clients.my.clone.client_secret", "secret-of-the-clone"))
    (client,) = settings.oauth.clients
    assert password(settings) == "hunter22"
    assert [key.get_secret_value() for key in settings.ifttt.service_keys] == ["second-key", "third-key"]
    assert client.client_secret.get_secret_value() == "secret-of-the-clone"
    assert [one.get_secret_value() for one in client.previous_client_secrets] == [
        *("secret-of-last-year", "secret-of-long-ago")
    ]
    assert client.service_key is not None
    assert client.service_key.get_secret_value() == "fourth-key"
    assert "not used: the credential" not in "".join(settings.notes)


def test_the_files_that_the_next_start_needs_are_known(loaded: Load, give: Give, file: Path, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("first-key\n")
    text = START.replace("[ifttt]", '[ifttt]\nservice_keys_file = "keys"')
    settings = loaded(text, give("mqtt.password", "hunter22"))
    expected = [
        ("mqtt.password: the credential", tmp_path / "credentials" / "mqtt.password"),
        ("ifttt.service_keys_file: the file", tmp_path / "keys"),
    ]
    assert sources(settings) == expected
    with load_apart(file, os.environ | give("mqtt.password", "hunter22")) as settings_when_read:
        assert sources(settings_when_read()) == expected
    beaten = loaded(text, give("mqtt.password", "hunter22") | {"BRIDGE_MQTT__PASSWORD": "other"})
    assert sources(beaten) == expected[1:], "what is not used is not needed"


def test_a_secret_from_a_pipe_is_not_looked_for_again(loaded: Load) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"first-key\n")
    os.close(writing)
    settings = loaded(START.replace("[ifttt]", f'[ifttt]\nservice_keys_file = "/dev/fd/{reading}"'))
    os.close(reading)
    assert sources(settings) == []


@pytest.mark.parametrize("line", ['password = "other"', 'password_file = "absent"'])
def test_a_credential_beats_the_file_and_that_is_said(loaded: Load, give: Give, file: Path, line: str) -> None:
    settings = loaded(START.replace("[ifttt]", f"{line}\n[ifttt]") + KEYS, give("mqtt.password", "hunter22"))
    assert password(settings) == "hunter22"
    key = line.partition(" ")[0]
    assert f"{file}:4: mqtt.{key}: is not used: the credential mqtt.password takes its place" in settings.notes


@pytest.mark.parametrize(("name", "value"), [("PASSWORD", "other"), ("PASSWORD_FILE", "secret")])
def test_the_environment_beats_a_credential(loaded: Load, give: Give, tmp_path: Path, name: str, value: str) -> None:
    (tmp_path / "secret").write_text("other")
    environ = {**give("mqtt.password", "hunter22"), f"BRIDGE_MQTT__{name}": value}
    assert password(loaded(START + KEYS, environ)) == "other"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("mqtt.pasword", "x", "mqtt.pasword: no secret has this name; did you mean mqtt.password?"),
        ("mqtt_password", "x", "mqtt_password: no secret has this name; did you mean mqtt.password?"),
        (
            "oauth.clients.my.clown.client_secret",
            "x",
            (
                "oauth.clients.my.clown.client_secret: no secret has this name; "
                "did you mean oauth.clients.my.clone.client_secret?"
            ),
        ),
        ("mqtt.password", "a\nb\n", "mqtt.password: mqtt.password: must hold one line and nothing else"),
        ("mqtt.password", "x" * 131_073, "mqtt.password: mqtt.password: is larger than 128 KiB; is it the right file?"),
        (
            "ifttt.service_keys",
            "second-key\n\nshort\n",
            (
                "ifttt.service_keys:3: ifttt.service_keys[#2]: is not a service key: "
                "8 to 256 printable ASCII characters without spaces; copy it from IFTTT"
            ),
        ),
    ],
)
def test_a_credential_that_cannot_be_used_is_told(
    refused: Refused, give: Give, name: str, content: str, problem: str
) -> None:
    text = START + KEYS + CLIENT + 'client_secret = "secret-of-the-clone"'
    assert refused(text, give(name, content)) == [f"FOLDER/credentials/{problem}"]


def test_a_credential_that_is_gone_leaves_its_key_missing(refused: Refused, give: Give) -> None:
    assert refused(START, give("something-else", "x")) == [
        (
            "FILE:4: ifttt.service_keys: is missing; "
            "give service_keys, service_keys_file or the credential ifttt.service_keys"
        )
    ]


def test_a_credential_that_begins_like_ours_is_remarked_upon(loaded: Load, give: Give, tmp_path: Path) -> None:
    known = "known here: mqtt.password, ifttt.service_keys"
    assert loaded(START + KEYS, give("mqtt.url", "mqtt://elsewhere")).notes == (
        f"{tmp_path}/credentials/mqtt.url: is not used: no secret has this name; {known}",
    )


@pytest.mark.parametrize("name", ["mqtt.pasword", "mqtt.secret", "anything"])
def test_a_credential_may_be_named_by_its_path(loaded: Load, give: Give, tmp_path: Path, name: str) -> None:
    environ = {**give(name, "hunter22"), "BRIDGE_MQTT__PASSWORD_FILE": f"{tmp_path}/credentials/{name}"}
    settings = loaded(START + KEYS, environ)
    assert password(settings) == "hunter22"
    assert settings.notes == ()


def test_credentials_of_others_and_a_folder_that_is_gone_do_not_matter(loaded: Load, give: Give) -> None:
    assert loaded(START + KEYS, give("wireguard", "x")).notes == ()
    assert loaded(START + KEYS, {"CREDENTIALS_DIRECTORY": "/nowhere"}).notes == ()
    assert loaded(START + KEYS, {"CREDENTIALS_DIRECTORY": ""}).notes == ()


def test_a_folder_of_credentials_that_is_none_is_told(refused: Refused, file: Path) -> None:
    assert refused(START + KEYS, {"CREDENTIALS_DIRECTORY": str(file)}) == [
        "CREDENTIALS_DIRECTORY: the folder FILE cannot be read: Not a directory"
    ]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder into which every user of the machine may look; those of pytest are closed."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_secret_that_everybody_may_read_is_remarked_upon(open_folder: Path) -> None:
    file, secret = open_folder / "bridge.toml", open_folder / "secret"
    file.write_text(START.replace("[ifttt]", 'password_file = "secret"\n[ifttt]') + KEYS)
    secret.write_text("hunter22")
    file.chmod(0o644)
    secret.chmod(0o644)
    in_file = f"{file}:6: ifttt.service_keys: every user of this machine may read this secret; chmod o-r the file"
    in_secret = f"{file}:4: mqtt.password_file: every user of this machine may read {secret}; chmod o-r it"
    assert load(file, {}).notes == (in_secret, in_file)
    secret.chmod(0o640)
    assert load(file, {}).notes == (in_file,)
    file.chmod(0o600)
    assert load(file, {}).notes == ()
    secret.chmod(0o644)
    open_folder.chmod(0o750)
    assert load(file, {}).notes == (), "nobody gets as far as the file"


def test_what_this_version_acts_upon_is_not_remarked_upon(loaded: Load) -> None:
    settings = loaded(
        '[mqtt]\nurl = "embedded"\ndiscovery = ["homie"]\n[ifttt]\n' + KEYS + CLIENT
        + 'client_secret = "secret-of-the-clone"\n[[homes]]\nid = "a"\nname = "A"\npublish_topics = ["a/+"]\n'
        '[[devices]]\nid = "d"\nname = "D"\nkind = "contact"\nstate_topic = "d"\ndebounce = "500ms"\n'
    )  # fmt: skip
    assert settings.notes == ()


def test_what_asks_for_nothing_is_not_remarked_upon(loaded: Load) -> None:
    door = '[[devices]]\nid = "d"\nname = "D"\nkind = "contact"\nstate_topic = "d"\ndebounce = "0s"\n'
    assert loaded(START.replace("[ifttt]", "discovery = []\n[ifttt]") + KEYS + door).notes == ()


def test_a_secret_that_was_left_as_in_the_example_is_remarked_upon(loaded: Load, file: Path) -> None:
    known = "is still the one of the example, which everybody knows; put your own in its place"
    text = (
        START.replace("[ifttt]", 'password = "replace-me"\n[ifttt]') + 'service_keys = ["mine-alone", "replace-me-x"]'
    )
    assert loaded(text).notes == (f"{file}:4: mqtt.password: {known}", f"{file}:6: ifttt.service_keys[#2]: {known}")
