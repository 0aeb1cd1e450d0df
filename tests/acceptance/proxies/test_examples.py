"""The examples as they stand: accepted by the programs they are for, or at least of the form that these document."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped] # it comes with the embedded broker and carries no types

from bridge.settings.model import DEFAULT_PRIVATE_LISTEN, DEFAULT_PUBLIC_LISTEN
from tests.parts.programs import program
from tests.parts.proxies import EXAMPLES, LETSENCRYPT, Certificate, changed

FILES = ("Caddyfile", "nginx.conf", "cloudflared.yml", "tailscale-funnel.sh")
OURS = ("/ifttt/v1/status", "//ifttt/v1/status", "/ifttt//v1/triggers/door_opened", "/oauth/authorize", "//oauth/token")
NOT_OURS = (
    "/",
    "/metrics",
    "/readyz",
    "/livez",
    "/ifttt/v2/status",
    "/x/ifttt/v1/status",
    "/ifttt/v1",
    "/oauthx/token",
)

CLOUDFLARED_KEYS = {"tunnel", "credentials-file", "ingress"}
CLOUDFLARED_RULE_KEYS = {"hostname", "path", "service", "originRequest"}
CLOUDFLARED_ORIGIN_KEYS = {"connectTimeout", "keepAliveTimeout"}
FUNNEL_FLAGS = {"--bg", "--https", "--set-path"}


def test_caddy_accepts_its_example_as_it_stands(tmp_path: Path) -> None:
    command = [program("caddy"), "validate", "--config", str(EXAMPLES / "Caddyfile"), "--adapter", "caddyfile"]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=30)
    assert (done.returncode, "Valid configuration" in done.stdout + done.stderr) == (0, True), done.stderr


def test_nginx_accepts_its_example_but_for_the_certificate_that_only_its_owner_has(
    tmp_path: Path, certificate: Certificate
) -> None:
    site, main = tmp_path / "site.conf", tmp_path / "nginx.conf"
    files = {
        f"{LETSENCRYPT}/fullchain.pem": (1, str(certificate.chain)),
        f"{LETSENCRYPT}/privkey.pem": (1, str(certificate.key)),
        "/var/log/nginx/ifttt-bridge.log": (1, str(tmp_path / "access.log")),
    }
    if not _has_ipv6():  # as README.md tells to do there
        files |= {"    listen [::]:80;\n": (1, ""), "    listen [::]:443 ssl;\n": (1, "")}
    site.write_text(changed((EXAMPLES / "nginx.conf").read_text(), files))
    main.write_text(f"pid {tmp_path}/nginx.pid;\nevents {{}}\nhttp {{ include {site}; }}\n")
    command = [program("nginx"), "-t", "-c", str(main), "-e", str(tmp_path / "error.log")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    if os.geteuid() != 0 and "Permission denied" in done.stderr:
        pytest.skip("nginx -t asks for the ports 80 and 443, which this user may not have")
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_the_example_for_cloudflared_holds_documented_keys_and_ends_with_a_rule_for_everything_else() -> None:
    example: dict[str, Any] = yaml.safe_load((EXAMPLES / "cloudflared.yml").read_text())
    assert set(example) == CLOUDFLARED_KEYS
    assert example["credentials-file"] == f"/etc/cloudflared/{example['tunnel']}.json"
    ours, rest = example["ingress"]
    assert set(ours) == CLOUDFLARED_RULE_KEYS
    assert set(ours["originRequest"]) == CLOUDFLARED_ORIGIN_KEYS
    assert all(re.fullmatch(r"\d+s", value) for value in ours["originRequest"].values())
    assert rest == {"service": "http_status:404"}


def test_the_rule_for_cloudflared_lets_our_paths_through_and_no_others() -> None:
    example: dict[str, Any] = yaml.safe_load((EXAMPLES / "cloudflared.yml").read_text())
    rule = re.compile(example["ingress"][0]["path"])
    assert [path for path in OURS if not rule.search(path)] == []
    assert [path for path in NOT_OURS if rule.search(path)] == []


def test_the_script_for_funnel_runs_and_mounts_our_paths_where_they_are(tmp_path: Path) -> None:
    calls = list(_funnel_calls(tmp_path))
    assert calls.pop() == ["funnel", "status"]
    mounted = []
    for call in calls:
        assert call[0] == "funnel"
        options = dict(option.partition("=")[::2] for option in call[1:-1])
        assert set(options) == FUNNEL_FLAGS
        assert options["--https"] == "443"
        target = urlsplit(call[-1])
        assert (target.scheme, target.path) == ("http", options["--set-path"])  # what Funnel takes away is put back
        mounted.append(target.path)
    assert mounted == ["/ifttt/v1", "/oauth"]


@pytest.mark.parametrize("name", FILES)
def test_every_example_leads_to_the_public_listener_and_none_to_the_private_one(name: str) -> None:
    text = (EXAMPLES / name).read_text()
    assert str(DEFAULT_PUBLIC_LISTEN) in text
    assert str(DEFAULT_PRIVATE_LISTEN.port) not in text


def test_no_example_stands_without_a_word_about_it() -> None:
    told = (EXAMPLES / "README.md").read_text()
    assert {path.name for path in EXAMPLES.iterdir()} == {*FILES, "README.md"}
    assert [name for name in FILES if f"({name})" not in told] == []


def _has_ipv6() -> bool:
    try:
        socket.socket(socket.AF_INET6).close()
    except OSError:
        return False
    return True


def _funnel_calls(folder: Path) -> Iterator[list[str]]:
    """Run the script with a `tailscale` that only notes how it is called."""
    noted = folder / "calls"
    stand_in = folder / "tailscale"
    stand_in.write_text(f'#!/bin/sh\nfor word; do printf "%s\\t" "$word"; done >>{noted}\necho >>{noted}\n')
    stand_in.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}"}
    subprocess.run([EXAMPLES / "tailscale-funnel.sh"], check=True, env=environment, timeout=30)
    for line in noted.read_text().splitlines():
        yield line.split("\t")[:-1]
