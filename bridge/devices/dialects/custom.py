"""Messages that are no device: an event that the configuration made up, by topics, a condition, and what it tells."""

from dataclasses import dataclass

from bridge.commands import Command, Publication
from bridge.devices.reading import CustomReading
from bridge.devices.templates.template import Condition, Template
from bridge.errors import UnreadableMessage

LONGEST_VALUE = 1000
"""Characters of one value: an ingredient is for a line in a message, not for a file."""


@dataclass(frozen=True, slots=True)
class CustomMessages:
    """The messages of an event. `when` None: each is one. `values`: what becomes of each value."""

    topic: str
    when: Condition | None = None
    values: tuple[Template, ...] = ()

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic, or the filter."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> CustomReading | None:  # noqa: ARG002 -- whichever the filter took
        """Say what happened; None where the condition does not hold."""
        if self.when is not None and not self.when.holds(payload):
            return None
        return CustomReading(tuple(_value(template, payload) for template in self.values))

    def write(self, command: Command) -> tuple[Publication, ...]:
        """Say nothing: there is nobody to speak to."""
        del command
        return ()


def _value(template: Template, payload: bytes) -> str:
    """Work out one value. What cannot be is empty: the event has happened all the same."""
    try:
        text = template.render(payload)
    except UnreadableMessage:
        return ""
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
