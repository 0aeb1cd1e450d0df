"""The page on which people sign in, with what is said to those who could not."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bridge.oauth.authorization import AuthorizationRequest
from bridge.web.pages import Pages
from bridge.web.visits import Turned

WRONG: Final = "That name and password do not belong together. Check both, and try again."
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said, with which status, and for how many seconds to wait."""

    notice: str
    status: int
    wait_s: int


async def sign_in_page(
    pages: Pages,
    form: str,
    *,
    asked: AuthorizationRequest | None = None,
    name: str = "",
    notice: str = "",
    turned: Turned | None = None,
) -> web.Response:
    """Return the page. `form`: its token; `asked` None: nobody asks to be connected; `turned`: who has tried in vain.

    What is said never tells whether there is an account of that name.
    """
    refused = refusal(notice, turned)
    response = await pages.page(
        "sign_in",
        status=refused.status,
        leads_to="" if asked is None else asked.redirect_uri,
        client=None if asked is None else asked.client,
        name=name,
        notice=refused.notice,
        wrong=turned is not None and turned.wait_s == 0,
        form=form,
    )
    if refused.wait_s:
        response.headers["Retry-After"] = str(refused.wait_s)
    return response


def refusal(notice: str, turned: Turned | None) -> Refusal:
    """Return what to say to somebody who comes to sign in: a notice, or why they could not."""
    if turned is None:
        return Refusal(notice, 400 if notice else 200, 0)
    if turned.wait_s:
        return Refusal(_wait(turned.wait_s), 429, turned.wait_s)
    return Refusal(WRONG, 403, 0)


def _wait(seconds: int) -> str:
    count, unit = (seconds, "second") if seconds <= 2 * _MINUTE_S else (-(-seconds // _MINUTE_S), "minute")
    return f"There were too many attempts. Please wait for {count} {unit}{'' if count == 1 else 's'}, then try again."
