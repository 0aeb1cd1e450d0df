"""Where something is ordered, and how the order is written. Knows nothing of what it means."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.commands import Command, Publication, Wish
from bridge.devices.templates.template import Template
from bridge.errors import UnreadableMessage

Messages = tuple[Publication, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """A topic, and the template that puts a value into a message; None: the value is the message."""

    topic: str
    template: Template | None = None

    def messages(self, value: object, variables: Mapping[str, object] | None = None) -> Messages:
        """Return the one message that orders a value. None where the template fails: then it cannot be ordered.

        `variables`: what the template may use besides `value`.
        """
        if self.template is None:
            return (Publication(self.topic, str(value).encode()),)
        try:
            text = self.template.fill({"value": value, **(variables or {})})
        except UnreadableMessage:
            return ()
        return (Publication(self.topic, text.encode()),)


@dataclass(frozen=True, slots=True)
class WordOrders:
    """The words by which wishes are ordered, on one topic or, of some, on another one."""

    words: tuple[tuple[Wish, Order, str], ...] = ()

    def messages(self, command: Command) -> Messages:
        """Return the message for a wish; nothing for one that has no word."""
        for wish, order, word in self.words:
            if wish is command.wish:
                return order.messages(word, {"state": word})
        return ()
