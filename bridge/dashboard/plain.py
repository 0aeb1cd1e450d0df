"""Answers of the private listener that are no pages: a line of text or a file, closed to misuse as the pages are."""

from aiohttp import web

from bridge.web.pages import HEADERS


def plain(text: str, status: int = 200, /, **headers: str) -> web.Response:
    """Return a line of text."""
    return web.Response(text=text, status=status, headers={**HEADERS, **headers})


def content(body: bytes, kind: str, status: int = 200, /, **headers: str) -> web.Response:
    """Return a file of some kind."""
    return web.Response(body=body, status=status, headers={**HEADERS, "Content-Type": kind, **headers})


def not_here() -> web.Response:
    """Say that there is nothing of this name."""
    return plain("Not found", 404)


def not_so(*methods: str) -> web.Response:
    """Say by which methods there is an answer."""
    return plain("", 405, Allow=", ".join(methods))
