"""Copies, restoring and damage, with the real daemon: nothing is lost that could be kept, nothing fires again."""

import contextlib
import json
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import aiohttp

from bridge.storage.copies import Kept, copies_in
from bridge.storage.verifying import verify
from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.publisher import steady_publisher
from tests.parts.realtime import RealtimeApi
from tests.parts.scrape import scrape
from tests.parts.terminal import at_a_terminal
from tests.parts.waiting import until

ANY_PRESS = {"button": "bedside-button", "press": "any"}


def often(daemon: Daemon, *, copies: int = 2, every: str = "1s") -> None:
    """Let the daemon copy so often."""
    daemon.edit("[storage]\n", f'[storage]\ncopies = {copies}\ncopy_every = "{every}"\n')


def copies_of(daemon: Daemon) -> list[Kept]:
    return copies_in(daemon.database.with_name("copies"), daemon.database)


def newest_copied(daemon: Daemon) -> int:
    """Return the newest event in any copy."""
    kept = copies_of(daemon)
    return verify(kept[-1].path).newest_seq if kept else 0


async def readiness(daemon: Daemon) -> dict[str, object]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{daemon.private_port}/readyz") as response,
    ):
        found: dict[str, object] = await response.json()
        return found | {"status": response.status}


async def press(broker: Mosquitto, daemon: Daemon, count: int) -> None:
    before = daemon.count_events()
    await broker.publish_many(BUTTON_TOPIC, ["single"] * count)
    await until(lambda: daemon.count_events() >= before + count, what="the presses on disk")


def flip(path: Path, *tables: str) -> None:
    """Overwrite the root pages of tables."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        pages = [
            connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
            for table in tables
        ]
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * 4096)
            file.write(b"\xa5" * 4096)


async def test_copies_are_made_by_themselves_verified_and_only_so_many_kept(broker: Mosquitto, daemon: Daemon) -> None:
    often(daemon)
    await daemon.start()
    await press(broker, daemon, 20)
    await until(lambda: daemon.log.count("event=copies.made") >= 4, what="four copies")
    kept = copies_of(daemon)
    assert len(kept) == 2
    assert verify(kept[-1].path).newest_seq == 20
    assert stat.S_IMODE(kept[-1].path.stat().st_mode) == 0o600
    metrics = await scrape(daemon.private_port)
    assert metrics.value("ifttt_bridge_copies_made_total") >= 4
    assert metrics.value("ifttt_bridge_copy_bytes") > 4096
    assert metrics.value("ifttt_bridge_copy_age_seconds") < 10
    assert daemon.stop() == 0
    assert not [found for found in kept[-1].path.parent.iterdir() if found.suffix != ".db"]


async def test_that_no_copy_can_be_made_is_told_and_the_home_works_on(daemon: Daemon) -> None:
    often(daemon)
    daemon.database.parent.mkdir()
    daemon.database.with_name("copies").write_text("in the way")
    await daemon.start()
    await until(lambda: "copies.failed" in daemon.log, what="the failure")
    found = await readiness(daemon)
    assert found["status"] == 200
    assert "no copy of the database can be made" in str(found["causes"])
    daemon.database.with_name("copies").unlink()
    await until(lambda: "copies.resumed" in daemon.log, what="the end of it")
    assert (await readiness(daemon))["causes"] == {}
    assert daemon.log.count("copies.failed") == 1


async def test_a_backup_under_load_is_one_moment_of_the_home(broker: Mosquitto, daemon: Daemon, tmp_path: Path) -> None:
    await daemon.start()
    daemon.add_user("ann")
    async with steady_publisher(broker.port, BUTTON_TOPIC, per_second=300):
        await until(lambda: daemon.count_events() > 50, what="some presses")
        made = json.loads(daemon.command("backup", "--json", str(tmp_path / "copy.db")))
    facts = verify(tmp_path / "copy.db")
    assert (made["newest_seq"], made["bytes"]) == (facts.newest_seq, facts.bytes)
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT count(*), max(seq) FROM events").fetchone() == (facts.newest_seq,) * 2
    daemon.stop()
    daemon.command("backup", str(tmp_path / "another.db"))
    status, screen = at_a_terminal(
        daemon.folder / "bridge.toml", "backup", "--force", str(tmp_path / "copy.db"), typed={}
    )
    assert (status, "Copying [####" in screen, "100% of" in screen) == (0, True, True)
    for where, words in ((tmp_path, "is a folder"), (tmp_path / "copy.db", "--force"), (daemon.database, "itself")):
        refused = run(daemon, "backup", str(where))
        assert (refused.returncode, words in refused.stderr) == (1, True), refused.stderr


def run(daemon: Daemon, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bridge", "--config", str(daemon.folder / "bridge.toml"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


async def test_a_copy_restored_through_the_daemon_keeps_tokens_and_events_and_fires_nothing_again(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi, tmp_path: Path
) -> None:
    await daemon.start()
    token = daemon.add_user("ann")
    await daemon.poll(token, "button_pressed", ANY_PRESS, trigger_identity="presses")
    await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity="doors")
    await broker.publish(DOOR_TOPIC, "closed")
    await press(broker, daemon, 3)
    daemon.command("backup", str(tmp_path / "copy.db"))
    await broker.publish(DOOR_TOPIC, "open")
    await press(broker, daemon, 4)
    ben = daemon.add_user("ben")
    before = {
        trigger: await daemon.poll(token, trigger, fields, trigger_identity=identity)
        for trigger, fields, identity in (
            ("button_pressed", ANY_PRESS, "presses"),
            ("door_opened", {"door": "any"}, "doors"),
        )
    }
    pid, events = daemon.pid, daemon.events()
    realtime.told.clear()

    async with steady_publisher(broker.port, BUTTON_TOPIC, per_second=100, word="number_{}".format) as publisher:
        await until(lambda: len(publisher.sent) > 20, what="presses under way")
        restored = json.loads(daemon.command("restore", "--json", str(tmp_path / "copy.db")))
    assert restored["carried"] >= 5
    assert (restored["missing"], restored["unread"]) == (0, [])
    assert daemon.pid == pid, "the process is the same"
    await until(daemon.is_ready, what="the daemon being ready again")
    sent = len(publisher.sent)
    await until(lambda: daemon.count_events() >= len(events) + sent, what="every press on disk")
    await broker.publish(DOOR_TOPIC, "open")  # it says again how it is
    await press(broker, daemon, 1)
    assert daemon.events()[: len(events)] == events
    words = [each["ingredients"]["press"] for each in daemon.events()[len(events) :]]
    assert words == [*publisher.sent, "single"], "each once, in order"
    after = await daemon.poll(token, "button_pressed", ANY_PRESS, trigger_identity="presses", limit=1000)
    known = {item["meta"]["id"] for item in before["button_pressed"]}
    assert len([item for item in after if item["meta"]["id"] in known]) == len(known)
    assert len(after) == len(known) + sent + 1
    assert await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity="doors") == before["door_opened"]
    await daemon.poll(ben, "door_opened", {"door": "any"}, trigger_identity="bens")
    await until(lambda: any(told.startswith("user ") for told in realtime.told), what="IFTTT being asked to look")


async def test_a_copy_is_refused_in_words_and_the_daemon_works_on(
    broker: Mosquitto, daemon: Daemon, tmp_path: Path
) -> None:
    await daemon.start()
    (tmp_path / "letter").write_text("Dear Ann")
    for name, words in (("letter", "is not a database"), ("missing", "cannot be read")):
        refused = run(daemon, "restore", str(tmp_path / name))
        assert (refused.returncode, words in refused.stderr) == (1, True), refused.stderr
    await press(broker, daemon, 1)
    assert "bridge.restoring" not in daemon.log


async def test_a_damaged_database_is_put_right_at_the_start_and_the_home_keeps_working(
    broker: Mosquitto, daemon: Daemon
) -> None:
    often(daemon, every="2s")
    await daemon.start()
    token = daemon.add_user("ann")
    await daemon.poll(token, "button_pressed", ANY_PRESS, trigger_identity="presses")
    await press(broker, daemon, 5)
    await until(lambda: newest_copied(daemon) == 5, what="a copy")
    daemon.edit('copy_every = "2s"', 'copy_every = "24h"')
    daemon.stop()
    await daemon.start()
    await press(broker, daemon, 6)
    daemon.stop()
    flip(daemon.database, "entity_states", "events_home")
    await broker.publish_many(BUTTON_TOPIC, ["double"] * 7)
    await daemon.start()
    await until(lambda: daemon.count_events() == 18, what="presses from before the copy, after it, and from the broker")
    assert "event=storage.damaged" in daemon.log
    assert "event=storage.restored" in daemon.log
    assert list(daemon.database.parent.glob("bridge.db.damaged-*"))
    found = await readiness(daemon)
    assert found["status"] == 200
    assert "no event is missing" in str(found["causes"])
    assert len(await daemon.poll(token, "button_pressed", ANY_PRESS, trigger_identity="presses")) == 18


async def test_without_a_copy_a_damaged_database_is_refused_and_nothing_is_emptied(
    broker: Mosquitto, daemon: Daemon, tmp_path: Path
) -> None:
    await daemon.start()
    token = daemon.add_user("ann")
    await press(broker, daemon, 3)
    daemon.command("backup", str(tmp_path / "copy.db"))
    daemon.stop()
    flip(daemon.database, "tokens")
    before = daemon.database.read_bytes()
    daemon.launch()
    assert daemon.ended() == 1
    assert "there is no copy that could be put back" in daemon.log
    assert daemon.database.read_bytes() == before
    daemon.command("restore", str(tmp_path / "copy.db"))
    await daemon.start()
    assert len(daemon.events()) == 3
    await daemon.get("user/info", token)


async def test_a_database_that_is_gone_is_put_back_from_the_newest_copy(broker: Mosquitto, daemon: Daemon) -> None:
    often(daemon)
    await daemon.start()
    token = daemon.add_user("ann")
    await press(broker, daemon, 3)
    await until(lambda: newest_copied(daemon) == 3, what="a copy")
    daemon.stop()
    for path in daemon.database.parent.glob("bridge.db*"):
        path.unlink()
    await daemon.start()
    assert "the file is gone" in daemon.log
    assert len(daemon.events()) == 3
    await daemon.get("user/info", token)


async def test_damage_that_shows_while_it_runs_is_put_right_in_the_same_process(
    broker: Mosquitto, daemon: Daemon
) -> None:
    often(daemon, every="2s")
    await daemon.start()
    token = daemon.add_user("ann")
    await press(broker, daemon, 5)
    await until(lambda: newest_copied(daemon) == 5, what="a copy")
    daemon.edit('copy_every = "2s"', 'copy_every = "24h"')
    daemon.stop()
    await daemon.start()
    pid = daemon.pid
    flip(daemon.database, "commands", "events", "events_home", "events_home_kind")
    await broker.publish_many(BUTTON_TOPIC, ["double"] * 7)
    await until(lambda: "event=storage.restored" in daemon.log, what="the copy being put back")
    await until(daemon.is_ready, what="the daemon being ready again")
    await until(lambda: daemon.count_events() == 12, what="every press")
    assert daemon.pid == pid
    await daemon.get("user/info", token)
