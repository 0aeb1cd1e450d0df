"""Whatever the OpenAPI document of the listener allows, and much that it does not, is answered as it says: no 5xx."""

import asyncio
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from multiprocessing import get_context
from typing import Final

import pytest
import schemathesis
from schemathesis.config import (
    CacheConfig,
    ChecksConfig,
    CoveragePhaseConfig,
    ExamplesPhaseConfig,
    FuzzingPhaseConfig,
    GenerationConfig,
    PhasesConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    SimpleCheckConfig,
    StatefulPhaseConfig,
)
from schemathesis.config._checks import MissingRequiredHeaderConfig, NegativeDataRejectionConfig
from schemathesis.engine import events, from_schema

from tests.integration.web.site import KEY, Site
from tests.parts.openapi import Schema, document

SEED: Final = 20260203
EXAMPLES: Final = 3
STORIES: Final = 25
OFF: Final = SimpleCheckConfig(enabled=False)


@dataclass(slots=True)
class Outcome:
    """What came of a run: how often each phase asked, the statuses of answers, what was wrong.

    `followed`: how often what an answer gave (a cursor, an identity) was good for the next request.
    """

    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    followed: Counter[str] = field(default_factory=Counter)


def configured(port: int, token: str, *, stories: bool = False) -> SchemathesisConfig:
    """Ask with a valid token and key, each time the same: single requests, or stories that build on answers."""
    project = ProjectConfig(
        base_url=f"http://127.0.0.1:{port}/ifttt/v1",
        headers={"Authorization": f"Bearer {token}", "IFTTT-Service-Key": KEY},
        generation=GenerationConfig(max_examples=STORIES if stories else EXAMPLES, deterministic=True, database="none"),
        phases=PhasesConfig(
            examples=ExamplesPhaseConfig(enabled=not stories),
            coverage=CoveragePhaseConfig(enabled=not stories),
            fuzzing=FuzzingPhaseConfig(enabled=not stories),
            stateful=StatefulPhaseConfig(enabled=stories, max_steps=6),
        ),
        checks=ChecksConfig(
            response_headers_conformance=OFF,
            positive_data_acceptance=PositiveDataAcceptanceConfig(enabled=False),  # a text may still be no number
            negative_data_rejection=NegativeDataRejectionConfig(enabled=False),  # much is forgiven
            missing_required_header=MissingRequiredHeaderConfig(enabled=False),
            use_after_free=OFF,
            ensure_resource_availability=OFF,
            ignored_auth=OFF,
            object_level_authorization=OFF,
            unsupported_method=OFF,
            allow_header_conformance=OFF,
        ),
    )
    return SchemathesisConfig(seed=SEED, cache=CacheConfig(enabled=False), projects=ProjectsConfig(default=project))


async def asked(site: Site, schema: Schema, *, stories: bool = False) -> Outcome:
    """Ask everything, from a process of its own: Hypothesis draws on the constants of all modules that are loaded, so
    that in this one what is asked would depend on the tests that came before.
    """  # noqa: D205 -- one sentence
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        asking = pool.submit(run, schema, site.port, site.tokens["ann"], stories=stories)
        return await asyncio.wrap_future(asking)


def run(schema: Schema, port: int, token: str, *, stories: bool) -> Outcome:
    """Ask, and wait for each answer."""
    outcome = Outcome()
    config = configured(port, token, stories=stories)
    for event in from_schema(schemathesis.openapi.from_dict(schema, config=config)).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            outcome.wrong.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            note(event, outcome)
    return outcome


def note(event: events.ScenarioFinished, outcome: Outcome) -> None:
    """Take note of the answers of one scenario and what was wrong with them."""
    for case, interaction in event.recorder.interactions.items():
        outcome.asked[event.phase.value] += 1
        if interaction.response is not None:
            outcome.statuses[interaction.response.status_code] += 1
            if interaction.response.status_code == HTTPStatus.OK and event.phase.value == "stateful":
                outcome.followed["cursor"] += b'"cursor"' in (interaction.request.body or b"")
                outcome.followed["identity"] += interaction.request.method == "DELETE"
        for check in event.recorder.checks.get(case, []):
            if check.failure_info is not None:
                request = interaction.request
                failure = check.failure_info.failure
                outcome.wrong.append(f"{request.method} {request.uri} {request.body!r}: {check.name}: {failure}")


async def test_every_answer_is_as_the_document_says(site: Site) -> None:
    whole = document(site.endpoints.actions.household_of(site.users["ann"]))
    outcome = await asked(site, whole)
    assert outcome.wrong == []
    assert set(outcome.asked) >= {"coverage", "fuzzing"}
    assert {200, 400, 401, 404} == set(outcome.statuses)


@pytest.mark.parametrize(
    ("told", "leading"),
    [(("/queries",), "cursor"), (("/triggers/door_opened", "/triggers/{slug}/trigger_identity"), "identity")],
)
async def test_stories_in_which_one_answer_leads_to_the_next_request_end_as_well(
    site: Site, told: tuple[str, ...], leading: str
) -> None:
    await site.happen(times=60)
    whole = document(site.endpoints.actions.household_of(site.users["ann"]))
    some = whole | {"paths": {path: item for path, item in whole["paths"].items() if path.startswith(told)}}
    outcome = await asked(site, some, stories=True)
    assert outcome.wrong == []
    assert outcome.asked["stateful"] > STORIES
    assert max(outcome.statuses) < 500
    assert outcome.followed[leading]


async def test_an_answer_that_the_document_does_not_know_is_found(site: Site) -> None:
    """The test above would prove nothing if this run found nothing."""
    whole = document(site.endpoints.actions.household_of(site.users["ann"]))
    (info,) = whole["paths"]["/user/info"].values()
    content = info["responses"]["200"]["content"]["application/json"]["schema"]
    content["properties"]["data"]["properties"]["name"] = {"type": "integer"}
    schema = whole | {"paths": {"/user/info": {"get": info}}}
    outcome = await asked(site, schema)
    assert any("user/info" in wrong for wrong in outcome.wrong)
