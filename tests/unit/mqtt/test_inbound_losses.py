"""What the inbound path finds missing, and from when on it trusts what it knows."""

from bridge.mqtt.losses import WENT_BACK
from bridge.mqtt.message import BacklogEnded, Connected
from bridge.mqtt.succession import PROOF
from tests.unit.mqtt.examples import again, message
from tests.unit.mqtt.taking import taking


async def test_messages_that_never_came_and_a_broker_that_went_back_are_noted() -> None:
    async with taking() as there:
        await there.hear(*(message(packet_id=number) for number in range(1, PROOF + 2)))
        assert list(there.losses.texts) == []
        await there.hear(message(packet_id=PROOF + 11))
        (missing,) = list(there.losses.texts)
        assert missing.startswith("9 messages")
        await there.hear(Connected(2, resumed=True, away_s=1), message(packet_id=PROOF))
        assert list(there.losses.texts) == [missing, WENT_BACK]


async def test_after_a_copy_was_put_back_what_comes_again_may_have_counted_until_the_backlog_has_come_in() -> None:
    async with taking() as there:
        there.deliveries.lost = True
        back = Connected(2, resumed=True, away_s=1)
        await there.hear(back, again(message(packet_id=1)), BacklogEnded(2))
        await there.hear(back, again(message(packet_id=2)))
        assert [entry.event.reason for batch in there.batches for entry in batch.entries] == ["replayed", None]


async def test_in_a_new_session_a_number_that_comes_again_is_another_message_in_later_batches_too() -> None:
    async with taking() as there:
        await there.hear(message(packet_id=1))
        await there.hear(Connected(2, resumed=False, away_s=1))
        await there.hear(again(message(packet_id=1)))
        assert [len(batch.entries) for batch in there.batches if batch.entries] == [1, 1]
        assert there.inbound.counts.repeats == 0
