"""Requests to the service that IFTTT would send, one method each; a dead token is renewed on the way.

Judges no answer but a 401.
"""

import uuid
from dataclasses import dataclass, replace

from bridge.simulator.applets import Applet, Query
from bridge.simulator.authorization import Renewal
from bridge.simulator.protocol import UNAUTHORIZED, action_body, check_body, query_body, user_headers
from bridge.simulator.renewal import Holder
from bridge.simulator.way import Answer, Kind, Sent, Way


def new_request_id() -> str:
    """Return a random UUID as IFTTT writes it: 32 hex digits."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class ServiceClient:
    """Speaks to one service in the name of one user."""

    way: Way
    base_url: str
    holder: Holder
    timezone: str

    async def check(self, applet: Applet, *, identity: str, source: str, realtime: bool) -> Answer:
        """Ask for the newest events of an Applet's trigger."""
        body = check_body(identity, applet.trigger_fields, timezone=self.timezone, source=source)
        headers = user_headers("", new_request_id(), body=True, realtime=realtime)
        return await self._send(self._sent(Kind.CHECK, "POST", f"triggers/{applet.trigger}", headers, body))

    async def order(self, applet: Applet, *, source: str, request_id: str) -> Answer:
        """Run an Applet's action."""
        body = action_body(applet.action_fields, timezone=self.timezone, source=source)
        headers = user_headers("", request_id, body=True)
        return await self._send(self._sent(Kind.ACTION, "POST", f"actions/{applet.action}", headers, body))

    async def ask(self, query: Query, *, source: str) -> Answer:
        """Ask one of an Applet's queries."""
        body = query_body(query.fields, timezone=self.timezone, source=source)
        headers = user_headers("", new_request_id(), body=True)
        return await self._send(self._sent(Kind.QUERY, "POST", f"queries/{query.slug}", headers, body))

    async def delete(self, applet: Applet, *, identity: str) -> Answer:
        """Say that nobody uses a trigger identity any more."""
        headers = user_headers("", new_request_id(), body=False)
        path = f"triggers/{applet.trigger}/trigger_identity/{identity}"
        return await self._send(self._sent(Kind.DELETE, "DELETE", path, headers))

    async def user_info(self) -> Answer:
        """Ask who the user is."""
        return await self._send(
            self._sent(Kind.USER, "GET", "user/info", user_headers("", new_request_id(), body=False))
        )

    def _sent(self, kind: Kind, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> Sent:
        return Sent(kind, method, f"{self.base_url.rstrip('/')}/ifttt/v1/{path}", headers, body)

    async def _send(self, sent: Sent) -> Answer:
        """Send with the present token; met with a 401, renew it and repeat the request, once."""
        token = self.holder.tokens.access
        answer = await self.way.send(_with(token, sent))
        if answer.status != UNAUTHORIZED or await self.holder.renew(token) is not Renewal.RENEWED:
            return answer
        return await self.way.send(_with(self.holder.tokens.access, sent))


def _with(token: str, sent: Sent) -> Sent:
    return replace(sent, headers={**sent.headers, "Authorization": f"Bearer {token}"})
