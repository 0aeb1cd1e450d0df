"""A service that is right passes; each planted fault is found, by the tests that look for it and by no others."""

from dataclasses import replace

import pytest

from bridge.conformance.finding import Result, Verdict
from tests.conformance.double import KEY, Answering, Ask, Double, Reply
from tests.conformance.faults.choices import CHOICES
from tests.conformance.faults.each import EACH
from tests.conformance.faults.http import HTTP, WIRE
from tests.conformance.faults.pages import PAGES
from tests.conformance.faults.service import SERVICE
from tests.conformance.faults.triggers import IDENTITIES, TRIGGERS
from tests.conformance.planting import Fault, is_action, is_setup, lets_in, replied
from tests.conformance.serving import direct_results_of, results_of

ALL = [*SERVICE, *TRIGGERS, *IDENTITIES, *EACH, *CHOICES, *PAGES, *HTTP]
RED = {Verdict.FINDING, Verdict.WARNING}


async def test_a_service_that_is_right_passes_every_test() -> None:
    results = await results_of(Double().answer)
    assert [result for result in results if result.verdict is not Verdict.PASS] == []


async def test_without_a_sheet_there_is_nothing_required_to_find() -> None:
    results = await results_of(Double().answer, sheet=False)
    assert [result for result in results if result.verdict is Verdict.FINDING] == []
    assert {result.test for result in results if result.verdict is Verdict.WARNING} == {
        *("trigger.field_missing", "trigger.field_empty"),  # of the field that is optional: nobody can know
    }


@pytest.mark.parametrize("fault", ALL, ids=[fault.name for fault in ALL])
async def test_a_planted_fault_is_found_by_the_tests_that_look_for_it(fault: Fault) -> None:
    assert red(await direct_results_of(fault.planted())) == fault.found_by


@pytest.mark.parametrize("fault", WIRE, ids=[fault.name for fault in WIRE])
async def test_a_fault_on_the_wire_is_found_by_the_tests_that_look_for_it(fault: Fault) -> None:
    assert red(await results_of(fault.planted())) == fault.found_by


def no_accounts(ask: Ask, answer: Answering) -> Reply:
    """Answer as a service whose service key opens everything."""
    if is_setup(ask):
        reply = answer(ask)
        return reply.but(data={"samples": reply.data["samples"]}) if reply.status == 200 else reply
    known = {"Authorization": "Bearer fixed-token-of-the-double"} if ask.headers.get("IFTTT-Service-Key") == KEY else {}
    return answer(replace(ask, headers=dict(ask.headers) | known))


async def test_a_service_without_accounts_is_tested_with_its_key() -> None:
    double = Double()
    right = await direct_results_of(lambda ask: no_accounts(ask, double.answer))
    assert red(right) == set()
    assert [one.verdict for one in right if one.test.startswith("user.")] == [Verdict.SKIPPED]
    opened = lets_in(lambda ask: is_action(ask) and ask.headers.get("IFTTT-Service-Key") == "INVALID")
    faulty = await direct_results_of(lambda ask: no_accounts(ask, lambda inner: opened(inner, double.answer)))
    assert red(faulty) == {"action.bad_token", "action.bad_token_bad_body"}


async def test_samples_for_nothing_are_found() -> None:
    nothing = replied(is_setup, lambda _ask, reply: reply.but(data={"samples": {}}) if reply.status == 200 else reply)
    planted = Fault("no samples", nothing, frozenset({"setup.some"})).planted()
    assert red(await direct_results_of(planted, sheet=False)) >= {"setup.some"}


async def test_every_test_can_fail() -> None:
    names = {result.test for result in await direct_results_of(Double().answer)}
    assert names - {name for fault in [*ALL, *WIRE] for name in fault.found_by} == {"setup.some"}


def red(results: list[Result]) -> set[str]:
    return {result.test for result in results if result.verdict in RED}
