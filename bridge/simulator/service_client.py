"""Requests to the service that IFTTT would send, one method each. Knows HTTP; judges no answer."""

import time
import uuid
from dataclasses import dataclass

import aiohttp

from bridge.simulator.applets import Applet
from bridge.simulator.protocol import action_body, check_body, user_headers


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `status` is None when nothing did, and `problem` says why."""

    status: int | None
    body: bytes
    took_s: float
    problem: str = ""


def new_request_id() -> str:
    """Return a random UUID as IFTTT writes it: 32 hex digits."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class ServiceClient:
    """Speaks to one service in the name of one user."""

    session: aiohttp.ClientSession
    base_url: str
    access_token: str
    timezone: str

    async def check(self, applet: Applet, *, identity: str, source: str, realtime: bool) -> Answer:
        """Ask for the newest events of an Applet's trigger."""
        body = check_body(identity, applet.trigger_fields, timezone=self.timezone, source=source)
        headers = user_headers(self.access_token, new_request_id(), body=True, realtime=realtime)
        return await self._send("POST", f"triggers/{applet.trigger}", headers=headers, body=body)

    async def order(self, applet: Applet, *, source: str, request_id: str) -> Answer:
        """Run an Applet's action."""
        body = action_body(applet.action_fields, timezone=self.timezone, source=source)
        headers = user_headers(self.access_token, request_id, body=True)
        return await self._send("POST", f"actions/{applet.action}", headers=headers, body=body)

    async def delete(self, applet: Applet, *, identity: str) -> Answer:
        """Say that nobody uses a trigger identity any more."""
        headers = user_headers(self.access_token, new_request_id(), body=False)
        path = f"triggers/{applet.trigger}/trigger_identity/{identity}"
        return await self._send("DELETE", path, headers=headers, body=None)

    async def _send(self, method: str, path: str, *, headers: dict[str, str], body: bytes | None) -> Answer:
        url = f"{self.base_url.rstrip('/')}/ifttt/v1/{path}"
        started = time.perf_counter()
        try:
            async with self.session.request(method, url, data=body, headers=headers, allow_redirects=False) as response:
                content = await response.read()
        except TimeoutError:
            return Answer(None, b"", time.perf_counter() - started, "no answer in time")
        except aiohttp.ClientError as problem:
            return Answer(None, b"", time.perf_counter() - started, str(problem) or type(problem).__name__)
        return Answer(response.status, content, time.perf_counter() - started)
