"""When a topic was spoken on: what the broker only kept was said at a time that nobody knows."""

from bridge.mqtt.heard import Heard


def test_what_was_only_kept_by_the_broker_is_heard_and_not_spoken() -> None:
    heard = Heard()
    heard.note(["door", "bell"], [], now_ms=1000)
    heard.only_kept(["door", None, "never heard"])
    assert (heard.spoken_ms("door"), heard.spoken_ms("bell"), heard.spoken_ms("light")) == (None, 1000, None)
    assert heard.all()["door"] == (1000, "")


def test_the_next_word_of_the_device_itself_counts() -> None:
    heard = Heard()
    heard.note(["door"], [], now_ms=1000)
    heard.only_kept(["door"])
    heard.note(["door"], [("door", "not a state")], now_ms=2000)
    assert heard.spoken_ms("door") == 2000
