"""What can be seen of a wrong configuration: where its pages would be, and when it changes."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.settings.glimpse import PRIVATE_LISTEN, marks_of, private_listen
from bridge.settings.single import Address


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bridge.toml"


def test_the_address_is_taken_from_a_file_that_is_wrong_elsewhere(file: Path) -> None:
    file.write_text('[private]\nlisten = "127.0.0.1:9000"\n[mqqt]\nurl = 7\n')
    assert private_listen(file, {}) == Address("127.0.0.1", 9000)


def test_a_later_file_and_a_variable_have_the_last_word(file: Path) -> None:
    file.write_text('[private]\nlisten = "127.0.0.1:9000"\n')
    (file.parent / "conf.d").mkdir()
    (file.parent / "conf.d" / "10.toml").write_text('[private]\nlisten = "127.0.0.1:9001"\n')
    (file.parent / "conf.d" / "20.toml").write_text("[private\n")
    assert private_listen(file, {}).port == 9001
    assert private_listen(file, {"BRIDGE_PRIVATE__LISTEN": "[::1]:9002"}) == Address("::1", 9002)
    assert private_listen(file, {"BRIDGE_PRIVATE__LISTEN": "nowhere"}).port == 9001


def test_what_cannot_be_read_leaves_the_usual_address(file: Path) -> None:
    assert private_listen(file, {}) == PRIVATE_LISTEN
    file.write_text('private = "x"')
    assert private_listen(file, {}) == PRIVATE_LISTEN


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_it_stumble(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bridge.toml"
    file.write_bytes(content)
    assert private_listen(file, {}).port >= 0
    assert marks_of(file, {})


@pytest.mark.parametrize("changed", ["bridge.toml", "conf.d/10.toml", "conf.d/20.toml", "password", "handed/over"])
def test_a_change_of_any_file_it_is_made_of_is_noticed(file: Path, changed: str) -> None:
    for folder in ("conf.d", "handed"):
        (file.parent / folder).mkdir()
    file.write_text('[mqtt]\npassword_file = "password"\n')
    (file.parent / "conf.d" / "10.toml").write_text("")
    environ = {"CREDENTIALS_DIRECTORY": str(file.parent / "handed")}
    before = marks_of(file, environ)
    assert marks_of(file, environ) == before
    with (file.parent / changed).open("a") as opened:
        opened.write("# more\n")
    assert marks_of(file, environ) != before


def test_a_file_that_a_client_names_counts_too(file: Path) -> None:
    file.write_text('[[oauth.clients]]\nclient_secret_file = "secret"\n')
    before = marks_of(file, {})
    (file.parent / "secret").write_text("a-secret")
    assert marks_of(file, {}) != before
