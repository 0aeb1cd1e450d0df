"""What stands between IFTTT and us, by what the public address answers."""

import pytest

from bridge.doctor.check import ok, problem
from bridge.doctor.fetching import Fetched
from bridge.doctor.public import NAME, check_certificate, check_public, with_arrival

URL = "https://home.example.org"
KEY = "a-service-key-for-tests"
OURS = "application/json; charset=utf-8"


class Proxy:
    """Answers strangers one way and whoever has the key another, and keeps what it was asked."""

    def __init__(self, stranger: Fetched, known: Fetched) -> None:
        self.stranger, self.known = stranger, known
        self.asked: list[str] = []

    def fetch(self, url: str, headers: dict[str, str]) -> Fetched:
        """Answer."""
        self.asked.append(url)
        return self.known if headers.get("IFTTT-Service-Key") == KEY else self.stranger


def test_401_without_and_200_with_the_key_is_right() -> None:
    proxy = Proxy(Fetched(401, OURS), Fetched(200, OURS))
    assert check_public(f"{URL}/bridge/", KEY, proxy.fetch).verdict == "ok"
    assert proxy.asked == [f"{URL}/bridge/ifttt/v1/status"] * 2


@pytest.mark.parametrize(
    ("stranger", "known", "cause", "cure"),
    [
        (Fetched(502, "text/html"), Fetched(502), "502 with a page for people", "start the daemon"),
        (Fetched(404, "text/html; charset=utf-8"), Fetched(404), "404 with a page for people", "tunnel"),
        (Fetched(404, OURS), Fetched(404), "answers 404: another host or another path", "tunnel"),
        (Fetched(200, OURS), Fetched(200), "200 to a request without a key", "tunnel"),
        (Fetched(401, OURS), Fetched(401, OURS), "refuses our own service key", "header IFTTT-Service-Key"),
        (Fetched(401, OURS), Fetched(503, "text/html"), "503 with a page for people", "tunnel"),
        (
            Fetched(301, "", "https://www.example.org/"),
            Fetched(301),
            "elsewhere: https://www.example.org/",
            "[public] url",
        ),
        (Fetched(0, trouble="the TLS certificate of x is not good"), Fetched(0), "certificate", "public authority"),
        (Fetched(0, trouble="the name x is not known"), Fetched(0), "not known", "DNS"),
        (Fetched(0, trouble="x refuses the connection"), Fetched(0), "refuses the connection", "tunnel"),
    ],
)
def test_each_thing_in_between_is_told_apart(stranger: Fetched, known: Fetched, cause: str, cure: str) -> None:
    check = check_public(URL, KEY, Proxy(stranger, known).fetch)
    assert check.verdict == "problem"
    assert cause in check.cause
    assert cure in check.cure
    assert KEY not in check.cause + check.cure


def test_the_key_is_never_sent_where_anybody_could_read_it() -> None:
    proxy = Proxy(Fetched(401), Fetched(200))
    assert check_public("http://home.example.org", KEY, proxy.fetch).verdict == "problem"
    assert proxy.asked == []
    assert check_public("http://127.0.0.1:8080", KEY, proxy.fetch).verdict == "ok"


def test_a_missing_address_is_a_warning_and_an_untried_one_is_not() -> None:
    assert check_public("", KEY, None).verdict == "warning"
    assert check_public(URL, KEY, None).verdict == "ok"


def test_an_answer_that_did_not_come_here_is_another_bridge_s() -> None:
    check = with_arrival(ok(NAME, "it answers"), arrived=False)
    assert check.verdict == "problem"
    assert "another bridge with the same key answers there" in check.cause


def test_a_fault_on_a_way_that_leads_here_says_so() -> None:
    fault = problem(NAME, "it refuses our key", "let the header through")
    assert "did come back here" in with_arrival(fault, arrived=True).cause
    assert with_arrival(fault, arrived=False) == fault


def test_a_certificate_that_nobody_renews_is_told_before_it_ends() -> None:
    now_s, day_s = 1_770_000_000, 24 * 3600
    told = [check_certificate(Fetched(200, good_until_s=now_s + days * day_s), now_s) for days in (60, 5)]
    assert [check and (check.verdict, check.cause) for check in told] == [
        ("ok", "good for 60 more days"),
        ("warning", "it ends in 5 days"),
    ]
    assert check_certificate(Fetched(200), now_s) is None
