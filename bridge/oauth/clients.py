"""The services at IFTTT that may ask for tokens: who they are, and whether a secret is theirs."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Client:
    """A service at IFTTT, the real one or a clone for trials. `name` is for people; all of `secrets` are accepted."""

    id: str
    name: str
    secrets: tuple[str, ...] = field(repr=False)
    redirect_uris: tuple[str, ...]


class Clients:
    """The clients of the configuration in force."""

    def __init__(self, clients: Iterable[Client] = ()) -> None:
        self.replace(clients)

    def replace(self, clients: Iterable[Client]) -> None:
        """Know these clients from now on and no others."""
        self._by_id = {client.id: client for client in clients}
        self._secrets = [
            (client, _digest(client.id, secret)) for client in self._by_id.values() for secret in client.secrets
        ]

    def __bool__(self) -> bool:
        return bool(self._by_id)

    def named(self, client_id: str) -> Client | None:
        """Return a client by its id."""
        return self._by_id.get(client_id)

    def authenticate(self, client_id: str, secret: str) -> Client | None:
        """Return the client whose id and secret these are. Compares with all of them, in constant time."""
        presented = _digest(client_id, secret)
        matches = [client for client, known in self._secrets if hmac.compare_digest(known, presented)]
        return matches[0] if matches else None


def _digest(client_id: str, secret: str) -> bytes:
    parts = (hashlib.sha256(part.encode(errors="surrogatepass")).digest() for part in (client_id, secret))
    return hashlib.sha256(b"".join(parts)).digest()
