"""A request of ours is known when it comes back, once; nobody else's is taken for it."""

from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bridge.web.echo import FIELD, LIFE_S, MOST, Echo


def come(echo: Echo, nonce: str) -> None:
    """Let a request come with a text."""
    echo.look_at(make_mocked_request("GET", str(URL("/ifttt/v1/status").with_query({FIELD: nonce}))))


def test_what_we_sent_is_known_once() -> None:
    echo = Echo(lambda: 0.0)
    nonce = echo.expect()
    come(echo, nonce)
    assert echo.came(nonce)
    come(echo, nonce)
    assert not echo.came(nonce)


def test_what_does_not_come_is_not_there() -> None:
    echo = Echo(lambda: 0.0)
    assert not echo.came(echo.expect())


@given(st.text())
def test_nobody_else_s_text_is_taken_for_ours(text: str) -> None:
    echo = Echo(lambda: 0.0)
    nonce = echo.expect()
    come(echo, text.encode(errors="replace").decode())
    assert not echo.came(nonce)


def test_what_comes_too_late_is_not_ours_any_more() -> None:
    now = [0.0]
    echo = Echo(lambda: now[0])
    nonce = echo.expect()
    now[0] = LIFE_S
    come(echo, nonce)
    assert not echo.came(nonce)


def test_the_eldest_of_too_many_is_not_waited_for() -> None:
    echo = Echo(lambda: 0.0)
    nonces = [echo.expect() for _ in range(MOST + 1)]
    for nonce in nonces:
        come(echo, nonce)
    assert [echo.came(nonce) for nonce in nonces] == [False, *[True] * MOST]
