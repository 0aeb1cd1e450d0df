"""Tries, one by one, what the unit forbids and what the daemon needs; prints what came of each as JSON.

A program of its own that runs inside the machine, on the package's Python: it imports nothing of the tests.
"""

import ctypes
import json
import mmap
import os
import socket
import sqlite3
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = {
    "x86_64": {"io_uring_setup": 425, "add_key": 248, "ptrace": 101, "bpf": 321, "syslog": 103, "mount": 165},
    "aarch64": {"io_uring_setup": 425, "add_key": 217, "ptrace": 117, "bpf": 280, "syslog": 116, "mount": 40},
}
CLONE_NEWUSER = 0x10000000
PER_LINUX32 = 0x0008
SUID = 0o4755


def checked(result: int) -> None:
    """Raise what the C library says went wrong."""
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def call(name: str, *arguments: int | bytes | None) -> None:
    """Make a system call that Python does not offer."""
    number = NUMBERS[os.uname().machine][name]
    checked(LIBC.syscall(number, *arguments))


def make_executable() -> None:
    """Turn data into code, as somebody would who has found a way to write into the daemon."""
    page = mmap.mmap(-1, mmap.PAGESIZE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    checked(LIBC.mprotect(ctypes.c_void_p(address), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC))


def make_suid() -> None:
    """Leave a program behind that runs as its owner."""
    path = Path(os.environ.get("STATE_DIRECTORY", "/var/tmp")) / "suid"  # noqa: S108 -- only a place to try
    path.touch()
    try:
        path.chmod(SUID)
    finally:
        path.unlink()


def hash_a_password() -> None:
    """Use the library that brings code of its own, as signing in does."""
    import argon2  # noqa: PLC0415

    argon2.PasswordHasher().hash("correct horse")


def use_a_database(folder: str) -> None:
    """Open and sync a database in WAL mode, as the daemon does."""
    connection = sqlite3.connect(f"{folder}/probe.db")
    connection.executescript("PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS t (x); INSERT INTO t VALUES (1);")
    connection.close()
    for path in Path(folder).glob("probe.db*"):
        path.unlink()


FORBIDDEN: dict[str, Callable[[], object]] = {
    "memory both writable and executable": lambda: mmap.mmap(
        -1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    ),
    "data turned into code": make_executable,
    "a file in somebody's home": lambda: Path("/home/anna/letter").read_text(),
    "a file in root's home": lambda: Path("/root/letter").read_text(),
    "another program's temporary file": lambda: Path("/tmp/letter").read_text(),  # noqa: S108 -- the very place
    "a change in /etc": lambda: Path("/etc/ifttt-bridge/bridge.toml").open("a").close(),
    "a change in /usr": lambda: Path("/usr/lib/ifttt-bridge/pyvenv.cfg").open("a").close(),
    "a file beside its state": lambda: Path("/var/lib/letter").touch(),
    "a file in everybody's /run": lambda: Path("/run/letter").touch(),
    "another process": lambda: list(Path("/proc/1").iterdir()),
    "settings of the kernel": lambda: Path("/proc/sys/kernel/osrelease").read_text(),
    "a control group": lambda: Path("/sys/fs/cgroup/probe").mkdir(),
    "raw packets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
    "the routing table": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "a namespace": lambda: checked(LIBC.unshare(CLONE_NEWUSER)),
    "real-time priority": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "a program that runs as its owner": make_suid,
    "root": lambda: os.setresuid(0, 0, 0),
    "another name of the machine": lambda: socket.sethostname("probe"),
    "another personality": lambda: checked(LIBC.personality(PER_LINUX32)),
    "calls that bypass the filter": lambda: call("io_uring_setup", 1, bytes(120)),
    "the kernel's key ring": lambda: call("add_key", b"user", b"probe", b"x", 1, -3),
    "being looked into": lambda: call("ptrace", 0, 0, None, None),
    "memory that is never swapped": lambda: checked(LIBC.mlock(ctypes.create_string_buffer(8), 8)),
    "a file system": lambda: call("mount", b"tmpfs", b"/mnt", b"tmpfs", 0, None),
    "a device": lambda: os.mknod("/opt/device", 0o20666, os.makedev(1, 3)),
}
NEEDED: dict[str, Callable[[], object]] = {
    "the database": lambda: use_a_database(os.environ.get("STATE_DIRECTORY", "/var/lib/private")),
    "the control socket": lambda: socket.socket(socket.AF_UNIX).bind(
        os.environ.get("RUNTIME_DIRECTORY", "/run") + "/probe.sock"
    ),
    "a listener": lambda: socket.create_server(("127.0.0.1", 0)).close(),
    "names of the network": lambda: socket.getaddrinfo("localhost", 80),
    "encrypted connections": ssl.create_default_context,
    "hashing a password": hash_a_password,
    "the configuration": lambda: Path("/etc/ifttt-bridge/bridge.toml").read_text(),
    "random numbers": lambda: os.urandom(8),
    "a temporary file": lambda: Path("/tmp/own").write_text("x"),  # noqa: S108 -- the very place
}


def tried(action: Callable[[], object]) -> str:
    """Do something in a process of its own, and return "done" or the name of what went wrong."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            action()
            result = "done"
        except OSError as error:
            result = f"{type(error).__name__} {error}"
        os.write(writer, result.encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as pipe:
        return pipe.read() or "died"


def state() -> dict[str, str]:
    """Return what the kernel says about this very process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    wanted = ("Uid", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Umask")
    found = {name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if name in wanted}
    limits = Path("/proc/self/limits").read_text().splitlines()
    found["core"] = next(line.split()[4] for line in limits if line.startswith("Max core"))
    return found


if __name__ == "__main__":
    answers = {
        "forbidden": {name: tried(action) for name, action in FORBIDDEN.items()},
        "needed": {name: tried(action) for name, action in NEEDED.items()},
        "state": state(),
    }
    json.dump(answers, sys.stdout)
    sys.stdout.flush()
