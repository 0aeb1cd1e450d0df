"""Accounts and tokens, as a person asks for them."""

from collections.abc import Sequence
from typing import Final

from bridge.desk.requests import AddToken, AddUser, ListTokens, RevokeToken, TokenRow, UserRow
from bridge.errors import AccountError
from bridge.homes.user import Home, User
from bridge.ifttt.ingredients import iso_time
from bridge.storage.accounts import Accounts, KeptToken

ID_CHARACTERS: Final = 12
"""How much of a digest names a token: 48 bits, which two tokens of one household do not share."""

LEAST_ID_CHARACTERS: Final = 6


async def add_user(accounts: Accounts, request: AddUser, homes: Sequence[Home], *, now_ms: int) -> UserRow:
    """Make an account. Raises AccountError."""
    home = homes[0].id if request.home is None else request.home
    return row_of(await accounts.add_user(request.name, home, password_hash=request.password_hash, now_ms=now_ms))


async def list_users(accounts: Accounts) -> list[UserRow]:
    """Return all accounts, by name."""
    return [row_of(user) for user in await accounts.users()]


async def add_token(accounts: Accounts, request: AddToken, *, now_ms: int) -> TokenRow:
    """Keep a token of a user. Raises AccountError."""
    user = await accounts.user_named(request.user)
    await accounts.add_token(request.digest, user, client="", now_ms=now_ms)
    return _token_row(KeptToken(request.digest, user.name, "", now_ms))


async def list_tokens(accounts: Accounts, request: ListTokens) -> list[TokenRow]:
    """Return the tokens, by user and age. Raises AccountError for a user that is not there."""
    tokens = await accounts.tokens()
    if request.user is None:
        return [_token_row(token) for token in tokens]
    user = await accounts.user_named(request.user)
    return [_token_row(token) for token in tokens if token.user == user.name]


async def revoke_token(accounts: Accounts, request: RevokeToken) -> TokenRow:
    """End the token whose id this is, or begins like this. Raises AccountError."""
    wanted = request.id.lower()
    if len(wanted) < LEAST_ID_CHARACTERS:
        raise AccountError(
            f"give at least {LEAST_ID_CHARACTERS} characters of the id that `ifttt-bridge token list` shows"
        )
    found = [token for token in await accounts.tokens() if token.digest.startswith(wanted)]
    if not found:
        raise AccountError(f"there is no token {request.id!r}; `ifttt-bridge token list` shows which there are")
    if len(found) > 1:
        raise AccountError(f"several tokens begin with {request.id!r}; give more of the id")
    await accounts.remove_token(found[0].digest)
    return _token_row(found[0])


def row_of(user: User) -> UserRow:
    """Return what is told of a user."""
    return UserRow(user.name, user.home, user.id)


def _token_row(token: KeptToken) -> TokenRow:
    return TokenRow(token.digest[:ID_CHARACTERS], token.user, token.client, iso_time(token.created_at_ms))
