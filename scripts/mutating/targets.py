"""What is changed, and which tests are to notice. Values only."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Target:
    """One part of the core: its modules and the tests, fast ones, that have to notice whatever is changed in them."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]


TARGETS: Final = (
    Target(
        "acknowledge",
        ("bridge/mqtt/inbound.py", "bridge/mqtt/intake.py", "bridge/mqtt/backlog.py", "bridge/timeline/batch.py"),
        (
            "tests/unit/mqtt/test_inbound.py",
            "tests/unit/mqtt/test_inbound_losses.py",
            "tests/unit/mqtt/test_backlog.py",
            "tests/unit/mqtt/test_intake.py",
            "tests/unit/mqtt/test_clock_was_set.py",
            "tests/unit/mqtt/test_turns.py",
            "tests/unit/timeline",
        ),
    ),
    Target(
        "dedupe",
        ("bridge/mqtt/deliveries.py", "bridge/mqtt/message.py"),
        ("tests/unit/mqtt/test_deliveries.py", "tests/unit/mqtt/test_redelivery.py", "tests/unit/mqtt/test_message.py"),
    ),
    Target(
        "owed",
        (
            "bridge/realtime/owed.py",
            "bridge/realtime/bucket.py",
            "bridge/realtime/recipients.py",
            "bridge/backoff.py",
        ),
        (
            "tests/unit/realtime/test_owed.py",
            "tests/unit/realtime/test_bucket.py",
            "tests/unit/realtime/test_recipients.py",
            "tests/unit/test_backoff.py",
        ),
    ),
    Target(
        "told",
        ("bridge/realtime/notifier.py", "bridge/realtime/notifiers.py", "bridge/realtime/client.py"),
        ("tests/unit/realtime", "tests/unit/test_said_once.py", "tests/integration/realtime"),
    ),
    Target(
        "refresh",
        ("bridge/oauth/families.py", "bridge/oauth/grants.py", "bridge/oauth/codes.py"),
        ("tests/unit/oauth/test_families.py", "tests/unit/oauth/test_any_refresh.py", "tests/unit/oauth/test_codes.py"),
    ),
    Target(
        "edges",
        (
            "bridge/devices/interpretation.py",
            "bridge/devices/shaping.py",
            "bridge/devices/crossings.py",
            "bridge/devices/deadlines.py",
        ),
        (
            "tests/unit/devices/test_edges.py",
            "tests/unit/devices/test_presses.py",
            "tests/unit/devices/test_presses_said_again.py",
            "tests/unit/devices/test_shaping.py",
            "tests/unit/devices/test_crossings.py",
            "tests/unit/devices/test_deadlines.py",
            "tests/unit/devices/test_batteries.py",
            "tests/unit/devices/test_covers.py",
            "tests/unit/devices/test_availability.py",
            "tests/unit/devices/test_custom_events.py",
            "tests/unit/mqtt/test_after_restoring.py",
        ),
    ),
    Target(
        "offered",
        (
            "bridge/mqtt/interpreter.py",
            "bridge/homes/sight.py",
            "bridge/timeline/entry.py",
            "bridge/timeline/timeline.py",
            "bridge/ifttt/identities.py",
        ),
        (
            "tests/unit/mqtt/test_after_restoring.py",
            "tests/unit/mqtt/test_behind_gateways.py",
            "tests/unit/mqtt/test_clock_was_set.py",
            "tests/unit/mqtt/test_described.py",
            "tests/unit/mqtt/test_habits.py",
            "tests/unit/mqtt/test_interpreter.py",
            "tests/unit/mqtt/test_left_open.py",
            "tests/unit/mqtt/test_numbers_and_time.py",
            "tests/unit/mqtt/test_redelivery.py",
            "tests/unit/mqtt/test_routes.py",
            "tests/unit/homes",
            "tests/unit/timeline",
            "tests/unit/ifttt/test_identities.py",
        ),
    ),
)
