"""An event as it is answered at the desk."""

from bridge.desk.rows import EventRow
from bridge.ifttt.ingredients import iso_time
from bridge.timeline.entry import Entry


def event_row(entry: Entry) -> EventRow:
    """Return the row of an event."""
    event = entry.event
    return EventRow(
        id=entry.id,
        seq=entry.seq,
        home=event.home,
        entity=event.entity,
        device=event.device,
        kind=event.kind,
        recorded_at=iso_time(entry.recorded_at_ms),
        offered=entry.offered,
        reason=event.reason,
        ingredients=dict(event.ingredients),
    )
