"""The steps of a template: each is a function that works out one part of it. Small, and each run once at most.

A step takes the evaluation that it is part of, and returns a value. Knows nothing of Jinja.
"""

from collections.abc import Callable, Mapping, Sequence

from bridge.devices.templates.operators import Operation, part, stretch
from bridge.devices.templates.values import UNDEFINED, Run
from bridge.devices.templates.words import Word
from bridge.errors import UnreadableMessage

NO_KEY = "a template made a dict with a list for a key"

Step = Callable[[Run], object]


def nothing(_run: Run) -> object:
    """Work out to what is not there."""
    return UNDEFINED


def constant(value: object) -> Step:
    """Make the step for what is written in the template itself."""
    return lambda _run: value


def variable(name: str) -> Step:
    """Make the step for a name."""
    return lambda run: run.variables.get(name, UNDEFINED)


def assigned(name: str, value: Step) -> Step:
    """Make the step for `{% set %}`, which renders as nothing."""

    def assign(run: Run) -> object:
        run.variables[name] = value(run)
        return ""

    return assign


def pieces(parts: Sequence[Step]) -> Step:
    """Make the step for texts that follow each other."""

    def rendered(run: Run) -> object:
        texts = []
        for piece in parts:
            text = run.text(piece(run))
            run.made(len(text))
            texts.append(text)
        return "".join(texts)

    return rendered


def branches(tests: Sequence[tuple[Step, Step]], otherwise: Step) -> Step:
    """Make the step for `{% if %}`."""

    def branch(run: Run) -> object:
        for test, then in tests:
            if test(run):
                return then(run)
        return otherwise(run)

    return branch


def choice(test: Step, then: Step, otherwise: Step) -> Step:
    """Make the step for `a if b else c`."""
    return lambda run: then(run) if test(run) else otherwise(run)


def a_list(items: Sequence[Step]) -> Step:
    """Make the step for a list."""
    return lambda run: [item(run) for item in items]


def a_dict(pairs: Sequence[tuple[Step, Step]]) -> Step:
    """Make the step for a dict."""

    def made(run: Run) -> object:
        found = {}
        for key_step, value in pairs:
            key = key_step(run)
            if not isinstance(key, str | int | float | None):
                raise UnreadableMessage(NO_KEY)
            found[key] = value(run)
        return found

    return made


def part_of(whole: Step, key: Step) -> Step:
    """Make the step for `a.b` and `a[b]`."""
    return lambda run: part(run, whole(run), key(run))


def stretch_of(whole: Step, start: Step, stop: Step) -> Step:
    """Make the step for `a[b:c]`."""
    return lambda run: stretch(run, whole(run), start(run), stop(run))


def operation(operate: Operation, left: Step, right: Step) -> Step:
    """Make the step for what stands between two operands."""
    return lambda run: operate(run, left(run), right(run))


def compared(first: Step, others: Sequence[tuple[Operation, Step]]) -> Step:
    """Make the step for a comparison, or a chain of them."""

    def compare(run: Run) -> object:
        left = first(run)
        for operate, step in others:
            right = step(run)
            if not operate(run, left, right):
                return False
            left = right
        return True

    return compare


def both(left: Step, right: Step) -> Step:
    """Make the step for `and`."""
    return lambda run: left(run) and right(run)


def either(left: Step, right: Step) -> Step:
    """Make the step for `or`."""
    return lambda run: left(run) or right(run)


def negated(of: Step) -> Step:
    """Make the step for `not`."""
    return lambda run: not of(run)


def word(called: Word, given: Sequence[Step], named: Mapping[str, Step]) -> Step:
    """Make the step for a filter, a function or a method."""

    def call(run: Run) -> object:
        return called(run, *[step(run) for step in given], **{name: step(run) for name, step in named.items()})

    return call


def tested(test: Callable[[object], bool], value: Step) -> Step:
    """Make the step for `is`."""
    return lambda run: test(value(run))
