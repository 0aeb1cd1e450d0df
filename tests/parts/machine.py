"""A small Debian with systemd as its first process, in namespaces of this machine: there a unit's lines hold for real.

It shares the network of this machine, so that daemons in it and brokers outside reach each other on loopback. What is
written to it is gone with it. It needs root, debootstrap and, the first time, a minute and Debian's archive.
"""

import os
import platform
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

SUITE: Final = "bookworm"
PACKAGES: Final = "systemd,systemd-sysv,dbus,python3,ca-certificates"
CACHE: Final = Path(f"/var/tmp/ifttt-bridge-tests/{SUITE}-{platform.machine()}")  # noqa: S108 -- root's own, see below
PATIENCE_S: Final = 90
ENVIRONMENT: Final = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}

_BOOT = r"""
set -eu
mount -t tmpfs tmpfs "$SCRATCH/memory"
root=$SCRATCH/memory/root
mkdir "$root" "$SCRATCH/memory/upper" "$SCRATCH/memory/work"
mount -t overlay -o "lowerdir=$LOWER,upperdir=$SCRATCH/memory/upper,workdir=$SCRATCH/memory/work" overlay "$root"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mkdir -p "$root/var/lib/private" "$root/srv/shared" "$root/mnt/old"
mount --bind "$SCRATCH/state" "$root/var/lib/private"
mount --bind "$SCRATCH/shared" "$root/srv/shared"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
set -- null 1:3 zero 1:5 full 1:7 random 1:8 urandom 1:9 tty 5:0 console 1:3
while [ $# -gt 0 ]; do
    mknod -m 0666 "$root/dev/$1" c "${2%:*}" "${2#*:}"
    shift 2
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -sf /dev/null "$root/etc/systemd/system/console-getty.service"
echo "127.0.0.1 localhost" >"$root/etc/hosts"
cd "$root"
pivot_root . mnt/old
cd /
umount -l /mnt/old
mount --make-rshared /
exec /usr/bin/env -i container=tests PATH="$PATH" /lib/systemd/systemd --log-level=warning
"""
"""`container` keeps systemd from setting up hardware; shared mounts are what it hands credentials over with.
The device files are its own, since systemd changes their modes; what is said on its console nobody reads."""


def trouble() -> str:
    """Say why there can be no such machine here; "" if there can be one."""
    if os.geteuid() != 0:
        return "a machine of its own needs root"
    if shutil.which("debootstrap") is None and not CACHE.exists():
        return "a fresh Debian root needs debootstrap (apt-get install debootstrap)"
    return ""


def pristine_root() -> Path:
    """Return a Debian that nobody has changed, made the first time and kept for the next."""
    CACHE.parent.mkdir(mode=0o700, exist_ok=True)
    assert CACHE.parent.stat().st_uid == 0, f"{CACHE.parent} is somebody else's"
    if not CACHE.exists():
        fresh = Path(tempfile.mkdtemp(dir=CACHE.parent))
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(fresh)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        for archive in (fresh / "var/cache/apt/archives").glob("*.deb"):
            archive.unlink()
        fresh.chmod(0o755)
        fresh.rename(CACHE)
    return CACHE


class Machine:
    """One that runs; `shared` is its /srv/shared, `state` its /var/lib/private."""

    def __init__(self, folder: Path) -> None:
        self.shared = folder / "shared"
        self.state = folder / "state"
        self._cgroup = _cgroup_root() / f"tests-{os.getpid()}-{folder.name}"
        for path in (self.shared, self.state, folder / "memory"):
            path.mkdir()
        self.state.chmod(0o700)
        self._cgroup.mkdir()
        lower = pristine_root()
        self._process = subprocess.Popen(
            [
                *("sh", "-c", f'echo $$ >{self._cgroup}/cgroup.procs && exec "$@"', "sh"),
                *("setpriv", "--pdeathsig", "KILL"),
                *("unshare", "--pid", "--mount", "--cgroup", "--uts", "--ipc", "--fork", "--kill-child"),
                *("sh", "-c", _BOOT),
            ],
            env=ENVIRONMENT | {"SCRATCH": str(folder), "LOWER": str(lower)},
            stdin=subprocess.DEVNULL,
        )

    def first_process(self) -> int:
        """Return the number that its systemd has outside."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert children, "the machine is down"
        return int(children[0])

    def is_up(self) -> bool:
        """Tell whether everything has been started that starts by itself."""
        assert self._process.poll() is None, "the machine did not boot"
        try:
            return self.try_run("systemctl", "is-system-running").stdout.strip() in {"running", "degraded"}
        except AssertionError:
            return False

    def try_run(self, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command in it as root, whatever comes of it."""
        enter = ["nsenter", "--target", str(self.first_process())]
        enter += ["--mount", "--pid", "--cgroup", "--uts", "--ipc", "--root", "--wd", "--", *command]
        return subprocess.run(
            enter, input=stdin, capture_output=True, text=True, check=False, timeout=PATIENCE_S, env=ENVIRONMENT
        )

    def run(self, *command: str, stdin: str = "") -> str:
        """Run a command in it as root and return what it printed."""
        done = self.try_run(*command, stdin=stdin)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def outside(self, pid: int) -> int:
        """Return the number that a process of the machine has outside."""
        own = Path(f"/proc/{self.first_process()}/ns/pid").readlink()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                inside = (process / "status").read_text().split("NSpid:")[1].split("\n")[0].split()[-1]
                if inside == str(pid) and (process / "ns/pid").readlink() == own:
                    return int(process.name)
            except OSError:
                continue  # it has just ended
        raise AssertionError(f"there is no process {pid} in the machine")

    def close(self) -> None:
        """Turn it off as a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(30)
        for folder, _, _ in os.walk(self._cgroup, topdown=False):
            _remove_cgroup(Path(folder))


def _remove_cgroup(path: Path) -> None:
    """Remove it as soon as the kernel has taken leave of the processes in it, which have been killed."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            path.rmdir()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _cgroup_root() -> Path:
    """Return where this machine has cgroups of version 2."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(place)
    raise AssertionError("this machine has no cgroups of version 2")
