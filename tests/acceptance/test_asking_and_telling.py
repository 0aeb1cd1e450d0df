"""What Applets ask of the home and say to it, on the whole daemon: queries, and messages where they are allowed."""

from typing import Any

from tests.parts.daemon import DOOR_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until

ALLOWED = "home/announce/hall"
HOME = '[[homes]]\nid = "home"\nname = "Elm Street 4"\npublish_topics = ["home/announce/+", "ifttt-bridge/#"]\n\n'
FIRST_DEVICE = '[[devices]]\nid = "front-door"'


async def ask(daemon: Daemon, token: str, **body: object) -> dict[str, Any]:
    status, answer = await daemon.post("queries/event_history", token, {"queryFields": {"device": "any"}, **body})
    assert status == 200, answer
    return answer


async def test_a_page_begun_before_a_restart_is_followed_by_the_next_one(broker: Mosquitto, daemon: Daemon) -> None:
    token = daemon.add_user("anna")
    await daemon.start()
    for word in ("closed", "open", "closed", "open"):
        await broker.publish(DOOR_TOPIC, word)
    await until(lambda: daemon.count_events() == 3, what="the events on disk")
    first = await ask(daemon, token, limit=2)
    assert [row["detail"] for row in first["data"]] == ["opened", "closed"]
    daemon.stop()
    await daemon.start()
    rest = await ask(daemon, token, cursor=first["cursor"])
    assert [row["detail"] for row in rest["data"]] == ["opened"]
    assert "cursor" not in rest
    status, _ = await daemon.post(
        "queries/list_devices", token, {"queryFields": {"kind": "any"}, "cursor": first["cursor"]}
    )
    assert status == 400
    _, now = await daemon.post("queries/device_state", token, {"queryFields": {"device": "front-door"}})
    assert [(row["state"], row["online"]) for row in now["data"]] == [("open", "")]


async def test_a_message_goes_once_to_a_topic_that_the_home_allows(broker: Mosquitto, daemon: Daemon) -> None:
    daemon.edit(FIRST_DEVICE, HOME + FIRST_DEVICE)
    token = daemon.add_user("anna")
    await daemon.start()

    async def publish(topic: str, request: str) -> tuple[int, dict[str, Any]]:
        body = {"actionFields": {"topic": topic, "message": "Dinner is ready"}}
        return await daemon.post("actions/publish_message", token, body, headers={"X-Request-ID": request})

    async def listening() -> bool:
        await broker.publish(ALLOWED, "are you there?")
        return bool(speaker.received())

    with broker.listener(ALLOWED) as speaker:
        await until(listening, what="the speaker listening")
        first = await publish(ALLOWED, "r-1")
        assert first[0] == 200
        assert await publish(ALLOWED, "r-1") == first, "a repetition is answered from what is written down"
        assert (await publish(ALLOWED, "r-2"))[0] == 200
        told = (False, "Dinner is ready")
        await until(lambda: speaker.received().count(told) >= 2, what="both messages being there")
        assert speaker.received().count(told) == 2
    for topic in ("home/hall-light/set", "ifttt-bridge/ifttt-bridge/status", "$SYS/x"):
        status, answer = await publish(topic, topic)
        assert status == 400
        assert answer["errors"][0]["status"] == "SKIP"
