"""What `ifttt-bridge conformance --oauth` needs to know, and who walks: forms that are filled in, or a browser."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.errors import ConfigurationError

if TYPE_CHECKING:
    from bridge.conformance.oauth.walk import Walk

SECRET_VARIABLE: Final = "IFTTT_CLIENT_SECRET"  # noqa: S105 -- the name of a variable


def add_oauth_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--oauth", action="store_true", help="the authentication test as well, in your browser")
    parser.add_argument("--authorize-url", metavar="URL", help="default: BASE_URL/oauth/authorize")
    parser.add_argument("--token-url", metavar="URL", help="default: BASE_URL/oauth/token")
    parser.add_argument("--client-id", metavar="ID", help="who IFTTT is to the service")
    parser.add_argument("--client-secret-file", type=Path, metavar="FILE", help=f"its secret (else ${SECRET_VARIABLE})")
    parser.add_argument(
        "--redirect-uri", metavar="URL", help="one that the service allows: listened on if it is of this machine"
    )
    for name, what in (
        ("form", "fill in the service's forms instead of using a browser"),
        ("refuse", "what to fill in for a refusal"),
    ):
        parser.add_argument(
            f"--oauth-{name}", action="append", default=[], metavar="FIELD=VALUE", help=f"{what}; may be repeated"
        )


def walk_of(arguments: argparse.Namespace, base_url: str, environment: Mapping[str, str]) -> "Walk | None":
    """Return who walks where; None where no authentication test is asked for. Raises ConfigurationError."""
    if not arguments.oauth:
        return None
    from bridge.conformance.oauth.browser import Browser  # noqa: PLC0415 -- not needed to show the help
    from bridge.conformance.oauth.forms import FormFiller  # noqa: PLC0415 -- the same
    from bridge.conformance.oauth.walk import Walk  # noqa: PLC0415 -- the same

    missing = [
        f"--oauth needs --{name.replace('_', '-')}"
        for name in ("client_id", "redirect_uri")
        if not getattr(arguments, name)
    ]
    if missing:
        raise ConfigurationError(missing)
    agreeing, refusing = _pairs("--oauth-form", arguments.oauth_form), _pairs("--oauth-refuse", arguments.oauth_refuse)
    redirect_uri = arguments.redirect_uri
    filler = FormFiller(redirect_uri, agreeing, refusing, arguments.timeout)
    return Walk(
        arguments.authorize_url or f"{base_url}/oauth/authorize",
        arguments.token_url or f"{base_url}/oauth/token",
        arguments.client_id,
        _secret(arguments.client_secret_file, environment),
        redirect_uri,
        filler.walk if agreeing else Browser(redirect_uri, _tell, _ask).walk,
        can_refuse=bool(refusing) or not agreeing,
    )


def _secret(path: Path | None, environment: Mapping[str, str]) -> str:
    try:
        secret = environment.get(SECRET_VARIABLE, "") if path is None else path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"--client-secret-file {path}: {error}"]) from None
    if not secret:
        raise ConfigurationError([f"--oauth needs --client-secret-file or ${SECRET_VARIABLE}"])
    return secret


def _pairs(option: str, given: list[str]) -> dict[str, str]:
    wrong = [one for one in given if "=" not in one]
    if wrong:
        raise ConfigurationError([f"{option}: {one!r} is not FIELD=VALUE" for one in wrong])
    return dict(one.split("=", 1) for one in given)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def _ask(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return await asyncio.to_thread(sys.stdin.readline)
