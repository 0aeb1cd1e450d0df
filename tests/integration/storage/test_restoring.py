"""A restored copy fires nothing again and keeps every token: what has come since is taken over, table by table."""

from pathlib import Path

import pytest

from bridge.errors import CopyDamaged, CopyRefused
from bridge.ifttt.watermarks import Asked, Moves, Told
from bridge.storage.accounts import Accounts
from bridge.storage.carrying import GAP
from bridge.storage.database import Database
from bridge.storage.restored import Restored
from bridge.storage.restoring import Reason, prepare, put_in_place
from bridge.storage.watermarks import KeptWatermarks
from tests.integration.storage.examples import NOON_MS, commit, entry, execute, identity
from tests.integration.storage.homes import begin, change, copied, destroy, live_on, rows

JOURNEYS = ("notifications", "polls")
TOKENS = "SELECT digest FROM tokens ORDER BY digest"


@pytest.fixture
def copy(path: Path, tmp_path: Path) -> Path:
    """A copy of a home, after which life in the home has gone on."""
    change(path, begin)
    made = copied(path, tmp_path / "copy.db")
    change(path, live_on)
    return made


def restore(copy: Path, path: Path, *, cause: str = "", trusted: bool = True) -> Restored:
    prepare(copy, path)
    return put_in_place(path, Reason(str(copy), cause, trusted), now_ms=NOON_MS)


def test_what_came_after_the_copy_is_taken_over(copy: Path, path: Path) -> None:
    before = rows(path, "SELECT seq, id FROM events ORDER BY seq")
    restored = restore(copy, path)
    assert (restored.carried, restored.missing, restored.unread, restored.removed) == (5, 0, (), ())
    assert rows(path, "SELECT seq, id FROM events ORDER BY seq") == before
    assert rows(path, TOKENS) == ["ben's-token", "new-token", "old-token"]
    assert rows(path, "SELECT name, password_hash FROM users ORDER BY name") == [("ann", "another"), ("ben", "ben's")]
    assert rows(path, "SELECT identity, told_seq FROM trigger_identities ORDER BY 1") == [
        ("new-applet", 14),
        ("old-applet", 0),
    ]
    assert rows(path, "SELECT request_id FROM commands") == ["r-1"]
    assert rows(path, "SELECT digest FROM deliveries ORDER BY number") == ["seven", "eight"]
    assert rows(path, "SELECT entity, value, fired FROM entity_states ORDER BY 1") == [
        ("elm-door", "open", ""),
        ("elm-leak", "on", ""),
    ]
    assert rows(path, "SELECT told FROM deadlines") == [1]
    assert rows(path, "SELECT value FROM settings WHERE name = 'realtime.restored'") == ["1"]
    assert rows(path, "SELECT value FROM settings WHERE name = 'mqtt.deliveries_lost'") == ["0"]


def test_the_replaced_database_stays_beside_the_new_one(copy: Path, path: Path) -> None:
    restored = restore(copy, path)
    assert restored.aside is not None
    assert rows(Path(restored.aside), "SELECT count(*) FROM events") == [15]
    assert sorted(found.name for found in path.parent.iterdir()) == ["bridge.db", Path(restored.aside).name]


def test_of_the_replaced_databases_the_newest_three_are_kept(copy: Path, path: Path) -> None:
    asides = [restore(copy, path).aside for _ in range(5)]
    kept = {str(found) for found in path.parent.iterdir() if ".replaced-" in found.name}
    assert kept == set(asides[-3:])


def test_who_was_removed_since_the_copy_does_not_come_back(copy: Path, path: Path) -> None:
    change(path, lambda database: Accounts(database).remove_user("ann"))
    assert restore(copy, path).removed == ("ann",)
    assert rows(path, "SELECT name FROM users") == ["ben"]
    assert rows(path, TOKENS) == ["ben's-token"]
    for table in ("trigger_identities", "commands", "grants", "codes"):
        assert rows(path, f"SELECT count(*) FROM {table}") == [0], table  # noqa: S608 -- the names above


def test_a_token_that_was_ended_since_the_copy_stays_ended(copy: Path, path: Path) -> None:
    change(path, lambda database: Accounts(database).remove_token("old-token"))
    restore(copy, path)
    assert rows(path, TOKENS) == ["ben's-token", "new-token"]


def test_how_far_ifttt_was_told_and_has_asked_is_as_in_the_replaced_database(copy: Path, path: Path) -> None:
    change(path, told_and_asked)
    restored = restore(copy, path)
    assert restored.unread == ()
    for table in JOURNEYS:
        assert rows(path, f"SELECT identity, up_to_seq FROM {table}") == [("new-applet", 15)], table  # noqa: S608 -- the names above


@pytest.mark.parametrize("table", JOURNEYS)
def test_where_that_cannot_be_read_nobody_is_troubled_with_it(table: str, copy: Path, path: Path) -> None:
    change(path, told_and_asked)
    destroy(path, table)
    restored = restore(copy, path, cause="flipped")
    assert restored.unread == ()
    assert rows(path, f"SELECT count(*) FROM {table}") == [0]  # noqa: S608 -- the names above


def test_nothing_of_it_is_left_where_its_identity_is_not_there(copy: Path, path: Path) -> None:
    change(path, told_and_asked)
    destroy(path, "trigger_identities")
    restore(copy, path, cause="flipped")
    for table in JOURNEYS:
        assert rows(path, f"SELECT count(*) FROM {table}") == [0], table  # noqa: S608 -- the names above


async def told_and_asked(database: Database) -> None:
    """Let the new Applet have been told, and have asked."""
    ann = await Accounts(database).user_named("ann")
    moves = Moves([Told(15, "200", NOON_MS, NOON_MS)], [Asked(15, NOON_MS)])
    await KeptWatermarks(database).add({identity(ann, "new-applet").key: moves}, keep=9)


@pytest.mark.parametrize("table", ["tokens", "grants", "users"])
def test_where_not_all_can_be_read_what_is_known_to_have_ended_stays_ended(table: str, copy: Path, path: Path) -> None:
    change(path, lambda database: Accounts(database).remove_token("old-token"))
    destroy(path, table)
    restored = restore(copy, path, cause="flipped")
    assert table in restored.unread
    assert "old-token" not in rows(path, TOKENS)


@pytest.mark.parametrize("what", ["a fresh home", "nothing", "an older state of the same home"])
def test_what_is_no_later_state_of_the_copy_gives_nothing_to_it(what: str, copy: Path, path: Path) -> None:
    newer = copied(path, copy.with_name("newer.db"))
    path.unlink()
    if what == "a fresh home":
        change(path, lambda database: execute(database, "INSERT INTO homes VALUES ('oak', 'Oak')"))
    elif what == "an older state of the same home":
        copied(copy, path)
    restored = restore(newer, path)
    assert restored.carried == 0
    assert rows(path, TOKENS) == ["ben's-token", "new-token", "old-token"]
    assert rows(path, "SELECT count(*) FROM events") == [15]


def test_where_nothing_is_known_of_what_came_since_nothing_can_fire_again(copy: Path, path: Path) -> None:
    path.write_bytes(b"\0" * 50_000)
    restored = restore(copy, path, cause="overwritten")
    assert restored.missing is None
    assert rows(path, TOKENS) == ["old-token"], "every token of the copy is kept"
    assert rows(path, "SELECT entity, value, fired FROM entity_states ORDER BY 1") == [
        ("elm-door", "closed", "?"),
        ("elm-leak", None, "?"),
    ]
    assert rows(path, "SELECT told FROM deadlines") == [1]
    assert rows(path, "SELECT count(*) FROM deliveries") == [0]
    assert rows(path, "SELECT value FROM settings WHERE name = 'mqtt.deliveries_lost'") == ["1"]
    assert rows(path, "SELECT seq FROM sqlite_sequence WHERE name = 'events'") == [10 + GAP]


def test_events_on_pages_that_are_gone_are_counted_and_the_others_taken_over(copy: Path, path: Path) -> None:
    async def many(database: Database) -> None:
        await commit(database, *(entry(seq, ingredients={"x": "y" * 300}) for seq in range(16, 400)))

    change(path, many)
    page = rows(path, "SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf' ORDER BY path")[10]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)
    restored = restore(copy, path, cause="flipped")
    assert restored.missing is not None
    assert 0 < restored.missing < 30
    assert restored.carried + restored.missing == 389
    assert rows(path, "SELECT max(seq) FROM events") == [399]
    assert rows(path, "SELECT seq FROM sqlite_sequence WHERE name = 'events'") == [399]


def test_what_was_hidden_since_stays_hidden_and_what_was_removed_is_back(copy: Path, path: Path) -> None:
    change(
        path,
        lambda database: execute(
            database,
            "UPDATE entities SET exposed = 0, since_seq = 9 WHERE id = 'elm-door'",
            "DELETE FROM entities WHERE id = 'elm-leak'",
        ),
    )
    restore(copy, path)
    assert rows(path, "SELECT id, exposed, since_seq FROM entities ORDER BY id") == [
        ("elm-door", 0, 9),
        ("elm-leak", 1, 0),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a database: it is empty"),
        (b"Dear Ann,\nthe keys are under the mat.\n", "is not a database"),
        (None, "cannot be read: No such file"),
    ],
)
def test_what_is_no_copy_is_refused_in_words_and_nothing_changes(
    content: bytes | None, words: str, copy: Path, path: Path
) -> None:
    before, other = path.read_bytes(), copy.with_name("other.db")
    if content is not None:
        other.write_bytes(content)
    with pytest.raises(CopyRefused, match=words):
        prepare(other, path)
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == ["bridge.db"]


def test_a_damaged_copy_and_one_of_another_program_or_a_newer_version_are_refused(copy: Path, path: Path) -> None:
    damaged = copied(copy, copy.with_name("damaged.db"))
    destroy(damaged, "events_home")
    with pytest.raises(CopyDamaged, match=r"damaged\.db is damaged"):
        prepare(damaged, path)
    newer = copied(copy, copy.with_name("newer.db"))
    change(newer, lambda database: execute(database, "INSERT INTO schema_version VALUES (99)"))
    with pytest.raises(CopyRefused, match="newer version of ifttt-bridge"):
        prepare(newer, path)
    other = copied(copy, copy.with_name("other.db"))
    change(other, lambda database: execute(database, "DROP TABLE events"))
    with pytest.raises(CopyRefused, match="another program"):
        prepare(other, path)
    with pytest.raises(CopyRefused, match="the database itself"):
        prepare(path, path)
    assert rows(path, "SELECT count(*) FROM events") == [15]


async def test_a_database_that_another_program_has_open_is_not_replaced(database: Database, path: Path) -> None:
    await begin(database)
    made = path.with_name("copy.db")
    from bridge.storage.copying import copy_database  # noqa: PLC0415

    copy_database(path, made)
    prepare(made, path)
    with pytest.raises(CopyRefused, match="another program has"):
        put_in_place(path, Reason(str(made)), now_ms=NOON_MS)
    await commit(database, entry(11))
    assert rows(path, "SELECT count(*) FROM events") == [11]
