"""A service that hangs, breaks off or answers nonsense is a finding, within bounds of time and size, and never more."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.conformance.finding import Verdict
from bridge.conformance.raw import count_answers
from bridge.conformance.run import Plan, run_checks
from bridge.conformance.service import Limits, reaching
from tests.conformance.double import Ask, Double, Reply
from tests.conformance.planting import is_poll, is_setup, is_status
from tests.conformance.serving import TWO, direct_results_of, results_of

WIRES = {
    "hang": "no answer within 0.3 s",
    "garbage": "not an HTTP answer",
    "drop": "closed before an answer came",
    "breaks off": "broke off in the middle",
    "endless": "an answer of more than",
    "bomb": "an answer of more than",
    "broken gzip": "with a body that is no gzip",
}


@pytest.mark.parametrize(("wire", "told"), WIRES.items())
async def test_an_answer_that_is_none_is_a_finding_that_says_what_came(wire: str, told: str) -> None:
    double = Double()

    def answer(ask: Ask) -> Reply:
        reply = double.answer(ask)
        return replace(reply, wire=wire) if is_status(ask) else reply

    results = await results_of(answer, only="status", limits=Limits(0.3, 60.0))
    found = {result.test: result for result in results if result.test.startswith("status.")}
    assert {result.verdict for result in found.values()} == {Verdict.FINDING}
    assert told in found["status.key"].got


async def test_a_service_that_never_answers_is_given_up_soon() -> None:
    async with asyncio.timeout(10):
        results = await results_of(lambda _ask: Reply(wire="hang"), limits=Limits(0.2, 60.0))
    got = [result.got for result in results if result.test.startswith(("status.", "setup."))]
    assert sum("no answer within" in one for one in got) == 3
    assert sum("has stopped answering" in one for one in got) == len(got) - 3


async def test_the_whole_run_has_an_end() -> None:
    results = await results_of(Double().answer, limits=Limits(5.0, 0.1))
    assert any("the time for the whole run is over" in result.got for result in results)


async def test_a_service_that_is_not_there_is_a_finding() -> None:
    async with reaching("http://127.0.0.1:9", Limits(1.0, 5.0)) as service:
        results = [result async for result in run_checks(service, Plan("key"), lambda _done, _of: None)]
    assert "no connection" in results[0].got
    assert results[0].verdict is Verdict.FINDING


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(
    st.dictionaries(st.sampled_from(["meta", "id", "created_at", "label", "value", "values"]), VALUES), max_size=3
)


@settings(max_examples=25)
@given(data=VALUES | ROWS, status=st.sampled_from([200, 400, 404, 500]))
async def test_whatever_json_comes_there_are_results_and_they_can_be_told(data: object, status: int) -> None:
    double = Double()

    def answer(ask: Ask) -> Reply:
        return double.answer(ask) if is_setup(ask) or is_status(ask) else Reply(status, data=data)

    results = await direct_results_of(answer)
    assert len(results) > 150
    assert all(one.isprintable() for result in results for one in (result.got, result.request))
    assert any(result.test == "identity.bad_token" and result.verdict is Verdict.FINDING for result in results)


@given(data=VALUES, samples=VALUES)
async def test_whatever_setup_answers_is_a_finding_or_fine(data: object, samples: object) -> None:
    double = Double()

    def answer(ask: Ask) -> Reply:
        body = {"samples": samples, "accessToken": data} if isinstance(data, str) else data
        return Reply(data=body) if is_setup(ask) else double.answer(ask)

    results = await direct_results_of(answer, sheet=False)
    assert all(one.isprintable() for result in results for one in (result.subject, result.request, result.got))


@given(content=st.binary(max_size=300) | st.binary(max_size=50).map(lambda more: TWO + more))
def test_counting_answers_takes_any_bytes(content: bytes) -> None:
    answers, rest = count_answers(content)
    assert answers >= 0
    assert 0 <= rest <= len(content)


def test_answers_are_counted_in_each_framing() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert count_answers(TWO) == (1, 0)
    assert count_answers(TWO + TWO) == (2, 0)
    assert count_answers(chunked + TWO) == (2, 0)
    assert count_answers(TWO + b"more") == (1, 4)
    assert count_answers(b"HTTP/1.1 200 OK\r\n\r\nuntil the end") == (1, 0)


async def test_what_is_told_holds_neither_tokens_nor_what_a_terminal_obeys() -> None:
    double = Double()

    def answer(ask: Ask) -> Reply:
        if is_poll(ask):
            return Reply(raw=b'\x1b[2J{"accessToken": "abcdefgh12345"}')
        return double.answer(ask)

    told = [f"{result.request} {result.got}" for result in await direct_results_of(answer)]
    assert not any("abcdefgh12345" in one or "\x1b" in one for one in told)
    assert not any(token in one for one in told for token in double.tokens)
