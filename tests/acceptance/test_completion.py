"""Completion in real shells, and the manual page through the real typesetter, for every command that there is."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.cli import COMMANDS, parser
from bridge.cli.outline import outline_of

BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_ifttt_bridge 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = 'source "$argv[1]"; complete -C "$argv[2]" | string split -f1 \\t'
ZSH = """
compdef() { : }
_files() { print -- FILES }
_describe() { local name=${@[-1]}; local -a all=(${(P)name}); print -l -- ${all%%:*} }
source "$1"; shift
words=("$@"); CURRENT=$#
_ifttt-bridge
"""
"""The widgets of zsh's completion need a terminal; here stand-ins print what they are handed."""


def printed(*arguments: str) -> str:
    program = [sys.executable, "-m", "bridge", *arguments]
    return subprocess.run(program, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the script of each shell."""
    folder = tmp_path_factory.mktemp("completion")
    found = {shell: folder / shell for shell in ("bash", "fish", "zsh")}
    for shell, path in found.items():
        path.write_text(printed("completion", shell))
    return found


def bash(script: Path, *words: str) -> list[str]:
    command = ["bash", "--norc", "-c", BASH, "bash", str(script), "ifttt-bridge", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=script.parent, timeout=60)
    assert done.stderr == ""
    return sorted(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("",), sorted(COMMANDS)),
        (("to",), ["token"]),
        (("--",), ["--config", "--help", "--version"]),
        (("token", ""), ["list", "mint", "revoke"]),
        (("--config", "x.toml", "user", ""), ["add", "list", "owner", "passwd", "remove"]),
        (("--config", "=", "x.toml", "user", "pa"), ["passwd"]),
        (("--config", "token", "user", "re"), ["remove"]),
        (("--config", "fi"), ["fish"]),
        (("--config", "=", "fi"), ["fish"]),
        (("events", "--f"), ["--follow"]),
        (("events", "--home", "user", "--j"), ["--json"]),
        (("events", "--home", ""), []),
        (("doctor", "--"), ["--help", "--json", "--public"]),
        (("completion", ""), ["bash", "fish", "zsh"]),
        (("user", "add", ""), []),
        (("nonsense", "--"), ["--config", "--help", "--version"]),
    ],
)
def test_bash_completes_what_may_come_next(
    scripts: dict[str, Path], words: tuple[str, ...], expected: list[str]
) -> None:
    assert bash(scripts["bash"], *words) == expected


def test_bash_completes_every_option_of_every_command(scripts: dict[str, Path]) -> None:
    commands = outline_of(parser()).all()
    assert len(commands) > len(COMMANDS)
    for command in commands:
        names = sorted(name for option in command.options for name in option.names)
        assert bash(scripts["bash"], *command.path, "-") == names, command.path


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ifttt-bridge ", sorted(COMMANDS)),
        ("ifttt-bridge --config x.toml token ", ["list", "mint", "revoke"]),
        ("ifttt-bridge --config token user re", ["remove"]),
        ("ifttt-bridge doctor --p", ["--public"]),
        ("ifttt-bridge completion z", ["zsh"]),
        ("ifttt-bridge user add ", []),
    ],
)
def test_fish_completes_what_may_come_next(scripts: dict[str, Path], line: str, expected: list[str]) -> None:
    command = ["fish", "--no-config", "-c", FISH, str(scripts["fish"]), line]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (sorted(done.stdout.split()), done.stderr) == (expected, "")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("",), sorted(COMMANDS)),
        (("token", ""), ["list", "mint", "revoke"]),
        (("--config", "token", "user", ""), ["add", "list", "owner", "passwd", "remove"]),
        (("--config", ""), ["FILES"]),
        (("doctor", "--"), ["--help", "--json", "--public", "-h"]),
        (("completion", ""), ["bash", "fish", "zsh"]),
        (("user", "add", ""), []),
    ],
)
def test_zsh_offers_what_may_come_next(scripts: dict[str, Path], words: tuple[str, ...], expected: list[str]) -> None:
    command = ["zsh", "-f", "-c", ZSH, "zsh", str(scripts["zsh"]), "ifttt-bridge", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert (sorted(done.stdout.split()), done.stderr) == (expected, "")


def test_a_shell_that_is_not_known_is_wrong_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "completion", "tcsh"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, "invalid choice" in done.stderr) == (2, True)


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff here")
def test_the_manual_page_is_set_without_a_warning_and_names_everything() -> None:
    page = printed("man")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tascii", "-P-cbou", "-rLL=400n"],
        input=page, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    text = " ".join(done.stdout.split())
    for command in outline_of(parser()).all():
        assert " ".join(command.path) in text
        for option in command.options:
            assert all(name in text for name in option.names), option
    assert "--me-url" not in text
    for part in ("NAME ifttt-bridge - ", "EXIT STATUS", "$BRIDGE_CONFIG", "/etc/ifttt-bridge/bridge.toml"):
        assert part in text


def test_every_command_and_option_says_what_it_is() -> None:
    for command in outline_of(parser()).all()[1:]:
        assert command.summary, command.path


def test_what_an_author_hides_stays_hidden() -> None:
    one = argparse.ArgumentParser()
    one.add_argument("--seen", help="seen")
    one.add_argument("--hidden", help=argparse.SUPPRESS)
    assert [option.names[-1] for option in outline_of(one).options] == ["--help", "--seen"]
