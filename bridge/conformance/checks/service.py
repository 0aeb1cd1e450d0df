"""Status, test/setup and who the user is."""

from collections.abc import Awaitable, Callable
from typing import Final

from bridge.conformance.checks.expect import (
    OK,
    UNAUTHORIZED,
    data_object,
    expect_status,
    shown,
)
from bridge.conformance.finding import NotApplicable, Unmet
from bridge.conformance.samples import Samples, read_samples
from bridge.conformance.subject import NOTHING, WRONG_KEY, Credential
from bridge.conformance.trial import JSON, Check, Trial

LONGEST_ID: Final = 200
Run = Callable[[Trial], Awaitable[None]]


def status_checks() -> list[Check]:
    """Return the tests of `/status`."""

    async def old_name(trial: Trial) -> None:
        expect_status(await trial.ask("GET", "status", old_name_of(trial)), OK)

    async def key(trial: Trial) -> None:
        expect_status(await trial.ask("GET", "status", trial.credentials.service), OK)

    return [
        Check("status.key", "200 with the service key", key),
        Check("status.old_name", "200 with the key as IFTTT-Channel-Key", old_name),
        *(
            Check(f"status.{word}", f"401 with {bad.name}", _refused("GET", "status", bad))
            for word, bad in (("wrong_key", WRONG_KEY), ("no_key", NOTHING))
        ),
    ]


def setup_checks(keep: Callable[[Samples], None]) -> list[Check]:
    """Return the tests of test/setup. `keep` hears of the samples, the last ones last."""

    def works(body: bytes, content_type: str | None, *, old: bool = False) -> Run:
        async def run(trial: Trial) -> None:
            credential = old_name_of(trial) if old else trial.credentials.service
            await _set_up(trial, credential, body, content_type)

        return run

    async def twice(trial: Trial) -> None:
        first = await _set_up(trial, trial.credentials.service)
        second = await _set_up(trial, trial.credentials.service)
        if {kind: set(of) for kind, of in first.of.items()} != {kind: set(of) for kind, of in second.of.items()}:
            raise Unmet("the second answer has other samples")

    async def answer(trial: Trial) -> None:
        keep(await _set_up(trial, trial.credentials.service))

    checks = [
        ("setup.empty_json", "200 for an empty body said to be JSON", works(b"", JSON)),
        ("setup.empty_form", "200 for an empty form", works(b"", "application/x-www-form-urlencoded")),
        ("setup.any_body", "200 whatever the body is: it is not parsed", works(b"{not json", JSON)),
        ("setup.no_type", "200 without a content type", works(b"", None)),
        ("setup.old_name", "200 with the key as IFTTT-Channel-Key", works(b"", JSON, old=True)),
        ("setup.twice", "200 twice, with samples for the same things", twice),
        ("setup.wrong_key", f"401 with {WRONG_KEY.name}", _refused("POST", "test/setup", WRONG_KEY)),
        ("setup.no_key", f"401 with {NOTHING.name}", _refused("POST", "test/setup", NOTHING)),
        (
            "setup.answer",
            "200 with `data.samples`, an object of objects, and with `accessToken` where there are accounts",
            answer,
        ),
    ]
    return [Check(name, expected, run) for name, expected, run in checks]


def no_user_check() -> Check:
    """Return what says that there is no user to ask for."""

    async def run(_trial: Trial) -> None:
        raise NotApplicable("test/setup hands out no token, so the service is taken to have no accounts")

    return Check("user.info", "200 with `id` and `name`, strings", run)


def user_checks(bad: tuple[Credential, ...]) -> list[Check]:
    """Return the tests of user/info, with what must not open it."""

    async def info(trial: Trial) -> None:
        data = data_object(await trial.ask("GET", "user/info", trial.credentials.user))
        for key in ("id", "name"):
            if not isinstance(data.get(key), str) or not data[key]:
                raise Unmet(f"`{key}` is {shown(data.get(key))}")

    async def length(trial: Trial) -> None:
        data = data_object(await trial.ask("GET", "user/info", trial.credentials.user))
        if len(str(data.get("id", ""))) > LONGEST_ID:
            raise Unmet(f"an `id` of {len(str(data['id']))} characters")

    async def same(trial: Trial) -> None:
        ids = [data_object(await trial.ask("GET", "user/info", trial.credentials.user)).get("id") for _ in range(2)]
        if ids[0] != ids[1]:
            raise Unmet(f"{shown(ids[0])} and then {shown(ids[1])}")

    async def email(trial: Trial) -> None:
        user_id = data_object(await trial.ask("GET", "user/info", trial.credentials.user)).get("id")
        if isinstance(user_id, str) and "@" in user_id:
            raise Unmet("an `id` that looks like an email address")

    return [
        Check("user.info", "200 with `id` and `name`, strings", info),
        Check("user.id_length", f"an `id` of at most {LONGEST_ID} characters", length),
        Check("user.id_same", "the same `id` each time", same),
        Check("user.id_email", "an `id` that is not an email address", email),
        *(Check(f"user.{_word(one)}", f"401 with {one.name}", _refused("GET", "user/info", one)) for one in bad),
    ]


def old_name_of(trial: Trial) -> Credential:
    """Return the service key under its older name."""
    return Credential("service key, older name", {"IFTTT-Channel-Key": trial.credentials.service_key})


async def _set_up(trial: Trial, credential: Credential, body: bytes = b"", content_type: str | None = JSON) -> Samples:
    answer = await trial.ask("POST", "test/setup", credential, body, content_type=content_type)
    return read_samples(data_object(answer))


def _refused(method: str, path: str, credential: Credential) -> Run:
    async def run(trial: Trial) -> None:
        expect_status(await trial.ask(method, path, credential), UNAUTHORIZED)

    return run


def _word(credential: Credential) -> str:
    return credential.name.lower().replace(" ", "_")
