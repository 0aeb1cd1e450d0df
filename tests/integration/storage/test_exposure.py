"""What people decide about devices, in the real file; and timelines of what somebody sees."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import AccountError
from bridge.homes.sight import Placed, Share
from bridge.homes.user import User
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure, GivenNames
from bridge.timeline.entry import TimelineKey
from bridge.timeline.timeline import Question
from tests.integration.storage.examples import HOMES, NOON_MS, add_user, commit, entry, execute
from tests.integration.storage.test_entities import door
from tests.integration.storage.test_events import naive

WHERE = ("elm-door", "elm-button", "elm-lamp")


@pytest.fixture
async def exposure(database: Database) -> Exposure:
    await Accounts(database).keep_homes(HOMES)
    await Entities(database).keep([door("front"), door("back"), door("gate", "oak")], now_ms=NOON_MS)
    return Exposure(database)


@pytest.fixture
async def ann(database: Database, exposure: Exposure) -> User:  # noqa: ARG001 -- the homes come first
    return await add_user(database)


async def of(exposure: Exposure, entity: str) -> Placed:
    return next(each for each in await exposure.placed() if each.id == entity)


async def test_what_is_hidden_and_shown_again_counts_from_then_on(database: Database, exposure: Exposure) -> None:
    assert await of(exposure, "front") == Placed("front", "front", "elm", exposed=True, since_seq=0)
    await exposure.expose("front", exposed=True)
    assert (await of(exposure, "front")).since_seq == 0, "it was not hidden"
    await exposure.expose("front", exposed=False)
    await commit(database, *(entry(seq) for seq in range(1, 5)))
    await exposure.expose("front", exposed=True)
    assert await of(exposure, "front") == Placed("front", "front", "elm", exposed=True, since_seq=5)
    assert (await of(exposure, "back")).since_seq == 0


async def test_what_is_taken_away_and_given_back_counts_from_then_on(
    database: Database, exposure: Exposure, ann: User
) -> None:
    await exposure.share("front", ann, shared=True)
    assert await exposure.shares() == [], "it was shared with everybody already"
    await exposure.share("front", ann, shared=False)
    assert await exposure.shares() == [Share(ann.id, "front", shared=False, since_seq=1)]
    assert await exposure.taken_away(["front", "back"]) == {"front": ["ann"]}
    await commit(database, *(entry(seq) for seq in range(1, 5)))
    await exposure.share("front", ann, shared=False)
    await exposure.share("front", ann, shared=True)
    assert await exposure.shares() == [Share(ann.id, "front", shared=True, since_seq=5)]
    assert await exposure.taken_away(["front"]) == {}


async def test_a_device_of_another_home_cannot_be_shared(exposure: Exposure, ann: User) -> None:
    with pytest.raises(AccountError, match="another home"):
        await exposure.share("gate", ann, shared=False)
    assert await exposure.shares() == []


async def test_names_are_given_and_taken_back(exposure: Exposure) -> None:
    await exposure.rename("front", GivenNames("Main entrance", None))
    assert await exposure.names() == {"front": GivenNames("Main entrance", None)}
    await exposure.rename("front", GivenNames(None, None))
    assert await exposure.names() == {}


async def test_nothing_is_decided_about_what_is_not_there(database: Database, exposure: Exposure, ann: User) -> None:
    await Entities(database).keep([door("front")], now_ms=NOON_MS + 1)
    for device in ("nothing", "back"):
        with pytest.raises(AccountError, match="there is no device"):
            await exposure.expose(device, exposed=False)
        with pytest.raises(AccountError, match="there is no device"):
            await exposure.rename(device, GivenNames("x", None))
        with pytest.raises(AccountError, match="there is no device"):
            await exposure.share(device, ann, shared=False)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    happened=st.lists(st.tuples(st.sampled_from(WHERE), st.sampled_from(["button.single", "button.double"]))),
    among=st.dictionaries(st.sampled_from([*WHERE, "gone"]), st.integers(0, 20)),
    start_seq=st.integers(0, 20),
    limit=st.integers(0, 20),
    kind=st.sampled_from(["button.single", "button.*"]),
)
async def test_a_timeline_among_some_things_is_what_looking_at_everything_would_find(
    database: Database,
    happened: list[tuple[str, str]],
    among: dict[str, int],
    start_seq: int,
    limit: int,
    kind: str,
) -> None:
    await execute(database, "DELETE FROM events", "DELETE FROM sqlite_sequence")
    entries = [entry(seq, where, kind) for seq, (where, kind) in enumerate(happened, 1)]
    await commit(database, *entries)
    question = Question(TimelineKey("elm", None, kind), start_seq, limit, tuple(among.items()))
    seen = [each for each in entries if each.seq >= among.get(each.event.entity, len(entries) + 1)]
    assert await Events(database).newest(question) == naive(seen, question)
