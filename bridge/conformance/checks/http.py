"""How the service speaks HTTP: compression, odd paths, and one answer to one request."""

from collections.abc import Awaitable, Callable
from typing import Final

from bridge.conformance.checks.expect import NOT_FOUND, OK, expect_status
from bridge.conformance.finding import NotApplicable, Severity, Unmet
from bridge.conformance.service import PREFIX
from bridge.conformance.subject import Subject
from bridge.conformance.trial import Check, Trial

WORTH_COMPRESSING: Final = 1400
"""About a packet: whatever is longer is worth it."""

Run = Callable[[Trial], Awaitable[None]]


def http_checks(subject: Subject | None) -> list[Check]:
    """Return the tests. `subject`: something to ask for, whose answer may be long."""

    async def one_answer(trial: Trial) -> None:
        answers, rest = await trial.count_answers("status", trial.credentials.service)
        if answers != 1 or rest:
            raise Unmet(f"{answers} answers to one request, and {rest} bytes more")

    async def unknown_path(trial: Trial) -> None:
        expect_status(await trial.ask("GET", f"{PREFIX}/no_such_thing", trial.credentials.user), NOT_FOUND)

    def tolerant(path: str) -> Run:
        async def run(trial: Trial) -> None:
            expect_status(await trial.ask("GET", path, trial.credentials.service), OK)

        return run

    checks = [
        Check("http.one_answer", "one answer to one request", one_answer),
        Check("http.unknown_path", "404 for a path that does not exist", unknown_path),
        Check("http.doubled_slash", "200 for //ifttt/v1/status, of a prefix that ends in a slash",
              tolerant(f"/{PREFIX}/status"), severity=Severity.ADVICE),
        Check("http.last_slash", "200 for /ifttt/v1/status/", tolerant("status/"), severity=Severity.ADVICE),
    ]  # fmt: skip
    return checks if subject is None else [*checks, *_compression_checks(subject)]


def _compression_checks(subject: Subject) -> list[Check]:
    async def plain(trial: Trial) -> None:
        coding = await _coding_of(trial, subject, "identity")
        if coding not in {"", "identity"}:
            raise Unmet(f"an answer in {coding}")

    async def packed(trial: Trial) -> None:
        coding = await _coding_of(trial, subject, "gzip")
        if coding not in {"", "identity", "gzip"}:
            raise Unmet(f"an answer in {coding}")

    async def worth(trial: Trial) -> None:
        coding = await _coding_of(trial, subject, "gzip")
        if trial.answer is not None and len(trial.answer.body) < WORTH_COMPRESSING:
            raise NotApplicable("no answer is long enough to be worth it")
        if coding != "gzip":
            raise Unmet("an answer that is not compressed")

    return [
        Check("http.no_gzip", "no compression for who asks for none", plain, subject.slug),
        Check("http.gzip", "gzip or nothing for who asks for gzip", packed, subject.slug),
        Check("http.gzip_used", "gzip for a long answer", worth, subject.slug, Severity.ADVICE),
    ]


async def _coding_of(trial: Trial, subject: Subject, accepted: str) -> str:
    credential, headers = trial.credentials.user, {"Accept-Encoding": accepted}
    answer = await trial.ask("POST", subject.path, credential, subject.body(), headers=headers)
    expect_status(answer, OK)
    answer.object()
    return answer.headers.get("content-encoding", "").lower()
