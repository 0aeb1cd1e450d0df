"""Why did it not fire? The life of each event, from the wire to the Applet, on the whole daemon."""

import json
import re
from typing import Any

from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.grants import connect
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

DOOR, LONG, ANY = "d" * 40, "1" * 40, "a" * 40
AGES = ("last_poll_age_s",)
"""What is told of the present moment."""


def trace(daemon: Daemon, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(daemon.command("trace", *arguments, "--json"))
    return found


def verdicts(daemon: Daemon, event: str) -> dict[str, dict[str, Any]]:
    """Return what became of an event, by identity."""
    applets = trace(daemon, event)["event"]["applets"]
    return {each["identity"]: {name: value for name, value in each.items() if name not in AGES} for each in applets}


def newest(daemon: Daemon) -> str:
    """Return the id of the newest event."""
    return str(daemon.events()[-1]["id"])


async def happen(broker: Mosquitto, daemon: Daemon, topic: str, word: str) -> str:
    """Let one thing happen, and return its id."""
    before = daemon.count_events()
    await broker.publish(topic, word)
    await until(lambda: daemon.count_events() == before + 1, what="the event on disk")
    return newest(daemon)


async def wait(daemon: Daemon, token: str) -> None:
    """Let the button's Applets ask: of a long press, and of any."""
    for identity, press in ((LONG, "long"), (ANY, "any")):
        fields = {"button": "bedside-button", "press": press}
        await daemon.poll(token, "button_pressed", fields, trigger_identity=identity)


async def test_a_press_that_was_told_and_asked_for_tells_its_life_the_same_after_a_restart(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await wait(daemon, token)
    press = await happen(broker, daemon, BUTTON_TOPIC, "double")
    await until(lambda: realtime.told == [ANY], what="IFTTT being told")
    await wait(daemon, token)

    life = trace(daemon)["event"]
    assert (life["event"]["id"], life["name"]) == (press, "Bedside button")
    arrived = life["arrived"]
    assert (arrived["topic"], arrived["qos"], arrived["retained"], arrived["backlog"]) == (
        BUTTON_TOPIC,
        1,
        False,
        False,
    )
    found = verdicts(daemon, press)
    told, other = found[ANY], found[LONG]
    assert (told["why"], told["outcome"], told["user"]) == (None, "200", "anna")
    assert told["words"].startswith("IFTTT was told 20")
    assert "; it asked 20" in told["words"]
    assert other["words"] == 'it waits for "long", and this was "double"'

    text = daemon.command("trace", press[:20])
    assert f"button.double of Bedside button  [{press}]" in text
    assert f"received    {BUTTON_TOPIC}  (QoS 1, understood after " in text
    assert "  when Bedside button is pressed (any press)  (anna)" in text
    assert re.search(r"IFTTT was told \S+ \(200\); it asked \S+; last poll \d+ seconds? ago", text)

    assert daemon.stop() == 0
    assert verdicts(daemon, press) == found, "without a daemon"
    await daemon.start()
    assert verdicts(daemon, press) == found
    applet = trace(daemon, ANY)["applets"][0]
    assert applet["events"][0][0]["id"] == press
    assert "when Bedside button is pressed (any press)" in daemon.command("trace", ANY[:8])


async def test_what_ifttt_does_not_take_says_so_and_when_it_took_it_in_the_end(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await until(lambda: daemon.knows("front-door"), what="the door being known")
    await daemon.poll(token, "door_opened", {"door": "any"}, trigger_identity=DOOR)
    realtime.status = 503
    opening = await happen(broker, daemon, DOOR_TOPIC, "open")
    await until(lambda: realtime.requests >= 2, what="attempts in vain")
    await until(lambda: verdicts(daemon, opening)[DOOR]["outcome"] == "503", what="the attempt being told")
    owed = verdicts(daemon, opening)[DOOR]
    assert "IFTTT has not been told: IFTTT took nothing (503)" in owed["words"]
    assert "it has not asked since" in owed["words"]
    assert "IFTTT took nothing (503)" in daemon.command("applets")

    realtime.status = 200
    await until(lambda: realtime.told == [DOOR], what="IFTTT being told")
    await until(lambda: verdicts(daemon, opening)[DOOR]["outcome"] == "200", what="that being told")
    (applet,) = [json.loads(line) for line in daemon.command("applets", "--json").splitlines()]
    assert (applet["identity"], applet["words"], applet["events"]) == (DOOR, "when any door opens", 1)
    assert (applet["errors"], applet["trouble"]) == (0, "")


async def test_whatever_kept_an_event_from_an_applet_is_named(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    daemon.mqtt = 'late_press_limit = "1ms"'
    daemon.add_user("anna")
    anna = await connect(daemon.database, "anna")
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await until(lambda: daemon.knows("front-door"), what="the door being known")
    await wait(daemon, anna.access)
    await daemon.poll(anna.access, "door_opened", {"door": "front-door"}, trigger_identity=DOOR)

    daemon.command("device", "hide", "front-door")
    hidden = await happen(broker, daemon, DOOR_TOPIC, "open")
    daemon.command("device", "expose", "front-door")
    await happen(broker, daemon, DOOR_TOPIC, "closed")
    daemon.command("device", "share", "front-door", "anna", "--stop")
    unshared = await happen(broker, daemon, DOOR_TOPIC, "open")

    assert daemon.stop() == 0
    await broker.publish(BUTTON_TOPIC, "long")
    await daemon.start()
    await until(lambda: daemon.events()[-1]["reason"] == "late", what="the late press on disk")
    late = newest(daemon)
    daemon.command("grant", "revoke", anna.grant)
    revoked = await happen(broker, daemon, BUTTON_TOPIC, "long")

    for _ in range(2):
        assert verdicts(daemon, hidden)[DOOR]["words"] == "Front door was hidden from IFTTT just then"
        assert verdicts(daemon, unshared)[DOOR]["words"] == "Front door was not shared with anna just then"
        assert "it came too late: it waited at the broker" in verdicts(daemon, late)[LONG]["words"]
        assert verdicts(daemon, revoked)[LONG]["why"] == "not connected"
        assert verdicts(daemon, revoked)[LONG]["words"] == "anna is not connected to IFTTT any more"
        assert daemon.stop() == 0
        await daemon.start()
    assert realtime.told == []
