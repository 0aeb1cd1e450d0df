"""What a private page is, and what it is asked. Knows none of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from aiohttp import web

from bridge.dashboard.owners import Visit
from bridge.desk.requests import AnyRequest
from bridge.homes.user import User

T = TypeVar("T")


class Ask(Protocol):
    """Asks the desk."""

    async def __call__(self, request: AnyRequest, kind: type[T]) -> T:
        """Return what desk/desk.py says of a request, which is of this kind. Raises BridgeError."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What an owner asks of a page. `path`: what follows its name; `query`: of a name that comes twice, the last."""

    request: web.BaseRequest
    visit: Visit
    owner: User
    path: tuple[str, ...]
    query: Mapping[str, str]


class Page(Protocol):
    """A page, with all that lies below it."""

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show it. Changes nothing. Raises NoSuchResource, or another BridgeError."""
        ...

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:
        """Do what a form of it asks for, and return what to say about it. Raises BridgeError, whose text is told."""
        ...
