"""From Jinja's tree of a template to steps that work it out, and the refusal of every part that has no step here.

The only module that knows Jinja, and it only lets it parse: nothing of a template is ever compiled or executed by it.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from bridge.devices.templates import steps
from bridge.devices.templates.operators import ARITHMETIC, COMPARISONS
from bridge.devices.templates.steps import Step
from bridge.devices.templates.values import DEEPEST, LARGEST_NUMBER
from bridge.devices.templates.words import FILTERS, FUNCTIONS, METHODS, TESTS, Word
from bridge.errors import TemplateRefused

LONGEST_TEMPLATE: Final = 4096
MOST_NODES: Final = 500
LONGEST_SHOWN: Final = 60

_ALLOWED: Final = "allowed are {{ … }}, {% if %} and {% set %}"
_CONSTRUCTS: Final[dict[type[nodes.Node], str]] = {
    nodes.For: "{% for %}",
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.With: "{% with %}",
    nodes.Block: "{% block %}",
    nodes.Extends: "{% extends %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from %}",
    nodes.AssignBlock: "{% set %} with a block",
    nodes.ScopedEvalContextModifier: "{% autoescape %}",
    nodes.Pow: "the operator **",
    nodes.Slice: "[a:b] with steps",
}
_HALVES: Final = re.compile("[\ud800-\udfff]")
_OPERATORS: Final[tuple[type[nodes.BinExpr], ...]] = (
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
)

W = TypeVar("W")


def read_template(text: str, names: Iterable[str]) -> tuple[Step, frozenset[str]]:
    """Read a template that may use some names: how to work it out, and what it does use. Raises TemplateRefused."""
    return _read(text, names, lambda environment: environment.parse(text))


def read_condition(text: str, names: Iterable[str]) -> tuple[Step, frozenset[str]]:
    """Read one expression, without the braces. Raises TemplateRefused."""

    def parse(environment: Environment) -> nodes.Node:
        parser = Parser(environment, text, state="variable")
        found = parser.parse_expression()
        if not parser.stream.eos:
            raise TemplateRefused("is more than one expression; a condition is one, such as value_json.weight > 50")
        return found

    if "{{" in text.strip()[:2] or "{%" in text.strip()[:2]:
        raise TemplateRefused("has braces; a condition is a bare expression, such as value_json.weight > 50")
    return _read(text, names, parse)


def _read(text: str, names: Iterable[str], parse: Callable[[Environment], nodes.Node]) -> tuple[Step, frozenset[str]]:
    if len(text) > LONGEST_TEMPLATE:
        raise TemplateRefused(f"is longer than {LONGEST_TEMPLATE} characters; shorten it")
    reader = _Reader(names)
    try:
        step = reader.read(parse(Environment(autoescape=False)))  # noqa: S701 -- it only parses
    except TemplateSyntaxError as error:
        raise TemplateRefused(f"cannot be read: {error.message}") from None
    except RecursionError:
        raise TemplateRefused("is nested too deeply; simplify it") from None
    return step, frozenset(reader.used)


class _Reader:
    """Turns one tree into steps. `used`: the names that were met."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self._given = tuple(sorted(self._names))
        self._count = 0
        self._depth = 0
        self.used: set[str] = set()

    def read(self, node: nodes.Node) -> Step:
        """Return the step for a node. Raises TemplateRefused for one that has none."""
        self._count += 1
        self._depth += 1
        if self._count > MOST_NODES:
            raise TemplateRefused(f"has more than {MOST_NODES} parts; simplify it")
        if self._depth > DEEPEST:
            raise TemplateRefused("is nested too deeply; simplify it")
        step = self._step(node)
        self._depth -= 1
        return step

    def _all(self, parts: Sequence[nodes.Node]) -> tuple[Step, ...]:
        return tuple(self.read(part) for part in parts)

    def _step(self, node: nodes.Node) -> Step:
        match node:
            case nodes.Template(body=body):
                return steps.pieces(self._all(body))
            case nodes.Output(nodes=parts):
                return steps.pieces(self._all(parts))
            case nodes.TemplateData(data=data):
                return steps.constant(data)
            case nodes.If():
                return self._if(node)
            case nodes.Assign(target=nodes.Name(name=name), node=value):
                step = steps.assigned(name, self.read(value))
                self._names.add(name)
                return step
            case nodes.Expr():
                return self._expression(node)
            case _:
                raise _refused(node)

    def _if(self, node: nodes.If) -> Step:
        branches = [(self.read(node.test), steps.pieces(self._all(node.body)))]
        branches += [(self.read(other.test), steps.pieces(self._all(other.body))) for other in node.elif_]
        return steps.branches(tuple(branches), steps.pieces(self._all(node.else_)))

    def _expression(self, node: nodes.Expr) -> Step:  # noqa: PLR0911 -- one line for each thing that is allowed
        match node:
            case nodes.Name(name=name):
                return self._name(name)
            case nodes.Const(value=value):
                return steps.constant(_constant(value))
            case nodes.List(items=items) | nodes.Tuple(items=items):
                return steps.a_list(self._all(items))
            case nodes.Dict(items=pairs):
                return steps.a_dict(tuple((self.read(pair.key), self.read(pair.value)) for pair in pairs))
            case nodes.Getattr(node=whole, attr=key):
                return steps.part_of(self.read(whole), steps.constant(key))
            case nodes.Getitem(node=whole, arg=nodes.Slice(start=start, stop=stop, step=None)):
                bounds = [steps.constant(None) if bound is None else self.read(bound) for bound in (start, stop)]
                return steps.stretch_of(self.read(whole), *bounds)
            case nodes.Getitem(node=whole, arg=key):
                return steps.part_of(self.read(whole), self.read(key))
            case nodes.Filter() | nodes.Test() | nodes.Call():
                return self._word(node)
            case nodes.CondExpr(test=test, expr1=then, expr2=otherwise):
                return steps.choice(
                    self.read(test), self.read(then), steps.nothing if otherwise is None else self.read(otherwise)
                )
            case _:
                return self._operation(node)

    def _operation(self, node: nodes.Expr) -> Step:  # noqa: PLR0911 -- the same
        match node:
            case nodes.Compare(expr=first, ops=others):
                compared = tuple((COMPARISONS[other.op], self.read(other.expr)) for other in others)
                return steps.compared(self.read(first), compared)
            case nodes.And(left=left, right=right):
                return steps.both(self.read(left), self.read(right))
            case nodes.Or(left=left, right=right):
                return steps.either(self.read(left), self.read(right))
            case nodes.Not(node=of):
                return steps.negated(self.read(of))
            case nodes.Neg(node=of):
                return steps.operation(ARITHMETIC["-"], steps.constant(0), self.read(of))
            case nodes.Pos(node=of):
                return steps.operation(ARITHMETIC["+"], steps.constant(0), self.read(of))
            case nodes.Concat(nodes=parts):
                return steps.pieces(self._all(parts))
            case nodes.BinExpr(left=left, right=right) if isinstance(node, _OPERATORS):
                if node.operator in "*%" and any(_is_text(side) for side in (left, right)):
                    raise TemplateRefused(f"has a text beside {node.operator}, which is for numbers only")
                return steps.operation(ARITHMETIC[node.operator], self.read(left), self.read(right))
            case _:
                raise _refused(node)

    def _name(self, name: str) -> Step:
        if name not in self._names:
            raise TemplateRefused(f'does not know "{_short(name)}"; there are {", ".join(self._given)}')
        self.used.add(name)
        return steps.variable(name)

    def _word(self, node: nodes.Filter | nodes.Test | nodes.Call) -> Step:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            raise TemplateRefused("hands over a list with * or **; give each value by itself")
        if isinstance(node, nodes.Test):
            return self._test(node)
        word, name, about = _meant(node)
        given = self._all((*about, *node.args))
        named = {pair.key: self.read(pair.value) for pair in node.kwargs if isinstance(pair, nodes.Keyword)}
        _check_signature(word, name, given, named)
        return steps.word(word, given, named)

    def _test(self, node: nodes.Test) -> Step:
        word = _known(TESTS, node.name, "the test")
        if node.args or node.kwargs:
            raise TemplateRefused(f'gives values to the test "{node.name}", which takes none')
        return steps.tested(word, self.read(node.node))


def _meant(node: nodes.Filter | nodes.Call) -> tuple[Word, str, tuple[nodes.Node, ...]]:
    """Return what is called, its name, and the value before the bar or the dot."""
    if isinstance(node, nodes.Filter):
        return _known(FILTERS, node.name, "the filter"), node.name, () if node.node is None else (node.node,)
    if isinstance(node.node, nodes.Getattr):
        return _known(METHODS, node.node.attr, "the call of"), node.node.attr, (node.node.node,)
    name = node.node.name if isinstance(node.node, nodes.Name) else type(node.node).__name__.lower()
    return _known(FUNCTIONS, name, "the call of"), name, ()


def _known(words: Mapping[str, W], name: str, what: str) -> W:
    try:
        return words[name]
    except KeyError:
        known = ", ".join(sorted(words))
        raise TemplateRefused(f'uses {what} "{_short(name)}", which is not allowed; allowed are {known}') from None


def _check_signature(word: Word, name: str, given: Sequence[Step], named: Mapping[str, Step]) -> None:
    signature = inspect.signature(word)
    try:
        signature.bind(None, *given, **named)
    except TypeError:
        takes = ", ".join(list(signature.parameters)[2:]) or "nothing more"
        raise TemplateRefused(f'gives "{_short(name)}" values that it does not take; it takes {takes}') from None


def _constant(value: object) -> object:
    """Return a value that is written in the template itself, if it is one that texts and numbers can go on from."""
    match value:
        case str() if _HALVES.search(value):
            raise TemplateRefused("holds half a character (\\ud800 to \\udfff); write the whole one")
        case int() | float() if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            raise TemplateRefused("holds a number that is too large")
        case _:
            return value


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def _refused(node: nodes.Node) -> TemplateRefused:
    if isinstance(node, nodes.Assign):
        what = "several names" if isinstance(node.target, nodes.Tuple) else "a part of something"
        return TemplateRefused(f"uses {{% set %}} of {what}, which is not allowed; {_ALLOWED}")
    name = next((words for kind, words in _CONSTRUCTS.items() if isinstance(node, kind)), type(node).__name__.lower())
    return TemplateRefused(f"uses {name}, which is not allowed; {_ALLOWED}")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_SHOWN else name[:LONGEST_SHOWN] + "…"
