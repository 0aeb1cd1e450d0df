"""What IFTTT's forms ask about the service, from the configuration. Knows nothing of files and of the parts.

Brings the whole sheet with it, so only who shows one imports it.
"""

from typing import Final

from bridge.ifttt.sheet import Account, ServiceSettings, service_settings
from bridge.settings import Client, Settings

FIRST_KEY: Final = "[ifttt] service_keys (the first one)"
"""Where the key of a service is kept that has none of its own."""


def service_of(settings: Settings) -> ServiceSettings:
    """Return what the forms ask; of secrets, where they are kept."""
    accounts = [_account(client) for client in settings.oauth.clients]
    return service_settings(settings.public.url, accounts, first_key=FIRST_KEY)


def _account(client: Client) -> Account:
    table = f'of the [[oauth.clients]] with client_id = "{client.client_id}"'
    service_key = FIRST_KEY if client.service_key is None else f"service_key {table}"
    return Account(client.client_id, client.redirect_uris, f"client_secret {table}", service_key)
