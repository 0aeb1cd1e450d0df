"""Where something is said, and how it is got out of the messages there. Knows nothing of what it means."""

from dataclasses import dataclass

from bridge.devices.dialects.json_values import is_unknown, parse_text
from bridge.devices.templates.template import Template


@dataclass(frozen=True, slots=True)
class Said:
    """A topic, and the template that takes something out of its messages; None: they are it."""

    topic: str
    template: Template | None = None

    def text(self, payload: bytes) -> str:
        """Return what a message says, "" where it says nothing. Raises UnreadableMessage."""
        if not payload:
            return ""  # the deletion of a retained message
        return parse_text(payload) if self.template is None else self.template.render(payload)

    def known(self, payload: bytes) -> str:
        """Return what a message says, "" also where that stands for "not known" (rule P5)."""
        text = self.text(payload)
        return "" if is_unknown(text) else text


def topics_of(*said: Said | None) -> tuple[str, ...]:
    """Return the topics of several, each once."""
    return tuple(dict.fromkeys(one.topic for one in said if one is not None))
