"""The lines of the configuration that the set-up asks for, exactly as they are to be written. Values only.

The configuration stays the owner's file: nothing here writes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

RELOAD: Final = "reload"
RESTART: Final = "restart"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines to write. `after`: what lets them count, "" where it is nothing of the bridge's own configuration."""

    text: str
    after: str = ""


class SetUpLines:
    """Makes them. `waits` tells of a key whether it waits for a restart; `secret` makes one up."""

    def __init__(self, waits: Callable[[str], bool], secret: Callable[[], str]) -> None:
        self._waits = waits
        self._secret = secret

    def broker(self) -> Lines:
        """Return where the broker is, and how it is signed in to."""
        text = (
            '[mqtt]\nurl = "mqtt://localhost:1883"   # or mqtts://, ws://, wss://\n'
            'username = "bridge"\npassword_file = "mqtt-password"'
        )
        return Lines(text, self._after("mqtt.url"))

    def discovery(self) -> Lines:
        """Return who may announce devices."""
        text = '[mqtt]\ndiscovery = ["zigbee2mqtt", "tasmota", "shelly", "homie", "homeassistant"]'
        return Lines(text, self._after("mqtt.discovery"))

    def device(self) -> Lines:
        """Return a device that announces itself to nobody."""
        text = (
            '[[devices]]\nid = "front-door"\nname = "Front door"\nkind = "contact"\n'
            'state_topic = "home/front-door/state"   # says open or closed'
        )
        return Lines(text, RELOAD)

    def service_key(self) -> Lines:
        """Return where the key of the service goes."""
        return Lines('[ifttt]\nservice_keys_file = "service-key"', self._after("ifttt.service_keys"))

    def client(self) -> Lines:
        """Return the service at IFTTT that may ask people to connect."""
        text = (
            '[[oauth.clients]]\nclient_id = "production"\nclient_secret_file = "client-secret"\n'
            'redirect_uris = ["https://ifttt.com/channels/my_service/authorize"]   # as the platform shows it'
        )
        return Lines(text, self._after("oauth.clients"))

    def client_secret(self) -> Lines:
        """Return what the file of a client's secret may hold: nobody else has it."""
        return Lines(self._secret())

    def url(self) -> Lines:
        """Return where IFTTT calls."""
        return Lines('[public]\nurl = "https://home.example.org"', self._after("public.url"))

    def _after(self, key: str) -> str:
        return RESTART if self._waits(key) else RELOAD
