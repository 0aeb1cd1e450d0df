"""Whether each topic speaks, filters of custom events included."""

import pytest
from msgspec.structs import replace

from bridge.desk.rows import Condition, DeviceRow, TopicHeard
from bridge.doctor.topics import check_topics

PARCEL = DeviceRow(
    "custom.parcel",
    "Parcel",
    "home",
    "",
    "custom",
    None,
    None,
    None,
    (),
    ("home/mailbox/+",),
    exposed=True,
    not_shared_with=(),
)
DOOR = DeviceRow(
    "door", "Door", "home", "", "contact", None, None, None, (), ("home/door",), exposed=True, not_shared_with=()
)
EARLY, LATE = "2026-11-24T18:00:00Z", "2026-11-24T19:00:00Z"


def running(heard: dict[str, TopicHeard]) -> Condition:
    return Condition("1.0", 1, "", "", {}, (), heard)


@pytest.mark.parametrize(
    ("heard", "verdict", "cause"),
    [
        ({}, "warning", "Parcel: nothing was ever heard here"),
        ({"home/door": TopicHeard(EARLY, "")}, "warning", "Parcel: nothing was ever heard here"),
        ({f"home/mailbox/{n}": TopicHeard(at, "") for n, at in enumerate((EARLY, LATE))}, "ok", f"heard at {LATE}"),
        (
            {"home/mailbox/1": TopicHeard(EARLY, "not UTF-8"), "home/mailbox/2": TopicHeard(LATE, "")},
            "warning",
            f"Parcel: the message at {EARLY} was not understood: not UTF-8",
        ),
    ],
)
def test_a_filter_is_heard_where_one_of_its_topics_is(heard: dict[str, TopicHeard], verdict: str, cause: str) -> None:
    [check] = check_topics([PARCEL], running(heard))
    assert (check.name, check.verdict) == ("topic home/mailbox/+", verdict)
    assert cause in check.cause


@pytest.mark.parametrize(
    ("kind", "said"), [("availability", "nobody says here whether it is online"), ("contact", "on its other topics")]
)
def test_a_device_that_speaks_elsewhere_needs_no_help_where_it_is_silent(kind: str, said: str) -> None:
    silent = replace(DOOR, id="door.2", kind=kind, topics=("home/door/2",))
    heard = running({"home/door": TopicHeard(LATE, "")})
    first, second = check_topics([DOOR, silent], heard)
    assert (first.verdict, second.verdict) == ("ok", "ok")
    assert said in second.cause
    [_, other] = check_topics([DOOR, replace(silent, device="another")], heard)
    assert other.verdict == "warning"


def test_without_a_daemon_nobody_knows_of_custom_events() -> None:
    assert [check.name for check in check_topics([PARCEL, DOOR], None)] == ["topic home/door"]
