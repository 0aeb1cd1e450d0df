"""Secrets that can be recognised wherever they turn up again, and what is searched for them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec

from tests.parts.walker import Page, Walker


@dataclass
class Planted:
    """The secrets: each with what it is."""

    secrets: dict[str, str] = field(default_factory=dict)

    def plant(self, what: str, secret: str | None = None) -> str:
        """Take note of a secret; make one up unless there is one."""
        secret = secret or f"canary-{len(self.secrets)}-{what.replace(' ', '-')}-4f1d"
        assert len(secret) >= 16, "it could be found by chance"
        self.secrets.setdefault(secret, what)
        return secret

    def found_in(self, octets: bytes) -> list[str]:
        """Return which secrets are in there, in any shape that they have on their ways."""
        return [what for secret, what in self.secrets.items() if any(shape in octets for shape in _shapes(secret))]


def _shapes(secret: str) -> set[bytes]:
    as_json = json.dumps(secret)[1:-1]
    return {
        secret.encode(),
        quote(secret, safe="").encode(),
        as_json.encode(),
        base64.b64encode(secret.encode()).rstrip(b"="),
        secret.encode().hex().encode(),
    }


@dataclass
class Traces:
    """What a life has left behind. `errors`: bodies and heads of all answers of 400 and more; `private`: what
    owners see and are given.
    """  # noqa: D205 -- one sentence

    planted: Planted = field(default_factory=Planted)
    logs: dict[str, bytes] = field(default_factory=dict)
    figures: dict[str, bytes] = field(default_factory=dict)
    errors: dict[str, bytes] = field(default_factory=dict)
    database: dict[str, bytes] = field(default_factory=dict)
    socket: dict[str, bytes] = field(default_factory=dict)
    commands: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    private: dict[str, bytes] = field(default_factory=dict)
    digests: list[str] = field(default_factory=list)


@dataclass
class WatchedWalker(Walker):
    """A browser whose every answer is looked at: secrets are planted as they are given out."""

    traces: Traces = field(default_factory=Traces)

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> Page:
        """Send one request, and take note of what comes back."""
        page = await super().request(method, path, headers=headers, data=data)
        plant, body = self.traces.planted.plant, page.body
        for name, morsel in page.set_cookies.items():
            for part in morsel.value.split("~") if "known" in name else (morsel.value,):
                if len(part) >= 16:
                    plant(f"a cookie ({name})", part)
        for form in (each for each in page.forms if "form" in each.fields) if b"<form" in body else ():
            seal = form.fields["form"].partition(".")[2]
            plant("a form token", seal)
            body = body.replace(seal.encode(), b"").replace(form.fields.get("username", "-").encode(), b"")
        if "code" in page.brought:
            plant("a code", page.brought["code"])
        if b'"access_token"' in body or b'"accessToken"' in body:
            for name, value in _strings(msgspec.json.decode(body)):
                if name in {"access_token", "refresh_token", "accessToken"}:
                    plant(f"a token ({name})", value)
        if page.status >= 400:
            head = "\n".join(f"{name}: {value}" for name, value in page.headers.items() if name != "Set-Cookie")
            self.traces.errors[f"{len(self.traces.errors)}: {method} {path[:40]}: {page.status}"] = head.encode() + body
        return page


def _strings(said: object) -> list[tuple[str, str]]:
    inside = said.get("data", said) if isinstance(said, dict) else {}
    return [(name, value) for name, value in inside.items() if isinstance(value, str)]
