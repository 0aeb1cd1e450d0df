"""What may be missing is said, with its size, and not for ever."""

from dataclasses import dataclass

from structlog.testing import capture_logs

from bridge.mqtt.losses import FORGOTTEN, KEPT_S, WENT_BACK, Losses


@dataclass
class Clock:
    """Seconds as the test wants them."""

    now_s: float = 1000.0


def test_each_kind_is_said_in_the_log_and_kept_for_whoever_asks() -> None:
    losses = Losses(lambda: 1000.0)
    with capture_logs() as logs:
        losses.forgotten()
        losses.went_back()
        losses.missing(7)
    assert [entry["event"] for entry in logs] == ["mqtt.session_lost", "mqtt.broker_went_back", "mqtt.messages_missing"]
    said = list(losses.texts)
    assert said[:2] == [FORGOTTEN, WENT_BACK]
    assert said[2].startswith("7 messages that the broker had for the bridge never came")


def test_what_is_missing_adds_up_for_a_day() -> None:
    clock = Clock()
    losses = Losses(lambda: clock.now_s)
    losses.missing(7)
    losses.missing(3)
    assert losses.texts[0].startswith("10 messages")
    clock.now_s += KEPT_S
    assert not losses.texts
    losses.missing(2)
    assert losses.texts[0].startswith("2 messages")
