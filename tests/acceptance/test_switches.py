"""Every switch that changes what is offered or visible, tried under live Applets: no old event becomes new.

Two stand-ins for Applets follow as IFTTT does: they remember every id they were ever shown, and fire once for each
that they have not seen.
"""

from dataclasses import dataclass, field

import pytest

from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until


@dataclass
class Applet:
    """One that fires for each id it has not seen. `fired`: how often."""

    daemon: Daemon
    token: str
    trigger: str
    fields: dict[str, str]
    identity: str
    seen: set[str] = field(default_factory=set)
    fired: int = 0

    async def check(self) -> int:
        """Poll, fire for what is new, and return how often that was."""
        items = await self.daemon.poll(self.token, self.trigger, self.fields, trigger_identity=self.identity)
        new = {item["meta"]["id"] for item in items} - self.seen
        self.seen |= new
        self.fired += len(new)
        return len(new)


@pytest.fixture
async def applets(broker: Mosquitto, daemon: Daemon) -> list[Applet]:
    """One Applet on the one door, one on any door, one on any press; all have seen what happened before."""
    token = daemon.add_user("anna")
    await daemon.start()
    await broker.publish(DOOR_TOPIC, "closed")
    await until(lambda: daemon.knows("front-door"), what="the door being known")
    found = [
        Applet(daemon, token, "door_opened", {"door": "front-door"}, "1" * 40),
        Applet(daemon, token, "door_opened", {"door": "any"}, "2" * 40),
        Applet(daemon, token, "button_pressed", {"button": "any", "press": "any"}, "3" * 40),
    ]
    await open_and_press(broker, daemon, found, shown=False)
    for applet in found:
        assert await applet.check() <= 1
        applet.fired = 0
    await open_and_press(broker, daemon, found, shown=True)
    return found


async def open_and_press(broker: Mosquitto, daemon: Daemon, applets: list[Applet], *, shown: bool) -> None:
    """Let the door open and close again and the button be pressed once; where it is `shown`, each Applet fires once."""
    before = daemon.count_events()
    for topic, word in ((DOOR_TOPIC, "open"), (DOOR_TOPIC, "closed"), (BUTTON_TOPIC, "single")):
        await broker.publish(topic, word)
    await until(lambda: daemon.count_events() == before + 3, what="the events being on disk")
    if shown:
        assert [await applet.check() for applet in applets] == [1] * len(applets)


async def nothing_new(applets: list[Applet]) -> None:
    """Let every Applet look: none of them finds anything that it has not seen."""
    assert [await applet.check() for applet in applets] == [0] * len(applets)


async def test_hiding_and_exposing(broker: Mosquitto, daemon: Daemon, applets: list[Applet]) -> None:
    for device in ("front-door", "bedside-button"):
        daemon.command("device", "hide", device)
    await nothing_new(applets)
    await open_and_press(broker, daemon, applets, shown=False)
    await nothing_new(applets)
    assert [event["reason"] for event in daemon.events()[-3:]] == ["hidden"] * 3
    for device in ("front-door", "bedside-button"):
        daemon.command("device", "expose", device)
    await nothing_new(applets)
    await open_and_press(broker, daemon, applets, shown=True)
    await daemon_restarted(daemon)
    await nothing_new(applets)


async def test_taking_away_and_sharing(broker: Mosquitto, daemon: Daemon, applets: list[Applet]) -> None:
    daemon.command("user", "add", "ben")
    other = Applet(daemon, daemon.command("token", "mint", "ben").split()[-1], "door_opened", {"door": "any"}, "4" * 40)
    await other.check()
    other.fired = 0
    for device in ("front-door", "bedside-button"):
        assert "does not see it" in daemon.command("device", "share", device, "anna", "--stop")
    await nothing_new(applets)
    await open_and_press(broker, daemon, applets, shown=False)
    await nothing_new(applets)
    assert await other.check() == 1, "everybody else still sees it"
    for device in ("front-door", "bedside-button"):
        daemon.command("device", "share", device, "anna")
    await nothing_new(applets)
    await open_and_press(broker, daemon, [*applets, other], shown=True)
    await daemon_restarted(daemon)
    await nothing_new([*applets, other])


async def test_renaming(broker: Mosquitto, daemon: Daemon, applets: list[Applet]) -> None:
    for arguments in (("Main entrance", "--room", "Porch"), ()):
        daemon.command("device", "rename", "front-door", *arguments)
        await nothing_new(applets)
        await open_and_press(broker, daemon, applets, shown=True)
    newest, before, *_ = await daemon.poll(applets[0].token, "door_opened", {"door": "front-door"})
    assert (newest["device_name"], before["device_name"]) == ("Front door", "Main entrance"), "as it was called then"
    await nothing_new(applets)


async def test_late_limits_and_what_changed_while_away(
    broker: Mosquitto, daemon: Daemon, applets: list[Applet]
) -> None:
    daemon.edit("[mqtt]\n", '[mqtt]\nlate_press_limit = "0s"\n')
    await daemon.reload()
    await nothing_new(applets)
    assert daemon.stop() == 0
    await broker.publish(BUTTON_TOPIC, "single")
    await daemon.start()
    await until(lambda: daemon.events()[-1]["reason"] == "late", what="the press being late")
    await nothing_new(applets)
    daemon.edit('late_press_limit = "0s"', 'late_press_limit = "1d"\nchanged_while_away = "fire"')
    await daemon.reload()
    await nothing_new(applets)
    await open_and_press(broker, daemon, applets, shown=True)


async def test_shaping(broker: Mosquitto, daemon: Daemon, applets: list[Applet]) -> None:
    door = 'state_topic = "home/front-door/state"\n'
    daemon.edit(door, f'{door}min_interval = "1h"\n')
    await daemon.reload()
    await nothing_new(applets)
    before = daemon.count_events()
    for word in ("open", "closed", "open", "closed"):
        await broker.publish(DOOR_TOPIC, word)
    await until(lambda: daemon.count_events() == before + 4, what="the events being on disk")
    assert "too soon" in {event["reason"] for event in daemon.events()[-4:]}
    shown = [await applet.check() for applet in applets]
    assert shown[0] == shown[1] <= 1
    daemon.edit(f'{door}min_interval = "1h"\n', door)
    await daemon.reload()
    await nothing_new(applets)
    await open_and_press(broker, daemon, applets, shown=True)


async def test_the_start_of_timelines(broker: Mosquitto, daemon: Daemon, applets: list[Applet]) -> None:
    daemon.edit("[ifttt]\n", '[ifttt]\ntimeline_start = "everything"\nnotify = "user"\n')
    await daemon.reload()
    await nothing_new(applets)
    await open_and_press(broker, daemon, applets, shown=True)


async def daemon_restarted(daemon: Daemon) -> None:
    """Stop and start it."""
    assert daemon.stop() == 0
    await daemon.start()
