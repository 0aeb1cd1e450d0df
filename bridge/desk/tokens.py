"""Access tokens minted by hand, as a person asks for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, assert_never

from bridge.desk.prefixes import beginning_of
from bridge.desk.requests import AddToken, ListTokens, RevokeToken, TokenRequest
from bridge.desk.rows import TokenRow
from bridge.ifttt.ingredients import iso_time
from bridge.storage.accounts import Accounts, KeptToken

ID_CHARACTERS: Final = 12
"""How much of a digest names a token: 48 bits, which two tokens of one household do not share."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Answers about tokens. `forget`: what a daemon has in memory of them must go."""

    accounts: Accounts
    clock_ms: Callable[[], int]
    forget: Callable[[], None]

    async def answer(self, request: TokenRequest) -> object:
        """Do what is asked. Raises AccountError."""
        match request:
            case AddToken():
                return await self._add(request)
            case ListTokens():
                return await self._list(request)
            case RevokeToken():
                return await self._revoke(request)
            case _:
                assert_never(request)

    async def _add(self, request: AddToken) -> TokenRow:
        user, now_ms = await self.accounts.user_named(request.user), self.clock_ms()
        await self.accounts.add_token(request.digest, user, client="", now_ms=now_ms)
        return _row(KeptToken(request.digest, user.name, "", now_ms))

    async def _list(self, request: ListTokens) -> list[TokenRow]:
        """Return the tokens, by user and age."""
        tokens = await self.accounts.tokens()
        if request.user is None:
            return [_row(token) for token in tokens]
        user = await self.accounts.user_named(request.user)
        return [_row(token) for token in tokens if token.user == user.name]

    async def _revoke(self, request: RevokeToken) -> TokenRow:
        """End the token whose id this is, or begins like this."""
        by_id = {token.digest: token for token in await self.accounts.tokens()}
        token = by_id[beginning_of(by_id, request.id, what="token")]
        await self.accounts.remove_token(token.digest)
        self.forget()
        return _row(token)


def _row(token: KeptToken) -> TokenRow:
    return TokenRow(token.digest[:ID_CHARACTERS], token.user, token.client, iso_time(token.created_at_ms))
