"""The shape of the command line, read from the parser itself: what completion and the manual page are made of."""

import argparse
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """A flag, or an option with a value. `value`: how the value is called, None for a flag."""

    names: tuple[str, ...]
    help: str
    value: str | None
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Positional:
    """A word that has to be given, or may be."""

    name: str
    help: str
    choices: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Command:
    """A command, its options, and the commands below it. `path`: the words that lead to it, without the program.

    `alone`: it does something by itself, too, where there are commands below it.
    """

    path: tuple[str, ...]
    summary: str
    description: str
    options: tuple[Option, ...]
    positionals: tuple[Positional, ...]
    commands: tuple["Command", ...]
    alone: bool = False

    def all(self) -> list["Command"]:
        """Return this command and all below it, in order."""
        return [self, *(below for command in self.commands for below in command.all())]


def outline_of(parser: argparse.ArgumentParser, path: tuple[str, ...] = (), summary: str = "") -> Command:
    """Read a parser. What its author hides stays hidden."""
    options: list[Option] = []
    positionals: list[Positional] = []
    commands: list[Command] = []
    alone = False
    for action in parser._actions:  # noqa: SLF001 -- argparse offers no other way to look into a parser
        if action.help is argparse.SUPPRESS:
            continue
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 -- the same
            summaries = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001 -- the same
            alone = not action.required
            commands += [
                outline_of(below, (*path, name), summaries.get(name, "")) for name, below in action.choices.items()
            ]
        elif action.option_strings:
            options.append(_option(action))
        else:
            name = str(action.metavar or action.dest)
            positionals.append(Positional(name, action.help or "", _choices(action), action.nargs not in {"?", "*"}))
    description = parser.description or ""
    return Command(path, summary, description, tuple(options), tuple(positionals), tuple(commands), alone)


def _option(action: argparse.Action) -> Option:
    value = None if action.nargs == 0 else str(action.metavar or action.dest.upper())
    return Option(tuple(action.option_strings), action.help or "", value, _choices(action))


def _choices(action: argparse.Action) -> tuple[str, ...]:
    return tuple(str(choice) for choice in action.choices or ())
