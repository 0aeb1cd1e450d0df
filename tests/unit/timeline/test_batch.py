"""What one transaction writes."""

import pytest

from bridge.devices.crossings import Measured
from bridge.devices.last_known import EntityState
from bridge.events import Event
from bridge.timeline.batch import Batch, Delivery, ToldMove
from bridge.timeline.entry import Entry

ENTRY = Entry(1, "id", 0, Event("home", "door", "door", "contact.opened", {}))


def test_an_empty_batch_needs_no_transaction() -> None:
    assert not Batch()


@pytest.mark.parametrize(
    "batch",
    [
        Batch(entries=(ENTRY,)),
        Batch(states={"door": EntityState("open")}),
        Batch(deliveries=(Delivery(0, 0, 1, "digest"),)),
        Batch(forget_deliveries=True),
        Batch(deadlines={("door", 10): None}),
        Batch(readings=(Measured("attic", 0, 21.5),)),
        Batch(told=(ToldMove("client", "user", "identity", 1),)),
    ],
)
def test_a_batch_with_anything_in_it_does(batch: Batch) -> None:
    assert batch
