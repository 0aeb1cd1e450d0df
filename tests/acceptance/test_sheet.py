"""`ifttt-bridge sheet`, as a person runs it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.cli import main
from bridge.conformance.sheet import KINDS, read_sheet
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS

SECRETS = (
    *("a-service-key-of-production", "a-secret-of-production", "a-secret-of-last-year"),
    *("a-service-key-of-staging", "a-secret-of-staging"),
)
CONFIG = """
[public]
url = "https://bridge.example.org"
[mqtt]
url = "mqtt://127.0.0.1:9"
[ifttt]
service_keys = ["a-service-key-of-production"]
[[oauth.clients]]
client_id = "production"
client_secret = "a-secret-of-production"
previous_client_secrets = ["a-secret-of-last-year"]
redirect_uris = ["https://ifttt.com/channels/mine/authorize"]
[[oauth.clients]]
client_id = "staging"
client_secret = "a-secret-of-staging"
redirect_uris = ["https://ifttt.com/channels/mine_staging/authorize"]
service_key = "a-service-key-of-staging"
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it printed."""

    status: int
    stdout: str
    stderr: str


class Sheet:
    """The command, in this process: a program of its own for each of these would take a second each."""

    def __init__(self, captured: pytest.CaptureFixture[str], config: Path) -> None:
        self._captured = captured
        self.config = config

    def __call__(self, *arguments: str) -> Done:
        """Run it."""
        status = main(["--config", str(self.config), "sheet", *arguments])
        out, err = self._captured.readouterr()
        return Done(status, out, err)


@pytest.fixture
def sheet(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Sheet:
    path = tmp_path / "bridge.toml"
    path.write_text(CONFIG)
    return Sheet(capsys, path)


@pytest.mark.parametrize("form", [(), ("--json",), ("--markdown",), ("--html",)])
def test_every_form_has_what_the_configuration_says_and_no_secret(sheet: Sheet, form: tuple[str, ...]) -> None:
    done = sheet(*form)
    assert (done.status, done.stderr) == (0, "")
    for wanted in ("door_opened", "bridge.example.org/oauth/token", "mine/authorize", "mine_staging/authorize"):
        assert wanted in done.stdout.replace("\\", "")
    assert not [secret for secret in SECRETS if secret in done.stdout]


def test_each_client_says_which_key_of_the_configuration_holds_its_secrets(sheet: Sheet) -> None:
    document = json.loads(sheet("--json").stdout)
    production, staging = document["service"]["accounts"]
    assert "[ifttt] service_keys" in production["service_key_kept_in"]
    assert staging["service_key_kept_in"] == 'service_key of the [[oauth.clients]] with client_id = "staging"'
    assert staging["client_secret_kept_in"] == 'client_secret of the [[oauth.clients]] with client_id = "staging"'


def test_without_a_usable_configuration_there_are_placeholders_and_why(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "bridge", "--config", str(tmp_path / "nowhere.toml"), "sheet"]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0
    assert "https://home.example.org/oauth/authorize" in done.stdout
    assert "placeholders" in done.stdout
    assert "nowhere.toml: does not exist" in done.stderr


def test_what_changed_since_is_told_and_only_what_harms_ends_with_one(sheet: Sheet, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(sheet("--json").stdout)
    same = sheet("--since", str(saved))
    assert (same.status, same.stderr) == (0, "")
    assert "Nothing has changed." in same.stdout

    older = json.loads(saved.read_text())
    older["triggers"][0]["ingredients"].pop()
    saved.write_text(json.dumps(older))
    safe = sheet("--since", str(saved))
    assert (safe.status, "1 change, 0 of them not safe" in safe.stdout) == (0, True)
    assert "trigger door_opened, ingredient room: new" in safe.stdout

    sheet.config.write_text(CONFIG.replace('client_id = "production"', 'client_id = "renamed"'))
    harmful = sheet("--since", str(saved), "--json")
    changes = [json.loads(line) for line in harmful.stdout.splitlines()]
    assert harmful.status == 1
    [unsafe] = [change for change in changes if not change["safe"]]
    assert "production" in unsafe["what"]
    assert "offline" in unsafe["why"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "does not exist"), (b"\xff", "not UTF-8"), (b"{}", "is not a saved sheet"), (b"[" * 9999, "not a saved")],
)
def test_a_file_that_is_no_saved_sheet_is_wrong_usage(
    sheet: Sheet, tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "saved.json"
    if content is not None:
        file.write_bytes(content)
    done = sheet("--since", str(file))
    assert (done.status, done.stdout) == (2, "")
    assert f"--since {file}: " in done.stderr
    assert words in done.stderr


def test_what_is_saved_is_what_the_conformance_tests_read(sheet: Sheet) -> None:
    read = read_sheet(sheet("--json").stdout.encode())
    assert {kind: list(read.of[kind]) for kind in KINDS} == {
        "triggers": list(TRIGGERS),
        "actions": list(ACTIONS),
        "queries": list(QUERIES),
    }
    door, minutes = read.of["triggers"]["door_left_open"].fields
    assert (door.slug, door.required, door.options, door.validated) == ("door", True, True, False)
    assert (minutes.slug, minutes.required, minutes.options, minutes.validated) == ("minutes", True, False, True)
    assert [field.required for field in read.of["actions"]["turn_on_light"].fields] == [True, False, False]
    assert read.of["triggers"]["door_opened"].ingredients[0].type == "date with time"
