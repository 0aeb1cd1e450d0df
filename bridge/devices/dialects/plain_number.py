"""Numbers: what a sensor measures, how full a battery is. Knows neither units nor what is too much."""

from dataclasses import dataclass

from bridge.commands import Command, Publication
from bridge.devices.dialects.written import number_word, read_number, written_words
from bridge.devices.reading import Reading, StateReading


@dataclass(frozen=True, slots=True)
class PlainNumber:
    """A number on a topic, plainly or at `path` in a JSON object. What is outside `limits` stands for "not known"."""

    state_topic: str
    path: tuple[str, ...] | None = None
    limits: tuple[int, int] | None = None

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The one topic it speaks on."""
        return (self.state_topic,)

    def read(self, topic: str, payload: bytes) -> Reading | None:  # noqa: ARG002 -- there is only one topic
        """Return the number in its one spelling as the state, None where the message does not hold it."""
        written = written_words(payload, self.path)
        if not written:
            return None
        number = read_number(written[0])
        if self.limits is not None and not self.limits[0] <= number <= self.limits[1]:
            return None
        return StateReading(number_word(number))

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a number takes no commands
        """Return nothing: nobody commands a sensor."""
        return ()
