"""The daemon lives for months: it carries along neither other commands nor what only developers look at."""

import subprocess
import sys


def said_by(code: str) -> str:
    """Return what a program of its own prints: here everything is loaded already."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def test_a_command_loads_no_other_command() -> None:
    code = (
        "import contextlib, sys\n"
        "from bridge.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):\n"
        "    main(['run', '--help'])\n"
        "print(*sorted(name for name in sys.modules if name.startswith('bridge.cli.')))"
    )
    assert said_by(code) == "bridge.cli.run"


def test_the_daemon_does_without_coloured_tracebacks_and_what_is_loaded_later_does_not() -> None:
    code = (
        "import sys\n"
        "from bridge.cli.run import import_lean\n"
        "import_lean()\n"
        "import structlog\n"
        "print('rich' in sys.modules, 'greenlet' in sys.modules, structlog.dev.rich)\n"
        "import rich\n"
        "print(rich.__name__)"
    )
    assert said_by(code).splitlines() == ["False False None", "rich"]
