"""One test: what it expects, and the requests that it makes. What it finds is raised."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from bridge.conformance.answer import MOST_TOLD, Answer, Asked, printable
from bridge.conformance.finding import NotApplicable, Result, Severity, Unmet, Verdict, verdict_of
from bridge.conformance.subject import Credential, Credentials

JSON: Final = "application/json"
Watch = Callable[[Asked, Answer], None]
"""Sees each answer as it comes."""


class Asker(Protocol):
    """Something that brings requests to a service and answers back."""

    async def ask(self, asked: Asked) -> Answer:
        """Return what came of a request; raises nothing."""
        ...

    async def count_answers(self, path: str, credential: Credential) -> tuple[int, int]:
        """Ask once; return how many answers came, and how many bytes behind them are none. Raises Unmet."""
        ...


class Trial:
    """The requests of one test, the last of which is told."""

    def __init__(self, service: Asker, credentials: Credentials, watch: Watch) -> None:
        self._service = service
        self.credentials = credentials
        self._watch = watch
        self.asked: Asked | None = None
        self.answer: Answer | None = None
        self.took_s = 0.0

    async def ask(
        self,
        method: str,
        path: str,
        credential: Credential,
        body: object = None,
        *,
        content_type: str | None = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request and return its answer; raises Unmet where none comes. Bytes are sent as they are."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"IFTTT-Test-Mode": "1"} | dict(credential.headers) | dict(headers or {})
        if content is not None and content_type is not None:
            sent["Content-Type"] = content_type
        self.asked = Asked(method, path, credential.name, sent, content)
        self.answer = answer = await self._service.ask(self.asked)
        self.took_s += answer.took_s
        self._watch(self.asked, answer)
        if answer.status is None:
            raise Unmet(answer.trouble)
        return answer

    async def count_answers(self, path: str, credential: Credential) -> tuple[int, int]:
        """Ask once; return how many answers came, and how many bytes behind them are none."""
        self.asked = Asked("GET", path, credential.name, credential.headers, None)
        return await self._service.count_answers(path, credential)

    async def post(self, path: str, body: object = None, credential: Credential | None = None) -> Answer:
        """Post JSON, for the test user if for nobody else."""
        return await self.ask("POST", path, credential or self.credentials.user, body)


@dataclass(frozen=True, slots=True)
class Check:
    """A test. `expected` is a sentence for people; `run` raises Unmet where it is not so."""

    name: str
    expected: str
    run: Callable[[Trial], Awaitable[None]]
    subject: str = ""
    severity: Severity = Severity.REQUIRED


async def judge(check: Check, trial: Trial) -> Result:
    """Run a test."""
    verdict, got = Verdict.PASS, ""
    try:
        await check.run(trial)
    except Unmet as unmet:
        verdict, got = verdict_of(check.severity), str(unmet)
    except NotApplicable as reason:
        verdict, got = Verdict.SKIPPED, str(reason)
    return Result(
        check.name,
        printable(check.subject),
        verdict,
        check.severity,
        "" if trial.asked is None else printable(str(trial.asked), MOST_TOLD),
        printable(check.expected, MOST_TOLD),
        printable(got or str(trial.answer or ""), MOST_TOLD),
        round(trial.took_s, 3),
    )
