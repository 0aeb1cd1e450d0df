"""What the doctor says of connections to IFTTT: whom it is about, and what helps."""

import pytest

from bridge.desk.rows import GrantRow
from bridge.doctor.check import Check
from bridge.doctor.connections import check_connections


def grant(user: str = "anna", state: str = "connected", *, failed: int = 0, refused: str | None = None) -> GrantRow:
    return GrantRow(
        id="0123456789ab",
        user=user,
        home="home",
        client="my_service",
        since="2026-01-01T00:00:00Z",
        last_used=None,
        last_check_passed="2026-01-02T00:00:00Z" if state == "silent" else None,
        failed_checks=failed,
        of=15,
        last_check_failed=None,
        refresh_refused=refused,
        reason="its token was revoked" if failed or refused else "",
        state=state,
        advice="" if state == "connected" else "do this",
    )


def found(*grants: GrantRow) -> list[Check]:
    return list(check_connections(grants))


def test_before_anybody_has_connected_nothing_is_wrong() -> None:
    assert found() == [Check("connections", "ok", "nobody has connected the service at IFTTT yet")]


def test_those_that_are_well_are_told_together_each_once() -> None:
    assert found(grant(), grant(), grant("bea")) == [
        Check("connections", "ok", "2 well: anna to my_service, bea to my_service")
    ]


@pytest.mark.parametrize(("failed", "verdict"), [(3, "warning"), (9, "warning"), (10, "problem"), (15, "problem")])
def test_one_that_fails_is_told_with_the_cause_and_the_cure(failed: int, verdict: str) -> None:
    first, second = found(grant(), grant("bea", "failing", failed=failed))
    assert first.verdict == verdict
    assert first.cause == f"bea to my_service is failing: {failed} of 15 checks failed: its token was revoked"
    assert first.cure == "do this"
    assert second == Check("connections", "ok", "1 well: anna to my_service")


def test_one_whose_token_may_not_be_renewed_is_told_so() -> None:
    [check] = found(grant(state="revoked", refused="2026-01-02T00:00:00Z"))
    assert (check.verdict, check.cure) == ("warning", "do this")
    assert "may not renew its token" in check.cause


def test_one_that_nobody_looks_at_is_told_with_since_when() -> None:
    [check] = found(grant(state="silent"))
    assert check.verdict == "warning"
    assert check.cause == "anna to my_service is silent: IFTTT has not checked it since 2026-01-02T00:00:00Z"
