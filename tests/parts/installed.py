"""The daemon as the package installs it: run by systemd with the shipped unit, on a machine of its own."""

import os
import resource
import signal
from dataclasses import dataclass, field
from pathlib import Path

from tests.parts.daemon import Daemon
from tests.parts.machine import Machine
from tests.parts.waiting import until

UNIT = "ifttt-bridge.service"
CONFIG = "/etc/ifttt-bridge/bridge.toml"


@dataclass
class InstalledDaemon(Daemon):
    """A `Daemon` whose process is systemd's, whose log is the journal's, and whose state is in the state directory."""

    machine: Machine = field(kw_only=True)
    _logged_before: int = 0

    def __post_init__(self) -> None:
        """Begin with no state, and with a journal that begins now."""
        self.machine.try_run("systemctl", "stop", UNIT)
        self.machine.run("sh", "-c", "rm -rf /var/lib/private/ifttt-bridge /var/lib/ifttt-bridge")
        self._logged_before = len(self._journal())

    @property
    def database(self) -> Path:
        """The database file, as it is seen from outside."""
        return self.machine.state / "ifttt-bridge" / "bridge.db"

    @property
    def log(self) -> str:
        """Everything that the unit's processes have logged since this object exists."""
        return "\n".join(self._journal()[self._logged_before :])

    async def start(self, *, ready: bool = True) -> None:
        """Start, and wait until it says that it is ready (or only that it is alive)."""
        self._write_config()
        self.machine.run("systemctl", "start", UNIT)
        await until(self.is_ready if ready else self.is_alive, what="the daemon being up")

    def kill(self) -> None:
        """End it as a crash would; systemd starts it again five seconds later, or a test before that."""
        self._send(signal.SIGKILL)
        self.machine.run("sh", "-c", f"while systemctl --quiet is-active {UNIT}; do sleep 0.02; done")

    @property
    def pid(self) -> int:
        """The process that runs, by the number that it has outside the machine."""
        return self._pid()

    def hang_up(self) -> None:
        """Ask it to read its configuration again."""
        self._send(signal.SIGHUP)

    def freeze(self) -> None:
        """Let it stand still, so that messages gather at the broker."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def stop(self) -> int:
        """End it, and return its exit status."""
        self.machine.run("systemctl", "stop", UNIT)
        return int(self.show("ExecMainStatus"))

    def close(self) -> None:
        """Clean up, whatever state it is in."""
        self.machine.try_run("systemctl", "kill", "--signal=KILL", UNIT)
        self.machine.try_run("systemctl", "stop", UNIT)
        self.machine.try_run("systemctl", "reset-failed", UNIT)

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run a command of the command line as `sudo ifttt-bridge` does, and return what it printed."""
        return self.machine.run("ifttt-bridge", *arguments, stdin=stdin)

    def add_user(self, name: str) -> str:
        """Make an account at the running daemon and return an access token."""
        self._write_config()
        self.machine.run("systemctl", "start", UNIT)
        self.command("user", "add", name)
        token = self.command("token", "mint", name).split()[-1]
        self.stop()
        return token

    def limit_file_size(self, size: int) -> None:
        """Let no file of the running daemon grow beyond a size, as a full disk would."""
        resource.prlimit(self._pid(), resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def show(self, name: str) -> str:
        """Return a property of the unit."""
        return self.machine.run("systemctl", "show", "--property", name, "--value", UNIT).strip()

    async def _private(self, path: str) -> bool:
        answer = await super()._private(path)
        assert answer or self.show("ActiveState") != "failed", self.log
        return answer

    def _journal(self) -> list[str]:
        """Read it whole: `--after-cursor` leaves out the first line if the cursor is another unit's."""
        self.machine.run("journalctl", "--sync")
        said = self.machine.run("journalctl", "--output=cat", "--quiet", f"_SYSTEMD_UNIT={UNIT}")
        return said.splitlines()

    def _pid(self) -> int:
        return self.machine.outside(int(self.show("MainPID")))

    def _send(self, number: signal.Signals) -> None:
        os.kill(self._pid(), number)

    def _write_config(self) -> None:
        super()._write_config()
        text = (self.folder / "bridge.toml").read_text()
        inside = text.replace(str(self.database), "/var/lib/ifttt-bridge/bridge.db")
        self.machine.run("sh", "-c", f"cat >{CONFIG}", stdin=inside)
