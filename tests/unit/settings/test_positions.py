"""The lines of keys: as tomllib reads a file, so do we, and each key is found where it was written."""

import tomllib
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.settings.positions import DEEPEST, Location, lines_of

TEXTS = st.text(st.sampled_from("ab \\\"'#[]{}=.,é"), max_size=6)
BARE = st.text(st.sampled_from("abc-_1"), min_size=1, max_size=3)


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def key_forms(key: str) -> list[str]:
    forms = [f'"{escaped(key)}"']
    if key and key.replace("-", "a").replace("_", "a").isalnum() and key.isascii():
        forms.append(key)
    return [*forms, f"'{key}'"] if "'" not in key else forms


strings = TEXTS.map(lambda text: f'"{escaped(text)}"')
multi_line = st.lists(TEXTS, min_size=1, max_size=3).map(lambda rows: '"""\n' + "\n".join(map(escaped, rows)) + '"""')
literal = st.lists(TEXTS.map(lambda text: text.replace("'", "")), min_size=1, max_size=3).map(
    lambda rows: "'''" + "\n".join(rows) + "'''"
)
words = st.sampled_from(
    ["1", "-1.5e3", "true", "inf", "0xff", "1979-05-27 07:32:00Z", "07:32:00", "''", '""', "'#'", '"""a\\""""']
)
blanks = st.sampled_from(["", " ", "\t "])
breaks = st.sampled_from(["", " ", "\n", " # [x] = {\n", "\n\n\t"])


@dataclass
class Written:
    """A file as it is being written, and the line on which each location was put down."""

    text: str = ""
    lines: dict[Location, int] = field(default_factory=dict)

    def add(self, text: str) -> None:
        """Put text down."""
        self.text += text

    def mark(self, location: Location) -> None:
        """Note that a location stands here."""
        self.lines[location] = self.text.count("\n") + 1

    def mention(self, location: Location) -> None:
        """Note that a location stands here, unless it stood before."""
        if location not in self.lines:
            self.mark(location)


def write_value(draw: st.DrawFn, out: Written, location: Location, *, one_line: bool = False) -> None:
    simple = strings | words
    kind = draw(st.integers(0, 9)) if len(location) < DEEPEST - 2 else 0
    if kind in (7, 8):
        out.add("[")
        for index in range(draw(st.integers(0, 3))):
            out.add("" if one_line else draw(breaks))
            out.mark((*location, index))
            write_value(draw, out, (*location, index), one_line=one_line)
            out.add(draw(blanks) + ",")
        out.add("]" if one_line else draw(breaks) + "]")
    elif kind == 9:
        keys = draw(st.lists(BARE | TEXTS, unique=True, max_size=3))
        out.add("{")
        for number, key in enumerate(keys):
            out.add(("," if number else "") + draw(blanks))
            out.mark((*location, key))
            out.add(draw(st.sampled_from(key_forms(key))) + draw(blanks) + "=")
            write_value(draw, out, (*location, key), one_line=True)
        out.add(draw(blanks) + "}")
    else:
        out.add(draw(simple if one_line else simple | multi_line | literal))


def write_pairs(draw: st.DrawFn, out: Written, table: Location, taken: set[str]) -> None:
    for key in draw(st.lists(BARE | TEXTS, unique=True, max_size=3)):
        if key in taken:
            continue
        out.add(draw(breaks.filter(lambda text: not text or text.endswith("\n"))) + draw(blanks))
        form, dotted = draw(st.sampled_from(key_forms(key))), draw(st.integers(0, 2)) == 0
        for inner in draw(st.lists(BARE, unique=True, min_size=1, max_size=2)) if dotted else [None]:
            out.mention((*table, key))
            location = (*table, key) if inner is None else (*table, key, inner)
            out.mark(location) if inner is not None else None
            out.add(form + ("" if inner is None else f"{draw(blanks)}.{draw(blanks)}{inner}"))
            out.add(draw(blanks) + "=" + draw(blanks))
            write_value(draw, out, location)
            out.add(draw(blanks) + draw(st.sampled_from(["\n", " # a = 1\n", "\n\n"])))


@st.composite
def documents(draw: st.DrawFn) -> Written:
    out = Written()
    names = ["t1.x", "t2.x"]  # with a dot: no key of the pairs is called so
    write_pairs(draw, out, (), set())
    counts: dict[Location, int] = {}
    for name in names:
        for _ in range(draw(st.integers(0, 2))):
            index = counts.get((name,), -1) + 1
            counts[name,] = index
            out.mention((name,))
            out.mark((name, index))
            out.add(f"{draw(blanks)}[[{draw(blanks)}'{name}'{draw(blanks)}]] # x\n")
            write_pairs(draw, out, (name, index), {"sub"})
            if draw(st.booleans()):
                out.mark((name, index, "sub"))
                out.add(f'["{name}" . sub]\n')
                write_pairs(draw, out, (name, index, "sub"), set())
    if draw(st.booleans()):
        out.mark(("t3.x", "y"))
        out.add("['t3.x'.y]\n")
        write_pairs(draw, out, ("t3.x", "y"), set())
        out.mark(("t3.x",))
        out.add("['t3.x']\n")
        write_pairs(draw, out, ("t3.x",), {"y"})
    return out


def locations(value: object, at: Location = ()) -> set[Location]:
    """Return every location of what tomllib read."""
    found = {at} if at else set()
    if isinstance(value, dict):
        return found.union(*(locations(inner, (*at, key)) for key, inner in value.items()))
    if isinstance(value, list):
        return found.union(*(locations(inner, (*at, index)) for index, inner in enumerate(value)))
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_every_key_is_found_on_the_line_where_it_was_written(written: Written) -> None:
    found = lines_of(written.text)
    assert found == written.lines
    assert set(found) == locations(tomllib.loads(written.text))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_windows_lines_count_like_others(written: Written) -> None:
    assert lines_of(written.text.replace("\n", "\r\n")) == written.lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", {}),
        ("a = 1", {("a",): 1}),
        ("\n# a = 1\n\na.b = 1\na.c = 2", {("a",): 4, ("a", "b"): 4, ("a", "c"): 5}),
        ("[a.b]\n[a]\nc = 1", {("a",): 2, ("a", "b"): 1, ("a", "c"): 3}),
        ("[[a]]\n[[a.b]]\n[[a]]\n[[a.b]]\nc = 1", {
            ("a",): 1, ("a", 0): 1, ("a", 0, "b"): 2, ("a", 0, "b", 0): 2,
            ("a", 1): 3, ("a", 1, "b"): 4, ("a", 1, "b", 0): 4, ("a", 1, "b", 0, "c"): 5,
        }),
        ("a = [\n  1, # x\n\n  [2,\n 3]\n]\nb = 1", {
            ("a",): 1, ("a", 0): 2, ("a", 1): 4, ("a", 1, 0): 4, ("a", 1, 1): 5, ("b",): 7,
        }),
        ('a = """\nb = 1\n"""""\nc = \'\'\'\nd\'\'\'\'\'\ne = 1', {("a",): 1, ("c",): 4, ("e",): 6}),
        ('a = "\\"#"\n"b\\u0020" = 1', {("a",): 1, ("b ",): 2}),
    ],
)  # fmt: skip
def test_lines_are_those_of_a_person_who_counts(text: str, lines: dict[Location, int]) -> None:
    assert lines_of(text) == lines


def test_what_stands_deeper_than_anything_of_ours_is_passed_over() -> None:
    deep = ".".join("a" * 20_000)
    assert lines_of(f"{deep} = 1\nb = 2")["b",] == 2


def test_lists_in_lists_without_end_do_no_harm() -> None:
    assert lines_of("b = 2\na = " + "[" * 100_000 + "]" * 100_000)["b",] == 1
