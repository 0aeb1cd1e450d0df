"""The real Caddy and the real nginx, run on the examples of config/proxies with names, ports and files changed."""

import contextlib
import os
import socket
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.parts.ports import free_port
from tests.parts.programs import program
from tests.parts.waiting import until

EXAMPLES: Final = Path(__file__).parents[2] / "config" / "proxies"
NAME: Final = "home.example.org"
LETSENCRYPT: Final = f"/etc/letsencrypt/live/{NAME}"

_NGINX_MAIN: Final = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ # another site that comes first, as people have them
        listen 127.0.0.1:{port} ssl default_server;
        ssl_certificate {chain};
        ssl_certificate_key {key};
        return 418;
    }}
    include {site};
}}
"""
_USER: Final = "user root;" if os.geteuid() == 0 else ""
"""Its workers write into the folder of the test."""

_CADDY_GLOBALS: Final = """{{
	admin off
	default_bind 127.0.0.1
	https_port {https}
	http_port {http}
"""


def changed(text: str, changes: Mapping[str, tuple[int, str]]) -> str:
    """Replace each text that must stand there as often as said: an example that changes its shape fails loudly."""
    for old, (times, new) in changes.items():
        assert text.count(old) == times, f"the example holds {old!r} {text.count(old)} times instead of {times}"
        text = text.replace(old, new)
    return text


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that signs itself, made by openssl. `name`: whose it is."""

    folder: Path
    name: str = "localhost"

    @property
    def chain(self) -> Path:
        """The certificate."""
        return self.folder / "fullchain.pem"

    @property
    def key(self) -> Path:
        """Its key."""
        return self.folder / "privkey.pem"

    def make(self) -> None:
        """Make both files."""
        subject = ("-subj", f"/CN={self.name}", "-addext", f"subjectAltName=DNS:{self.name}")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(self.key))
        command = [program("openssl"), "req", "-x509", *key, *subject, "-days", "2", "-out", str(self.chain)]
        subprocess.run(command, check=True, capture_output=True)

    def trusted(self) -> ssl.SSLContext:
        """Return how a client trusts this one and no other."""
        return ssl.create_default_context(cafile=self.chain)


@dataclass
class Proxy:
    """One proxy before a daemon, on loopback. It goes by the name on its certificate."""

    folder: Path
    certificate: Certificate
    daemon_port: int
    port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    def command(self) -> list[str]:
        """Write the configuration and return what starts the program."""
        raise NotImplementedError

    @property
    def logs(self) -> str:
        """Everything that it has written."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    async def start(self) -> None:
        """Start, and wait until it takes connections."""
        command = self.command()
        environment = os.environ | {"XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        with (self.folder / "output.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)  # noqa: ASYNC220 -- does not wait
        await until(self._listens, what=f"{command[0]} listening")

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.logs
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


class Nginx(Proxy):
    """The example for nginx, included by a main file as Debian's does it."""

    def command(self) -> list[str]:
        """Write both files."""
        site, main = self.folder / "site.conf", self.folder / "nginx.conf"
        site.write_text(
            changed(
                (EXAMPLES / "nginx.conf").read_text(),
                {
                    f"{LETSENCRYPT}/fullchain.pem": (1, str(self.certificate.chain)),
                    f"{LETSENCRYPT}/privkey.pem": (1, str(self.certificate.key)),
                    f"server_name {NAME};": (2, f"server_name {self.certificate.name};"),
                    "listen 80;": (1, f"listen 127.0.0.1:{self.http_port};"),
                    "    listen [::]:80;\n": (1, ""),
                    "listen 443 ssl;": (1, f"listen 127.0.0.1:{self.port} ssl;"),
                    "    listen [::]:443 ssl;\n": (1, ""),
                    "server 127.0.0.1:8080;": (1, f"server 127.0.0.1:{self.daemon_port};"),
                    "/var/log/nginx/ifttt-bridge.log": (1, str(self.folder / "access.log")),
                },
            )
        )
        certificate = {"chain": self.certificate.chain, "key": self.certificate.key}
        main.write_text(_NGINX_MAIN.format(user=_USER, folder=self.folder, site=site, port=self.port, **certificate))
        return [program("nginx"), "-c", str(main), "-e", str(self.folder / "error.log")]


class Caddy(Proxy):
    """The example for Caddy, with a certificate at hand instead of one from the internet."""

    def command(self) -> list[str]:
        """Write the file."""
        path = self.folder / "Caddyfile"
        text = (EXAMPLES / "Caddyfile").read_text()
        changes = {
            "\n{\n": (1, "\n" + _CADDY_GLOBALS.format(https=self.port, http=self.http_port)),
            f"{NAME} {{\n": (
                1,
                f"{self.certificate.name} {{\n\ttls {self.certificate.chain} {self.certificate.key}\n",
            ),
            "reverse_proxy 127.0.0.1:8080 {": (1, f"reverse_proxy 127.0.0.1:{self.daemon_port} {{"),
        }
        path.write_text(changed(text, changes))
        return [program("caddy"), "run", "--config", str(path), "--adapter", "caddyfile"]


PROXIES: Final[dict[str, type[Proxy]]] = {"caddy": Caddy, "nginx": Nginx}
