"""A user's tokens as IFTTT holds them: used until a 401, then renewed once for all who met it.

Knows neither triggers nor Applets, and not what a user without tokens has to bear.
"""

import asyncio
from collections.abc import Callable

from bridge.simulator.authorization import Client, Renewal, Tokens, read_renewal, refresh_form
from bridge.simulator.records import Records
from bridge.simulator.way import Kind, Sent, Way

OnRenewal = Callable[[Renewal], None]


class Holder:
    """Holds the tokens of one user. `on_renewal` hears how each attempt ended.

    `together`: let requests that meet a 401 at the same time each refresh, with the same refresh token.
    """

    def __init__(
        self, way: Way, tokens: Tokens, client: Client | None, *, on_renewal: OnRenewal, together: bool = False
    ) -> None:
        self.tokens = tokens
        self.renewals: Records[Renewal] = Records()
        self._way, self._client, self._on_renewal, self._together = way, client, on_renewal, together
        self._alone = asyncio.Lock()

    async def renew(self, dead: str) -> Renewal:
        """Get another access token than this dead one, unless somebody has done so already."""
        if self._together:
            return await self._renew()
        async with self._alone:
            return Renewal.RENEWED if self.tokens.access != dead else await self._renew()

    async def _renew(self) -> Renewal:
        outcome = Renewal.REFUSED
        if self._client is not None and self.tokens.refresh is not None:
            headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
            body = refresh_form(self._client, self.tokens.refresh)
            answer = await self._way.send(Sent(Kind.REFRESH, "POST", self._client.token_url, headers, body))
            outcome, self.tokens = read_renewal(answer.status, answer.body, self.tokens)
        self.renewals.add(outcome)
        self._on_renewal(outcome)
        return outcome
