"""Builds what receives people: the pages to sign in, to agree and to end connections, and the token endpoint."""

import secrets
import time
from dataclasses import dataclass

from bridge.configured import clients_of, code_life_ms_of
from bridge.connections import Connections
from bridge.current import Current
from bridge.entrance import Entrance
from bridge.homes.user import User
from bridge.ifttt.abilities import Abilities, abilities_of
from bridge.lookups import Lookups
from bridge.oauth.browsers import KnownBrowsers
from bridge.oauth.clients import Clients
from bridge.oauth.connection import advice_on
from bridge.oauth.forms import FormTokens
from bridge.oauth.grants import GrantRow
from bridge.oauth.hashing import Hasher
from bridge.oauth.limits import SignInLimits
from bridge.oauth.seals import KEY_BYTES
from bridge.oauth.sessions import Sessions
from bridge.oauth.sign_in import SignIn
from bridge.registers import Registers
from bridge.settings import Settings
from bridge.web.account import AccountEndpoint
from bridge.web.authorize import AuthorizeEndpoint
from bridge.web.oauth_site import OAuthSite
from bridge.web.pages import Pages
from bridge.web.place import Place
from bridge.web.token import TokenEndpoint
from bridge.web.visits import Visits


@dataclass(frozen=True, slots=True)
class Reception:
    """The parts. `sessions`: the browsers in which somebody has signed in on the public side; `sign_in` and `browsers`
    serve the private side too: who guesses passwords is held up whichever door they try.
    """  # noqa: D205 -- one paragraph

    current: Current
    clients: Clients
    sessions: Sessions
    browsers: KnownBrowsers
    sign_in: SignIn
    site: OAuthSite

    def take_over(self, settings: Settings) -> None:
        """Let other settings be in force."""
        self.clients.replace(clients_of(settings))

    def account_url(self) -> str:
        """Return where people see what is connected, "" where nothing can be."""
        return Place(self.current.now.settings.public.url).account_url if self.clients else ""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the pages tell people, as it is just then."""

    current: Current
    lookups: Lookups
    registers: Registers
    connections: Connections

    def abilities_of(self, user: User) -> Abilities:
        """Return what a connection gives."""
        return abilities_of(self.lookups.household(user))

    def home_of(self, user: User) -> str:
        """Return what a user's home is called."""
        names = {home.id: home.name for home in self.current.now.settings.homes}
        return names.get(user.home, user.home)

    def code_life_ms(self) -> int:
        """Return how long a code is good for."""
        return code_life_ms_of(self.current.now.settings)

    async def listed(self, user: User) -> list[tuple[GrantRow, str]]:
        """Return the grants of a user, each with what is wrong with its connection."""
        advice = {
            (each.key.user, each.key.client): advice_on(each) for each in await self.connections.desk.connections()
        }
        return [
            (grant, advice.get((user.id, grant.client), "")) for grant in await self.registers.grants.listed(user.id)
        ]

    async def revoke(self, user: User, grant: str) -> bool:
        """End a grant of this user."""
        return await self.connections.revocation.revoke(grant, user=user.id) is not None


def build_reception(
    current: Current,
    lookups: Lookups,
    registers: Registers,
    entrance: Entrance,
    connections: Connections,
    hasher: Hasher,
    *,
    browsers_key: bytes,
) -> Reception:
    """Put it together. `browsers_key` seals the cookies of known browsers, the same over restarts."""
    facts = _Facts(current, lookups, registers, connections)
    clients, sessions, pages = Clients(clients_of(current.now.settings)), Sessions(time.monotonic), Pages()
    browsers = KnownBrowsers(browsers_key)
    limits = SignInLimits(secrets.token_bytes(KEY_BYTES))
    sign_in = SignIn(registers.accounts, hasher, browsers, limits, time.monotonic)
    visits = Visits(
        registers.accounts,
        sessions,
        FormTokens(secrets.token_bytes(KEY_BYTES), time.monotonic),
        browsers,
        sign_in,
        entrance.strangers,
    )
    authorize = AuthorizeEndpoint(
        visits,
        pages,
        clients,
        registers.grants,
        facts.abilities_of,
        facts.home_of,
        entrance.now,
        facts.code_life_ms,
    )
    account = AccountEndpoint(visits, pages, clients, facts, facts.home_of)
    token = TokenEndpoint(
        clients,
        registers.grants,
        entrance.now,
        facts.code_life_ms,
        entrance.access.forget,
        connections.watch.refused_refresh,
        entrance.strangers.tell,
    )
    site = OAuthSite(clients, authorize, account, token, pages)
    return Reception(current, clients, sessions, browsers, sign_in, site)
