"""`ifttt-bridge completion`: what makes a shell complete our commands, made from the parser itself."""

import argparse
from collections.abc import Callable
from typing import Final

from bridge.cli.outline import Command, Option, outline_of

PROGRAM: Final = "ifttt-bridge"
FILE: Final = "FILE"
"""An option or a word of this name is the path of a file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument("shell", metavar="SHELL", choices=sorted(SHELLS), help="bash, fish or zsh")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    from bridge.cli import parser  # noqa: PLC0415 -- the whole of which this is a part

    print(SHELLS[arguments.shell](outline_of(parser())), end="")
    return 0


def bash(program: Command) -> str:
    """Return what bash reads: from a file named after the program in its folder of completions, or by `source`."""
    values, words = [], []
    for command in program.all():
        where = " ".join(command.path)
        valued = [option for option in command.options if option.value is not None]
        values += [f"        {_places(where, option)}) {_bash_value(option)} return ;;" for option in valued]
        first = [below.path[-1] for below in command.commands] + [c for p in command.positionals for c in p.choices]
        flags = [name for option in command.options for name in option.names]
        words.append(f"        '{where}') words='{' '.join(first)}' flags='{' '.join(flags)}' ;;")
    return _BASH.format(program=PROGRAM, walk=_walk(program), values="\n".join(values), words="\n".join(words))


def zsh(program: Command) -> str:
    """Return what zsh reads: from a file `_ifttt-bridge` on its fpath, or by `source`."""
    values, words = [], []
    for command in program.all():
        where = " ".join(command.path)
        valued = [option for option in command.options if option.value is not None]
        values += [f"        {_places(where, option)}) {_zsh_value(option)} return ;;" for option in valued]
        first = [(below.path[-1], below.summary) for below in command.commands]
        first += [(choice, "") for positional in command.positionals for choice in positional.choices]
        flags = [(name, option.help) for option in command.options for name in option.names]
        words.append(f"        '{where}') found=({_zsh_list(first)}) flags=({_zsh_list(flags)}) ;;")
    return _ZSH.format(program=PROGRAM, walk=_walk(program), values="\n".join(values), words="\n".join(words))


def fish(program: Command) -> str:
    """Return what fish reads: from a file `ifttt-bridge.fish` in its folder of completions, or by `source`."""
    lines = []
    for command in program.all():
        at = f"complete -c {PROGRAM} -n '__ifttt_bridge_at \"{' '.join(command.path)}\"'"
        lines += [f"{at} -a {below.path[-1]} -d {_quoted(below.summary)}" for below in command.commands]
        lines += [f"{at} -a {choice}" for positional in command.positionals for choice in positional.choices]
        for option in command.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            value = "" if option.value is None else " -r -F" if option.value == FILE else " -x"
            choices = f" -a '{' '.join(option.choices)}'" if option.choices else ""
            lines.append(f"{at} {names}{value}{choices} -d {_quoted(option.help)}")
    cases = [f"            case {place}\n                set skip 1" for place in _skips(program)]
    for command in program.all()[1:]:
        above = " ".join(command.path[:-1])
        cases.append(
            f"            case '{above}:{command.path[-1]}'\n                set path {' '.join(command.path)}"
        )
    return _FISH.format(program=PROGRAM, cases="\n".join(cases), lines="\n".join(lines))


SHELLS: Final[dict[str, Callable[[Command], str]]] = {"bash": bash, "fish": fish, "zsh": zsh}


def _walk(program: Command) -> str:
    """Return the cases that follow the words before the cursor; bash and zsh read the same."""
    cases = [f"            {place}) skip=1 ;;" for place in _skips(program)]
    for command in program.all()[1:]:
        above = " ".join(command.path[:-1])
        cases.append(f"            '{above}:{command.path[-1]}') where='{' '.join(command.path)}' ;;")
    return "\n".join(cases)


def _skips(program: Command) -> list[str]:
    """Return where a word is the value of an option before it."""
    return [
        f"'{' '.join(command.path)}:{name}'"
        for command in program.all()
        for option in command.options
        if option.value is not None
        for name in option.names
    ]


def _places(where: str, option: Option) -> str:
    return "|".join(f"'{where}:{name}'" for name in option.names)


def _bash_value(option: Option) -> str:
    if option.value == FILE:
        return 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current");'
    if option.choices:
        return f"mapfile -t COMPREPLY < <(compgen -W '{' '.join(option.choices)}' -- \"$current\");"
    return ""


def _zsh_value(option: Option) -> str:
    if option.value == FILE:
        return "_files;"
    return f"compadd -- {' '.join(option.choices)};" if option.choices else ""


def _zsh_list(pairs: list[tuple[str, str]]) -> str:
    return " ".join(_quoted(f"{name}:{text}" if text else name) for name, text in pairs)


def _quoted(text: str) -> str:
    """Quote for fish and zsh alike: no quote and no backslash comes through."""
    return "'" + text.replace("\\", "").replace("'", "\N{RIGHT SINGLE QUOTATION MARK}") + "'"


_BASH: Final = """\
# bash completion for {program}; made by: {program} completion bash
_ifttt_bridge() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous='' where='' words='' flags='' skip='' word index
    COMPREPLY=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${{COMP_WORDS[index]}}
        [[ $word == '=' ]] && continue
        previous=$word
        if [[ $skip ]]; then
            skip=''
            previous=''
            continue
        fi
        case "$where:$word" in
{walk}
        esac
    done
    [[ $current == '=' ]] && current=''
    case "$where:$previous" in
{values}
    esac
    case "$where" in
{words}
    esac
    [[ $current == -* ]] && words=$flags
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -F _ifttt_bridge {program}
"""

_ZSH: Final = """\
#compdef {program}
# zsh completion for {program}; made by: {program} completion zsh
_{program}() {{
    local previous='' where='' skip='' word index
    local -a found flags
    for ((index = 2; index < CURRENT; index++)); do
        word=${{words[index]}}
        previous=$word
        if [[ -n $skip ]]; then
            skip=''
            previous=''
            continue
        fi
        case "$where:$word" in
{walk}
        esac
    done
    case "$where:$previous" in
{values}
    esac
    case "$where" in
{words}
    esac
    if [[ ${{words[CURRENT]}} == -* ]]; then
        _describe -o option flags
    elif (( ${{#found}} )); then
        _describe command found
    fi
}}
if [[ $funcstack[1] == _{program} ]]; then
    _{program} "$@"
else
    compdef _{program} {program}
fi
"""

_FISH: Final = """\
# fish completion for {program}; made by: {program} completion fish
function __ifttt_bridge_at
    set -l path
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$path:$word"
{cases}
        end
    end
    test "$path" = "$argv[1]"
end
complete -c {program} -f
{lines}
"""
