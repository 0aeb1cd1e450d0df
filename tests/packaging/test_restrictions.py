"""The unit: its score, and each thing that it forbids or must leave possible, tried for real under systemd."""

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.parts import probe
from tests.parts.machine import Machine

UNIT = "/usr/lib/systemd/system/ifttt-bridge.service"
PYTHON = "/usr/lib/ifttt-bridge/bin/python"
LETTERS = ("/home/anna/letter", "/root/letter", "/tmp/letter")  # noqa: S108 -- what must not be seen
WORST_SCORE = 1.2

Answers = dict[str, Any]


@pytest.fixture(scope="module")
def prepared(machine: Machine) -> Machine:
    """Lay out what a curious daemon might find, and the program that looks for it."""
    shutil.copy(probe.__file__, machine.shared / "probe.py")
    for letter in LETTERS:
        machine.run("sh", "-c", f"mkdir -p $(dirname {letter}) && echo secret >{letter} && chmod a+rX {letter}")
    return machine


@pytest.fixture(scope="module")
def confined(prepared: Machine) -> Iterator[Answers]:
    """Run the probe in the daemon's place: under the very lines of the shipped unit."""
    text = prepared.run("cat", UNIT)
    text = re.sub(r"(?m)^ExecStart=.*$", f"ExecStart={PYTHON} /srv/shared/probe.py", text)
    text = re.sub(r"(?m)^(Type|Restart|WatchdogSec|ExecReload)=.*\n", "", text) + "\n[Service]\nType=oneshot\n"
    text += "StandardOutput=truncate:/srv/shared/answers.json\n"
    prepared.run("sh", "-c", "cat >/run/systemd/system/probe.service && systemctl daemon-reload", stdin=text)
    done = prepared.try_run("systemctl", "start", "probe.service")
    assert done.returncode == 0, prepared.run("journalctl", "-u", "probe.service", "--no-pager")
    yield json.loads((prepared.shared / "answers.json").read_text())
    prepared.run("rm", "/run/systemd/system/probe.service")


@pytest.fixture(scope="module")
def free(prepared: Machine) -> Answers:
    """Run the probe as root without any unit."""
    answers: Answers = json.loads(prepared.run(PYTHON, "/srv/shared/probe.py"))
    return answers


def test_the_unit_scores_at_most_1_2(machine: Machine) -> None:
    said = machine.run("systemd-analyze", "security", "--offline=true", "--no-pager", UNIT)
    [score] = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert float(score) <= WORST_SCORE, said


def test_systemd_understands_every_line_of_the_unit(machine: Machine) -> None:
    done = machine.try_run("systemd-analyze", "verify", "--man=no", UNIT)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("what", probe.FORBIDDEN)
def test_the_unit_refuses(confined: Answers, what: str) -> None:
    assert confined["forbidden"][what] != "done"
    assert confined["forbidden"][what] != "died"


@pytest.mark.parametrize("what", probe.FORBIDDEN)
def test_without_the_unit_root_is_not_refused(free: Answers, what: str) -> None:
    """Otherwise the refusals above would prove nothing."""
    assert free["forbidden"][what] == "done"


@pytest.mark.parametrize("what", probe.NEEDED)
def test_the_unit_leaves_the_daemon(confined: Answers, what: str) -> None:
    assert confined["needed"][what] == "done"


def test_the_daemon_has_no_power_left_and_leaves_no_trace_of_its_memory(confined: Answers) -> None:
    state = confined["state"]
    assert {state[name] for name in ("CapEff", "CapBnd", "CapAmb")} == {"0000000000000000"}
    assert (state["NoNewPrivs"], state["Seccomp"], state["Umask"], state["core"]) == ("1", "2", "0077", "0")
    assert state["Uid"] != "0"
