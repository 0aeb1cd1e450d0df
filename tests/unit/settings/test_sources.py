"""Where values come from: which file, the environment over it, secrets in files of their own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.errors import ConfigurationError
from bridge.settings import Settings, load, locate

KEYS = '[ifttt]\nservice_keys = ["first-key"]\n'
START = KEYS + '[mqtt]\nurl = "mqtt://localhost"\n'
Load = Callable[..., Settings]
Refused = Callable[..., list[str]]


def secrets(settings: Settings) -> list[str]:
    return [key.get_secret_value() for key in settings.ifttt.service_keys]


def password(settings: Settings) -> str | None:
    return settings.mqtt.password.get_secret_value() if settings.mqtt.password else None


def test_the_file_asked_for_comes_before_the_variable_and_that_before_the_system_s() -> None:
    assert locate(Path("a.toml"), {"BRIDGE_CONFIG": "b.toml"}) == Path("a.toml")
    assert locate(None, {"BRIDGE_CONFIG": "b.toml"}) == Path("b.toml")
    assert locate(None, {"BRIDGE_CONFIG": ""}) == locate(None, {}) == Path("/etc/ifttt-bridge/bridge.toml")


def test_the_file_named_by_the_variable_is_read(file: Path) -> None:
    file.write_text(START)
    assert load(None, {"BRIDGE_CONFIG": str(file)}).mqtt.url.host == "localhost"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("absent.toml", "does not exist; check the path"),
        (".", "is a folder; give the path of a file"),
        ("file/below.toml", "cannot be read: Not a directory"),
        ("latin.toml", "is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_plainly(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / name, {})
    assert caught.value.problems == (f"{tmp_path / name}: {problem}",)


def test_the_mark_that_editors_of_windows_put_first_belongs_neither_to_the_configuration_nor_to_a_secret(
    file: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(b"\xef\xbb\xbfopen sesame\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + START.encode() + b'username = "u"\npassword_file = "secret"\n')
    assert password(load(file, {})) == "open sesame"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_this_user_may_not_read_is_told_plainly(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0)
    assert refused(START + 'username = "u"\npassword_file = "secret"') == [
        "FILE:6: mqtt.password_file: the file FOLDER/secret may not be read by this user; check its owner and mode"
    ]


def test_a_file_that_fails_while_it_is_read_is_told_plainly(refused: Refused) -> None:
    failing = "/proc/self/mem"  # opens, but nothing can be read at its beginning
    with pytest.raises(ConfigurationError) as caught:
        load(Path(failing), {})
    assert str(caught.value) == f"{failing}: cannot be read: Input/output error"
    assert refused(f'{START}username = "u"\npassword_file = "{failing}"') == [
        f"FILE:6: mqtt.password_file: the file {failing} cannot be read: Input/output error"
    ]


def test_the_environment_beats_the_file(loaded: Load) -> None:
    settings = loaded(
        START + "receive_maximum = 20\n",
        {
            "BRIDGE_MQTT__URL": "embedded:18830",
            "BRIDGE_MQTT__RECEIVE_MAXIMUM": "200",
            "BRIDGE_MQTT__LATE_PRESS_LIMIT": "90",
            "BRIDGE_STORAGE__URL": "sqlite:///srv/b.db",
            "BRIDGE_LOG__LEVEL": "debug",
        },
    )
    assert str(settings.mqtt.url) == "embedded:18830"
    assert settings.mqtt.receive_maximum == 200
    assert settings.mqtt.late_press_limit_s == 90.0
    assert settings.storage.path == Path("/srv/b.db")
    assert settings.log.level == "debug"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("second-key", ["second-key"]),
        ("second-key, third-key", ["second-key", "third-key"]),
        ('["second,key", "third-key"]', ["second,key", "third-key"]),
    ],
)
def test_a_list_in_the_environment_is_json_or_separated_by_commas(loaded: Load, text: str, keys: list[str]) -> None:
    assert secrets(loaded(START, {"BRIDGE_IFTTT__SERVICE_KEYS": text})) == keys


def test_an_empty_variable_is_an_empty_list(loaded: Load) -> None:
    assert loaded(START, {"BRIDGE_PUBLIC__TRUSTED_PROXIES": ""}).public.trusted_proxies == ()


def test_variables_of_other_programs_do_not_matter(loaded: Load) -> None:
    environ = {"BRIDGE_HOME": "x", "BRIDGE_": "", "BRIDGET": "y", "PATH": "/bin", "BRIDGE_CONFIG": "z"}
    assert loaded(START, environ) == loaded(START)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("BRIDGE_MQTT__URLL", "x", "BRIDGE_MQTT__URLL: there is no such setting; did you mean BRIDGE_MQTT__URL?"),
        ("BRIDGE_MQTT_URL", "x", "BRIDGE_MQTT_URL: there is no such setting; did you mean BRIDGE_MQTT__URL?"),
        ("BRIDGE_X__Y", "x", "BRIDGE_X__Y: there is no such setting; names are BRIDGE_SECTION__KEY"),
        (
            "BRIDGE_MQTT__URL",
            "",
            (
                'BRIDGE_MQTT__URL: must be "mqtt://HOST:PORT", "mqtts://HOST:PORT", "ws://HOST:PORT/PATH", '
                '"wss://HOST:PORT/PATH" or "embedded"'
            ),
        ),
        ("BRIDGE_MQTT__RECEIVE_MAXIMUM", "many", "BRIDGE_MQTT__RECEIVE_MAXIMUM: must be a whole number"),
        ("BRIDGE_MQTT__RECEIVE_MAXIMUM", "9" * 5000, "BRIDGE_MQTT__RECEIVE_MAXIMUM: must be a whole number"),
        ("BRIDGE_MQTT__PROTOCOL", "4", 'BRIDGE_MQTT__PROTOCOL: must be "auto", "5" or "3.1.1", not "4"'),
        ("BRIDGE_MQTT__CHANGED_WHILE_AWAY", "a\udc80", "BRIDGE_MQTT__CHANGED_WHILE_AWAY: is not valid UTF-8 text"),
        ("BRIDGE_LOG__FORMAT", "x\ny", 'BRIDGE_LOG__FORMAT: must be "text" or "json", not "x\\ny"'),
        ("BRIDGE_MQTT__USERNAME", "a\udc80", "BRIDGE_MQTT__USERNAME: is not valid UTF-8 text"),
        (
            "BRIDGE_PUBLIC__TRUSTED_PROXIES",
            "::1,x",
            'BRIDGE_PUBLIC__TRUSTED_PROXIES[#2]: "x" is neither an IP address nor a network such as 10.0.0.0/24',
        ),
        ("BRIDGE_PUBLIC__TRUSTED_PROXIES", "[", "BRIDGE_PUBLIC__TRUSTED_PROXIES: must be a list of texts"),
        ("BRIDGE_PUBLIC__TRUSTED_PROXIES", "[" * 9_999, "BRIDGE_PUBLIC__TRUSTED_PROXIES: must be a list of texts"),
        (
            "BRIDGE_MQTT__PASSWORD_FILE",
            "absent",
            "BRIDGE_MQTT__PASSWORD_FILE: the file FOLDER/absent does not exist; check the path",
        ),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(refused: Refused, name: str, value: str, problem: str) -> None:
    assert refused(START, {name: value}) == [problem]


def test_a_variable_given_twice_is_refused(refused: Refused) -> None:
    environ = {"BRIDGE_MQTT__URL": "embedded", "BRIDGE_MQTT__Url": "embedded"}
    assert refused(START, environ) == ["BRIDGE_MQTT__Url: is the same as BRIDGE_MQTT__URL; keep one of the two"]


def test_a_section_that_is_none_is_told_though_the_environment_fills_it(refused: Refused) -> None:
    environ = {"BRIDGE_LOG__LEVEL": "debug"}
    assert refused('log = "info"\n' + START, environ) == ["FILE:1: log: must be a table; begin it with [log]"]


@pytest.mark.parametrize("content", ["hunter 22", "hunter 22\n", "hunter 22\r\n"])
def test_a_password_file_holds_one_line(loaded: Load, tmp_path: Path, content: str) -> None:
    (tmp_path / "secret").write_bytes(content.encode())
    assert password(loaded(START + 'username = "u"\npassword_file = "secret"')) == "hunter 22"


def test_a_list_of_secrets_has_one_on_each_line(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("second-key\n\n  third-key\n")
    text = '[mqtt]\nurl = "embedded"\n[ifttt]\nservice_keys_file = "keys"'
    assert secrets(loaded(text)) == ["second-key", "third-key"]


def test_a_secret_file_may_be_named_by_its_whole_path_and_by_a_variable(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter22")
    environ = {"BRIDGE_MQTT__USERNAME": "u", "BRIDGE_MQTT__PASSWORD_file": str(tmp_path / "secret")}
    assert password(loaded(START, environ)) == "hunter22"


@pytest.mark.parametrize(
    ("in_file", "variable", "value"),
    [
        ('password_file = "absent"', "BRIDGE_MQTT__PASSWORD", "hunter22"),
        ('password = "other"', "BRIDGE_MQTT__PASSWORD_FILE", "secret"),
    ],
)
def test_a_secret_in_the_environment_replaces_both_forms_in_the_file(
    loaded: Load, tmp_path: Path, in_file: str, variable: str, value: str
) -> None:
    (tmp_path / "secret").write_text("hunter22")
    assert password(loaded(f'{START}username = "u"\n{in_file}', {variable: value})) == "hunter22"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('password_file = "absent"', "the file FOLDER/absent does not exist; check the path"),
        ('password_file = "."', "the file FOLDER is a folder; give the path of a file"),
        ('password_file = ""', "must be the path of a file, in quotes"),
        ("password_file = 5", "must be the path of a file, in quotes"),
        ('password_file = "a\\u0000"', "the file FOLDER/a\\x00 has a NUL character in its path; remove it"),
        ('password_file = "empty"', "the file FOLDER/empty must hold one line and nothing else"),
        ('password_file = "lines"', "the file FOLDER/lines must hold one line and nothing else"),
        ('password_file = "binary"', "the file FOLDER/binary is not UTF-8 text; save it as UTF-8"),
        ('password_file = "large"', "the file FOLDER/large is larger than 128 KiB; is it the right file?"),
        ('password = "x"\npassword_file = "lines"', "password is given as well; keep one of the two"),
    ],
)
def test_a_secret_file_that_cannot_be_used_is_told_plainly(
    refused: Refused, tmp_path: Path, line: str, problem: str
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "lines").write_text("one\ntwo\n")
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "large").write_bytes(b"x" * 131_073)
    assert refused(f'{START}username = "u"\n{line}') == [
        f"FILE:{5 + len(line.splitlines())}: mqtt.password_file: {problem}"
    ]


def test_what_a_secret_file_should_have_held_is_not_called_missing_as_well(refused: Refused) -> None:
    assert refused('[mqtt]\nurl = "embedded"\n[ifttt]\nservice_keys_file = "absent"') == [
        "FILE:4: ifttt.service_keys_file: the file FOLDER/absent does not exist; check the path"
    ]


def test_a_fault_inside_a_secret_file_is_told_with_its_line_there(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("second-key\n\nshort\n")
    assert refused('[mqtt]\nurl = "embedded"\n[ifttt]\nservice_keys_file = "keys"') == [
        (
            "FOLDER/keys:3: ifttt.service_keys[#2]: is not a service key: "
            "8 to 256 printable ASCII characters without spaces; copy it from IFTTT"
        )
    ]


def test_both_forms_in_the_environment_are_refused(refused: Refused) -> None:
    environ = {"BRIDGE_MQTT__USERNAME": "u", "BRIDGE_MQTT__PASSWORD": "p", "BRIDGE_MQTT__PASSWORD_FILE": "f"}
    assert refused(START, environ) == ["BRIDGE_MQTT__PASSWORD_FILE: password is given as well; keep one of the two"]


def test_no_secret_is_ever_shown(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter22")
    text = KEYS.replace("first-key", "hunter22") + '[mqtt]\nurl = "embedded"\nusername = "u"\npassword_file = "secret"'
    settings = loaded(text)
    assert password(settings) == "hunter22"
    assert "hunter22" not in f"{settings!r} {settings} {settings.mqtt!r} {settings.ifttt!r} {settings.mqtt.password}"


@pytest.mark.parametrize(
    "text",
    [
        KEYS.replace("first-key", "hunter22 hunter22") + '[mqtt]\nurl = "embedded"',
        KEYS.replace('"first-key"', '"hunter22", "hunter22"') + '[mqtt]\nurl = "embedded"',
        KEYS + '[mqtt]\nurl = "mqtt://hunter22@localhost"',
        KEYS + '[mqtt]\nurl = "hunter22://localhost"',
        KEYS + '[mqtt]\nurl = "embedded"\npassword = "hunter22"',
        KEYS + '[mqtt]\nurl = "embedded"\npassword = ["hunter22"]',
        KEYS + '[mqtt]\nurl = "embedded"\n[storage]\nurl = "postgresql://hunter22@db"',
        KEYS + '[mqtt]\nurl = "embedded"\n[public]\nurl = "https://hunter22@home.example.org?hunter22"',
        KEYS + '[mqtt]\nurl = "embedded"\npasword = "hunter22"',
    ],
)
def test_no_error_tells_a_secret(loaded: Load, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        loaded(text)
    assert "hunter22" not in str(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
