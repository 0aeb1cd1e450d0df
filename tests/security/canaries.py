"""The whole life of a daemon, lived with secrets that can be recognised wherever they turn up again.

Every secret that there is, typed, configured or given out on the way, is planted here; what the daemon leaves behind is
gathered, to be searched for them.
"""

import asyncio
import base64
import contextlib
import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

import aiohttp
import msgspec

from bridge.desk.requests import (
    Examine,
    ListDevices,
    ListGrants,
    ListTokens,
    ListUsers,
    ReadEvents,
    Request,
    RevokeGrant,
    RevokeToken,
    request_to_bytes,
)
from tests.parts.daemon import DOOR_TOPIC, LIGHT_TOPIC, RELOAD_ENDS, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.waiting import until
from tests.parts.walker import FORM, Page
from tests.security.planting import Traces, WatchedWalker

PUBLIC_URL: Final = "https://home.example.org"
BACK: Final = "https://ifttt.com/channels/my_service/authorize"
ASK: Final = "/oauth/authorize?" + urlencode(
    {"client_id": "production", "response_type": "code", "scope": "ifttt", "state": "s", "redirect_uri": BACK}
)
_CONFIG: Final = """
[public]
url = "{url}"
[log]
level = "debug"
format = "{style}"
[mqtt]
username = "bridge"
password = "{mqtt}"
[ifttt]
service_keys = ["{key}"]
[[oauth.clients]]
client_id = "production"
client_secret = "{secret}"
previous_client_secrets = ["{previous}"]
redirect_uris = ["{back}"]
[[oauth.clients]]
client_id = "staging"
client_secret = "{staging}"
redirect_uris = ["https://ifttt.com/channels/my_staging/authorize"]
service_key = "{staging_key}"
"""
_SECRETS: Final = ("mqtt", "key", "secret", "previous", "staging", "staging_key")
_ALL: Final = """
import contextlib, io, json, sys
from bridge.cli import main
said = []
for command in json.loads(sys.argv[1]):
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        main(command)
    said.append(output.getvalue())
print(json.dumps(said))
"""
"""Runs many commands in one process: most of the time of a command is the start of Python."""

LISTINGS: Final = (
    ("grant", "list"),
    ("grant", "list", "--json"),
    ("token", "list", "--json"),
    ("user", "list", "--json"),
    ("doctor", "--me-url", "http://127.0.0.1:9/"),
    ("check-config",),
    ("events", "--json"),
)


@dataclass
class Life:
    """One home with its daemon, from the first account to the last answer."""

    daemon: Daemon
    broker: Mosquitto
    session: aiohttp.ClientSession
    traces: Traces = field(default_factory=Traces)
    style: str = "text"

    def __post_init__(self) -> None:
        plant = self.traces.planted.plant
        self.configured = {name: plant(f"configured {name}") for name in _SECRETS}
        self.password, self.wrong, self.later = plant("password"), plant("wrong password"), plant("later password")

    async def live(self) -> Traces:
        """Live it, with the log for people first and then with the one for programs."""
        self._configure()
        self._command("user", "add", "anna", "--password-stdin", stdin=f"{self.password}\n")
        minted = self._command("token", "mint", "anna").split()[-1]
        self.traces.commands.pop("token mint anna")  # it prints the token, once: that is what it is for
        self.traces.planted.plant("a token minted by hand", minted)
        self._command("user", "owner", "anna")
        for self.style in ("text", "json"):
            self._configure()
            before = len(self.daemon.log)
            await self.daemon.start()
            await self._through(minted)
            await self._look_around()
            assert self.daemon.stop() == 0
            self.traces.logs[self.style] = self.daemon.log[before:].encode()
        self._gather_files()
        return self.traces

    def _configure(self) -> None:
        folder = self.daemon.folder / "conf.d"
        folder.mkdir(exist_ok=True)
        (folder / "life.toml").write_text(
            _CONFIG.format(url=PUBLIC_URL, back=BACK, style=self.style, **self.configured)
        )

    def _walker(self) -> WatchedWalker:
        return WatchedWalker(self.session, self.daemon.public_port, PUBLIC_URL, traces=self.traces)

    async def _through(self, minted: str) -> None:
        walker = self._walker()
        await self._sign_in(walker)
        tokens = await self._connect(walker)
        await self._use(tokens["access_token"])
        await self._break(tokens, minted)
        await self._reload()
        await self._end(walker, tokens)

    async def _sign_in(self, walker: WatchedWalker) -> None:
        page = await walker.get(ASK)
        typed_as_name = self.traces.planted.plant("a password typed as a name")
        await walker.send(page, username=typed_as_name, password=self.wrong)
        await walker.send(page, username="anna", password=self.wrong)
        signed = await walker.send(page, username="anna", password=self.password)
        assert signed.status == 303, signed.text
        await walker.send(await walker.follow(signed), decision="refuse")

    async def _connect(self, walker: WatchedWalker) -> dict[str, str]:
        back = await walker.send(await walker.get(ASK), decision="allow")
        form = {"grant_type": "authorization_code", "code": back.brought["code"], "redirect_uri": BACK}
        guess = self.traces.planted.plant("a guessed secret")
        header = base64.b64encode(f"production:{guess}".encode()).decode()
        self.traces.planted.plant("a header with credentials", header)
        await self._token({**form, "client_id": "production", "client_secret": guess})
        await self._token(form, {"Authorization": f"Basic {header}"})
        await self._token({**form, **self._client(), "code": self.traces.planted.plant("a guessed code")})
        given = await self._token({**form, **self._client()})
        assert given.status == 200, given.text
        tokens: dict[str, str] = msgspec.json.decode(given.body)
        refreshed = await self._token(self._refresh(tokens["refresh_token"]))
        await self._token(self._refresh(tokens["refresh_token"]))
        await self._token({**self._refresh(tokens["refresh_token"]), "scope": "all"})
        latest: dict[str, str] = msgspec.json.decode(refreshed.body)
        return latest | {"code": form["code"]}

    async def _use(self, access: str) -> None:
        for payload in ("closed", "open", self.traces.planted.plant("a payload of no sense")):
            await self.broker.publish(DOOR_TOPIC, payload)
        await self.broker.publish(LIGHT_TOPIC, '{"state":"OFF"}')
        await until(lambda: self.daemon.knows("hall-light"), what="the home being known")
        body = {"triggerFields": {"door": "any"}, "trigger_identity": "an-identity"}
        await self._api("POST", "triggers/door_opened", access, body)
        await self._api("POST", "actions/turn_on_light", access, {"actionFields": {"light": "hall-light"}})
        await self._api("POST", "actions/turn_on_light", access, {"actionFields": {"light": access}})
        await self._api("POST", "queries/list_devices", access, {"queryFields": {"kind": "any"}})
        await self._api("GET", "user/info", access)
        await self._api("POST", "test/setup", "", headers={"IFTTT-Service-Key": self.configured["key"]})
        await self._api("GET", "status", "", headers={"IFTTT-Service-Key": self.configured["staging_key"]})
        await self.broker.publish(DOOR_TOPIC, "closed")
        await self.broker.publish(DOOR_TOPIC, "open")  # now somebody is told, with the service key

    async def _break(self, tokens: Mapping[str, str], minted: str) -> None:
        """Let everything come where it does not belong, broken, or twice."""
        plant = self.traces.planted.plant
        secrets = [minted, plant("a guessed token"), tokens["refresh_token"], self.password, self.configured["key"]]
        for secret in secrets if self.style == "text" else secrets[:1]:
            await self._api("GET", "user/info", f"{secret}x")
            await self._api("GET", f"user/info?access_token={quote(secret)}", "")
            await self._api("GET", "status", "", headers={"IFTTT-Service-Key": f"{secret}x"})
            await self._api("POST", "triggers/door_opened", minted, {"triggerFields": {"door": secret}})
            await self._api("DELETE", f"triggers/door_opened/trigger_identity/{quote(secret)}", f"{secret}x")
            await self._token(self._refresh(f"{secret}x"))
            walker = self._walker()
            await walker.get(f"/oauth/{quote(secret)}")
            await walker.get(f"/oauth/authorize?client_id={quote(secret)}&redirect_uri={quote(secret)}")
            await walker.get(f"{ASK}&scope={quote(secret)}")
            await walker.request("POST", f"/oauth/token?code={quote(secret)}", headers={"Content-Type": FORM}, data=b"")
            json_body = msgspec.json.encode({"code": secret})
            await walker.request("POST", "/oauth/token", headers={"Content-Type": "application/json"}, data=json_body)
            await walker.get("/oauth/account", {"Cookie": f"__Host-session={secret}x; __Host-known={secret}"})
            await self._raw(secret)
        await self._token({"grant_type": "password", "username": "anna", "password": self.password, **self._client()})

    async def _raw(self, secret: str) -> None:
        """Send what is no HTTP, and hang up in the middle of a form."""
        for text in (
            f"GET / HTTP/1.1\r\nHost: x\r\nBad Header {secret}\r\n\r\n",
            f"{secret}\r\n\r\n",
            f"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 900\r\n\r\nx={secret}",
        ):
            with contextlib.closing(socket.create_connection(("127.0.0.1", self.daemon.public_port))) as channel:
                channel.sendall(text.encode())

    async def _reload(self) -> None:
        """Change the secrets: first to such as are refused, then to good ones."""
        good = self.configured
        refused = {name: self.traces.planted.plant(f"refused {name}") + " \t\u00e4" for name in ("secret", "key")}
        changed = {"previous": self.traces.planted.plant("changed previous")}
        for configured in (good | refused, good | changed):
            self.configured = configured
            self._configure()
            before = self._reloads()
            self.daemon.hang_up()
            await until(lambda before=before: self._reloads() > before, what="the configuration being read again")  # type: ignore[misc]

    def _reloads(self) -> int:
        return sum(self.daemon.log.count(event) for event in RELOAD_ENDS)

    async def _end(self, walker: WatchedWalker, tokens: Mapping[str, str]) -> None:
        self.password, before = self.later, self.password
        self.later = self.traces.planted.plant("still later password")
        self._command("user", "passwd", "anna", "--password-stdin", stdin=f"{self.password}\n")
        page = await walker.get("/oauth/account")
        await walker.send(page, username="anna", password=before)
        inside = await walker.send(page, username="anna", password=self.password)
        assert inside.status == 303, inside.text
        await self._connect(walker)
        form = {"grant_type": "authorization_code", "code": tokens["code"], "redirect_uri": BACK, **self._client()}
        assert (await self._token(form)).status == 400  # a replay: what it gave is revoked
        await self._api("GET", "user/info", tokens["access_token"])
        await self._token(self._refresh(tokens["refresh_token"]))
        await walker.send(await walker.get("/oauth/account"), decision="revoke")
        await self._connect(walker)

    def _client(self) -> dict[str, str]:
        return {"client_id": "production", "client_secret": self.configured["secret"]}

    def _refresh(self, token: str) -> dict[str, str]:
        return {"grant_type": "refresh_token", "refresh_token": token, **self._client()}

    async def _token(self, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Page:
        sent = {"Content-Type": FORM, **(headers or {})}
        return await self._walker().request("POST", "/oauth/token", headers=sent, data=urlencode(form).encode())

    async def _api(
        self,
        method: str,
        path: str,
        token: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | dict(headers or {})
        data = None if body is None else msgspec.json.encode(body)
        return await self._walker().request(method, f"/ifttt/v1/{path}", headers=sent, data=data)

    async def _look_around(self) -> None:
        """Ask everything that somebody who runs the home can ask, and copy the database while it is in use."""
        for path in ("metrics", "readyz", "livez", "nothing"):
            async with self.session.get(f"http://127.0.0.1:{self.daemon.private_port}/{path}") as answer:
                self.traces.figures[path] = str(answer.headers).encode() + await answer.read()
        for request in (
            ListUsers(),
            ListTokens(None),
            ListGrants(None),
            ListDevices(None),
            Examine(),
            ReadEvents(0, None, wait=False),
        ):
            self.traces.socket[type(request).__name__] = await self._ask(request)
        typed = self.traces.planted.plant("a token typed for an id")
        for mistake in (RevokeGrant(typed), RevokeToken(typed)):
            await self._ask(mistake)  # is told to whoever typed it, and to no log
        if self.style == "text":
            await asyncio.to_thread(self._ask_for_listings)
        await self._see_private_pages()
        await asyncio.to_thread(self._copy_database)

    async def _see_private_pages(self) -> None:
        """Sign in as the owner, and take along what is shown and given there."""
        port = self.daemon.private_port
        walker = WatchedWalker(self.session, port, f"http://127.0.0.1:{port}", traces=self.traces)
        signed = await walker.send(await walker.get("/sign-in"), username="anna", password=self.password)
        assert signed.status == 303, signed.text
        for path in ("/", "/people", "/health", "/health/diagnosis", "/health/diagnosis?names=yes"):
            page = await walker.get(path)
            assert page.status == 200, page.text
            self.traces.private[f"{self.style}: {path}"] = str(page.headers).encode() + page.body

    def _ask_for_listings(self) -> None:
        config = ("--config", str(self.daemon.folder / "bridge.toml"))
        commands = json.dumps([[*config, *command] for command in LISTINGS])
        done = subprocess.run([sys.executable, "-c", _ALL, commands], capture_output=True, check=True, timeout=120)
        for command, said in zip(LISTINGS, msgspec.json.decode(done.stdout, type=list[str]), strict=True):
            self.traces.commands[" ".join(command)] = said.encode()

    async def _ask(self, request: Request) -> bytes:
        path = self.daemon.database.parent / "control.sock"
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as session,
            session.post("http://bridge/", data=request_to_bytes(request)) as answer,
        ):
            return await answer.read()

    def _copy_database(self) -> None:
        copy = self.daemon.folder / "copy.db"
        with (
            contextlib.closing(sqlite3.connect(self.daemon.database)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            rows = target.execute("SELECT digest FROM tokens UNION SELECT digest FROM dead_tokens").fetchall()
            self.traces.digests += [digest for (digest,) in rows]
        for path in (copy, *sorted(self.daemon.database.parent.glob("bridge.db*"))):
            self.traces.database[f"{self.style}: {path.name}"] = path.read_bytes() + b"-"
        copy.unlink()

    def _command(self, *arguments: str, stdin: str = "") -> str:
        config = str(self.daemon.folder / "bridge.toml")
        self.daemon._write_config()
        command = [sys.executable, "-m", "bridge", "--config", config, *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60)
        self.traces.commands[" ".join(arguments)] = (done.stdout + done.stderr).encode()
        return done.stdout

    def _gather_files(self) -> None:
        """Read what else lies about: all but the configuration, which is where secrets belong."""
        for path in sorted(self.daemon.folder.rglob("*")):
            if path.is_file() and path.suffix != ".toml":
                self.traces.files[str(path.relative_to(self.daemon.folder))] = path.read_bytes()


def configuration_of(folder: Path) -> bytes:
    """Return the one place where the secrets may be."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*.toml")))
