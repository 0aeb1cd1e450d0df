"""The text that Prometheus reads: whatever is put in comes out of Prometheus's own parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from bridge.dashboard.exposition import Histogram, counter, exposition, gauge, histogram, labelled
from tests.parts.scrape import read

BOUNDS = (0.1, 1.0, 10.0)
NAMES = st.from_regex(r"[a-z][a-z_]{0,8}_total", fullmatch=True)
NUMBERS = st.one_of(st.integers(0, 2**53), st.floats(0, 1e300), st.just(float("inf")))


@given(NAMES, st.dictionaries(st.tuples(st.text(), st.text()), NUMBERS, min_size=1))
def test_any_label_and_any_number_comes_out_of_the_parser_as_it_went_in(
    name: str, values: dict[tuple[str, ...], float]
) -> None:
    text = exposition([labelled(name, "counter", "Counts.", ("one", "two"), lambda: values)]).decode()
    [family] = text_string_to_metric_families(text)
    found = {(sample.labels["one"], sample.labels["two"]): sample.value for sample in family.samples}
    assert found == values


@given(st.text().filter(lambda text: text.isprintable() and text == text.strip()))
def test_any_help_stays_on_its_line(text: str) -> None:
    for lines in (f"a{text}\nb", f"a\\n{text}b"):
        shown = exposition([gauge("size_bytes", lines, lambda: 1)]).decode()
        [family] = text_string_to_metric_families(shown)
        assert family.documentation == lines
        assert shown.count("\n") == 3


def test_an_exposition_reads_as_the_format_says() -> None:
    seconds = Histogram(BOUNDS)
    seconds.observe(0.5)
    families = [counter("done_total", "Done.", lambda: 2), histogram("took_seconds", "Took.", seconds)]
    assert exposition(families).decode() == (
        "# HELP done_total Done.\n# TYPE done_total counter\ndone_total 2\n"
        "# HELP took_seconds Took.\n# TYPE took_seconds histogram\n"
        'took_seconds_bucket{le="0.1"} 0\ntook_seconds_bucket{le="1"} 1\ntook_seconds_bucket{le="10"} 1\n'
        'took_seconds_bucket{le="+Inf"} 1\ntook_seconds_sum 0.5\ntook_seconds_count 1\n'
    )


def test_what_has_nothing_to_show_is_left_out() -> None:
    assert exposition([labelled("files_bytes", "gauge", "Sizes.", ("file",), dict)]) == b""


@pytest.mark.parametrize(
    ("value", "bucket"),
    [(0.0, "0.1"), (0.1, "0.1"), (0.1001, "1"), (10.0, "10"), (10.1, "+Inf"), (float("inf"), "+Inf")],
)
def test_a_value_at_a_bound_belongs_to_its_bucket(value: float, bucket: str) -> None:
    seconds = Histogram(BOUNDS)
    seconds.observe(value)
    seen = read(exposition([histogram("took_seconds", "Took.", seconds)]).decode())
    first = next(le for le in ("0.1", "1", "10", "+Inf") if seen.value("took_seconds_bucket", le=le))
    assert first == bucket


@given(st.lists(st.floats(-100, 100)))
def test_a_histogram_loses_nothing_and_never_goes_back(values: list[float]) -> None:
    seconds, before = Histogram(BOUNDS), read(exposition([histogram("t_seconds", "T.", Histogram(BOUNDS))]).decode())
    for value in values:
        seconds.observe(value)
        now = read(exposition([histogram("t_seconds", "T.", seconds)]).decode())
        assert all(now.values[key] >= earlier for key, earlier in before.values.items())
        before = now
    assert seconds.count == len(values)
    assert seconds.sum == pytest.approx(sum(value for value in values if value > 0))
