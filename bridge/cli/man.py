"""`ifttt-bridge man`: the manual page, made from the parser itself."""

import argparse
from typing import Final

from bridge import __version__
from bridge.cli.outline import Command, Option, outline_of

PROGRAM: Final = "ifttt-bridge"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 -- one shape for all commands
    """Print the page."""
    from bridge.cli import parser  # noqa: PLC0415 -- the whole of which this is a part

    print(manual_page(outline_of(parser())), end="")
    return 0


def manual_page(program: Command) -> str:
    """Return the page, as man reads it."""
    lines = [
        f'.TH {_text(PROGRAM.upper())} 1 "" "{_text(PROGRAM)} {_text(__version__)}" "User Commands"',
        ".SH NAME",
        f"{_text(PROGRAM)} \\- link MQTT devices to IFTTT as a service of its own",
        ".SH SYNOPSIS",
        *_synopsis(program),
        ".SH DESCRIPTION",
        _text(program.description),
        "One daemon between a broker and IFTTT: what devices do becomes triggers, what IFTTT orders becomes commands.",
        "The other commands talk to a running daemon, and work on its database where none runs.",
        ".SH OPTIONS",
        *(line for option in program.options for line in _option(option)),
        ".SH COMMANDS",
    ]
    for command in program.all()[1:]:
        if command.alone or not command.commands:
            lines += _command(command)
    return "\n".join([*lines, _END]) + "\n"


def _command(command: Command) -> list[str]:
    lines = [f".SS {_text(' '.join(command.path))}", *_synopsis(command), ".PP", _sentence(command.summary)]
    for positional in command.positionals:
        if positional.help:
            lines += [".TP", f"\\fI{_text(positional.name)}\\fR", _sentence(positional.help)]
    for option in command.options:
        if "--help" not in option.names:
            lines += _option(option)
    return lines


def _synopsis(command: Command) -> list[str]:
    words = [f"\\fB{_text(' '.join((PROGRAM, *command.path)))}\\fR"]
    for option in command.options:
        if not {"--help", "--version"} & set(option.names):
            value = "" if option.value is None else f" \\fI{_text(option.value)}\\fR"
            words.append(f"[\\fB{_text(option.names[-1])}\\fR{value}]")
    for positional in command.positionals:
        name = f"\\fI{_text(positional.name)}\\fR"
        words.append(name if positional.required else f"[{name}]")
    if command.commands:
        words.append("[\\fICOMMAND\\fR ...]" if command.alone else "\\fICOMMAND\\fR ...")
    return [" ".join(words)]


def _option(option: Option) -> list[str]:
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.names)
    value = "" if option.value is None else f" \\fI{_text(option.value)}\\fR"
    return [".TP", f"{names}{value}", _sentence(option.help)]


def _sentence(text: str) -> str:
    return _text(f"{text[:1].upper()}{text[1:].rstrip('.')}.")


def _text(text: str) -> str:
    """Escape what troff would read as its own."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("%%", "%")
    return f"\\&{text}" if text.startswith((".", "'")) else text


_END: Final = """\
.SH EXIT STATUS
.TP
0
Done.
.TP
1
Failed; what stood in the way is said on standard error.
.TP
2
Wrong usage, or a wrong configuration.
.SH ENVIRONMENT
.TP
\\fBBRIDGE_CONFIG\\fR
The configuration, where \\fB\\-\\-config\\fR does not name it.
.TP
\\fBBRIDGE_\\fISECTION\\fB__\\fIKEY\\fR
Beats that key of the configuration.
.SH FILES
.TP
\\fI/etc/ifttt\\-bridge/bridge.toml\\fR
The configuration, unless another is named.
.TP
\\fI/var/lib/ifttt\\-bridge/bridge.db\\fR
The database, unless the configuration names another.
.TP
\\fIcontrol.sock\\fR
Where the running daemon can be spoken to: in \\fB$RUNTIME_DIRECTORY\\fR, else beside the database.
.SH SEE ALSO
\\fBmosquitto\\fR(8), \\fBmosquitto_sub\\fR(1), \\fBsystemctl\\fR(1)"""
