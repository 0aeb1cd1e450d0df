"""How an order is put into a message: the word itself, or a JSON object that holds it as `state`."""

import msgspec

from bridge.commands import Publication


def order(topic: str, word: str, *, as_json: bool) -> Publication:
    """Return the message with one word for a device."""
    return Publication(topic, msgspec.json.encode({"state": word}) if as_json else word.encode())
