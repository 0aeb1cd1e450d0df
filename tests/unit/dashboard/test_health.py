"""What /readyz says: a part that the home can do without is told of, and does not make the bridge unready."""

import pytest

from bridge.dashboard.health import Health


@pytest.mark.parametrize(
    ("troubles", "started", "ready", "causes"),
    [
        ({}, True, True, {}),
        ({"copies": "no room"}, True, True, {"copies": "no room"}),
        ({"storage": "disk full"}, True, False, {"storage": "disk full"}),
        ({"copies": "no room", "storage": "full"}, True, False, {"copies": "no room", "storage": "full"}),
        ({"copies": "no room"}, False, False, {"copies": "no room", "bridge": "it is starting or stopping"}),
    ],
)
def test_only_what_the_home_needs_makes_the_bridge_unready(
    *, troubles: dict[str, str], started: bool, ready: bool, causes: dict[str, str]
) -> None:
    parts = {name: lambda name=name: troubles.get(name, "") for name in ("storage", "copies")}
    health = Health(lambda: started, parts, minor=frozenset({"copies"}))
    found = health.summary()
    assert (found["ready"], found["causes"]) == (ready, causes)
    assert found["parts"] == {name: name not in troubles for name in ("storage", "copies")}
