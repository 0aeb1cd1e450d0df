"""After a whole life with every secret in it, none of them is found anywhere but where it belongs (I9; ASVS 16.2.5)."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bridge.oauth.tokens import digest_of
from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import realtime_api
from tests.security.canaries import Life, configuration_of
from tests.security.planting import Traces

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Life]:
    """Live it once for all tests."""
    broker_folder, folder = tmp_path_factory.mktemp("broker"), tmp_path_factory.mktemp("daemon")
    broker = Mosquitto(broker_folder)
    await broker.start()
    async with realtime_api() as realtime, aiohttp.ClientSession() as session:
        daemon = Daemon(folder, broker.port, realtime.url)
        life = Life(daemon, broker, session)
        try:
            await life.live()
            assert realtime.told, "nobody was told, so that no key was used"
            yield life
        finally:
            daemon.close()
            broker.close()


@pytest.fixture
def traces(life: Life) -> Traces:
    """Return what it has left behind."""
    return life.traces


def leaks(traces: Traces, places: dict[str, bytes]) -> list[tuple[str, str]]:
    """Return each secret that is found, with where."""
    assert places
    assert all(places.values()), "something was not gathered"
    return [(place, what) for place, octets in places.items() for what in traces.planted.found_in(octets)]


async def test_no_secret_is_in_the_log_for_people_or_for_programs(traces: Traces) -> None:
    assert b"event=sign_in.refused" in traces.logs["text"]
    assert b'"event": "sign_in.accepted"' in traces.logs["json"]
    for said in (b"oauth.connected", b"oauth.code_replayed", b"oauth.revoked", b"config.reloaded", b"web.refused"):
        assert said in traces.logs["text"], "this test would prove nothing"
    assert leaks(traces, traces.logs) == []


async def test_no_secret_is_in_the_figures_or_in_health(traces: Traces) -> None:
    assert b"ifttt_bridge_" in traces.figures["metrics"]
    assert leaks(traces, traces.figures) == []


async def test_no_secret_is_in_what_owners_see_or_are_given_for_others(traces: Traces) -> None:
    assert b"ifttt_bridge_" in traces.private["text: /health/diagnosis"]
    assert b"front-door" in traces.private["text: /health/diagnosis?names=yes"]
    assert b"anna" in traces.private["text: /people"]
    found = leaks(traces, traces.private)
    assert [(place, what) for place, what in found if what != "a form token" or "diagnosis" in place] == []


async def test_the_diagnosis_names_nobody_and_without_leave_no_device(traces: Traces) -> None:
    for query, names in (("", (b"anna", b"front-door", b"Front door", b"example.org")), ("?names=yes", (b"anna",))):
        said = traces.private[f"text: /health/diagnosis{query}"]
        assert [name for name in names if name in said] == []


async def test_no_secret_is_in_the_answer_to_a_request_that_failed(traces: Traces) -> None:
    assert len(traces.errors) > 80, "this test would prove nothing"
    assert leaks(traces, traces.errors) == []


async def test_no_secret_is_in_the_database_its_journal_or_a_copy(traces: Traces) -> None:
    assert any(name.endswith("-wal") for name in traces.database)
    assert any(name.endswith("copy.db") for name in traces.database)
    assert leaks(traces, traces.database) == []


async def test_of_tokens_the_database_has_digests_alone(traces: Traces) -> None:
    given = [secret for secret, what in traces.planted.secrets.items() if "access_token" in what]
    assert {digest_of(token) for token in given} & set(traces.digests), "this test would prove nothing"
    assert not set(given) & set(traces.digests)


async def test_no_secret_is_in_an_answer_of_the_control_socket(traces: Traces) -> None:
    assert leaks(traces, traces.socket) == []


async def test_no_secret_is_in_what_a_command_prints(traces: Traces) -> None:
    assert b"anna of home" in traces.commands["grant list"]
    assert leaks(traces, {name: said + b"-" for name, said in traces.commands.items()}) == []


async def test_no_secret_lies_in_any_other_file(traces: Traces) -> None:
    assert leaks(traces, {name: octets + b"-" for name, octets in traces.files.items()}) == []


async def test_a_secret_is_found_where_it_is(life: Life) -> None:
    """All the others here would prove nothing without."""
    found = life.traces.planted.found_in(configuration_of(life.daemon.folder))
    assert {"configured secret", "configured key", "configured staging", "configured mqtt"} <= set(found)
    kinds = set(life.traces.planted.secrets.values())
    assert {"a code", "a form token", "a token (access_token)", "a token (refresh_token)", "password"} <= kinds
    assert {"a cookie (__Host-session)", "a cookie (__Host-known)", "a token (accessToken)"} <= kinds
    for secret in life.traces.planted.secrets:
        assert life.traces.planted.found_in(f"x={secret}&".encode())
