"""Where and with which key somebody is told. Apart from who tells: a command that only reads settings needs no more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """Where and with which key the identities of a client are told. `client` "": of all without a key of their own."""

    client: str
    url: str
    service_key: str
