"""What the broker grants less of than the bridge would like, in a person's words: what it means, and what to do.

Plain computation; knows neither the library nor when the broker said so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.mqtt.session import KEEPALIVE_S, SESSION_EXPIRY_S, Broker

OUR_WINDOW: Final = 20
"""How many publications of ours are under way at once, at the most."""

LARGEST_OF_OURS: Final = 64 * 1024
"""What the bridge publishes is never larger."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a broker says in its answer to a connection; the defaults are those of MQTT 5, and all that 3.1.1 has."""

    maximum_qos: int = 1
    retain: bool = True
    wildcards: bool = True
    receive_maximum: int = 65535
    maximum_packet: int | None = None
    session_expiry_s: int | None = None
    keepalive_s: int | None = None
    client_id: str | None = None
    subscription_numbers: bool = True


def limits_of(grant: Grant, broker: Broker) -> dict[str, str]:
    """Return each limit that matters to the bridge, by a short name."""
    return dict(filter(None, (_qos(grant), _retain(grant), _wildcards(grant), _window(grant), _packet(grant)))) | dict(
        filter(None, (_session(grant), _keepalive(grant), _identity(grant, broker)))
    )


def granted_less(granted: Mapping[str, int]) -> dict[str, str]:
    """Return the limit that subscriptions met. `granted`: the QoS of each topic."""
    poor = sorted(topic for topic, qos in granted.items() if qos < 1)
    if not poor:
        return {}
    others = "" if len(poor) == 1 else f" and {len(poor) - 1} more"
    return {
        "granted_qos": (
            f"the broker delivers {poor[0]}{others} with QoS 0 only, although QoS 1 was asked for: what happens while "
            "the bridge is away, or while the network stumbles, "
            "is lost; let the broker allow QoS 1 (Mosquitto: max_qos)"
        )
    }


def queue_full(topic: str) -> dict[str, str]:
    """Return the limit that is known by a marker that never came."""
    return {
        "queue": (
            f"the broker dropped messages for the bridge, {topic} among them, because too many waited: events may be "
            "missing; let more of them wait (Mosquitto: max_queued_messages 10000)"
        )
    }


def marker_refused(topic: str) -> dict[str, str]:
    """Return the limit of a broker that lets nothing through on the bridge's own topic."""
    return {
        "marker": (
            f"the broker does not let the bridge write to and read {topic}: what waited is told from what is new by a "
            "guess only, ten seconds late; allow both in the broker's access list"
        )
    }


def post_refused(topic: str) -> dict[str, str]:
    """Return the limit of a broker that does not take what the bridge says of itself."""
    return {
        "status": (
            f"the broker does not let the bridge publish to {topic}: nobody sees there how the bridge is; allow it in "
            "the broker's access list, or give another mqtt.status_topic. Everything else works"
        )
    }


def command_refused(why: str) -> dict[str, str]:
    """Return the limit of a broker that does not take a command."""
    return {
        "command": f"{why}: the device cannot be commanded, and IFTTT is told so; allow it in the broker's access list"
    }


def will_refused(why: str) -> dict[str, str]:
    """Return the limit of a broker that takes no last will."""
    return {
        "will": f"{why}, so it takes no last will: nobody is told when the bridge falls off; allow both in the broker"
    }


def _qos(grant: Grant) -> tuple[str, str] | None:
    if grant.maximum_qos >= 1:
        return None
    return "maximum_qos", (
        "the broker takes QoS 0 only: nobody knows whether a command reached it; allow QoS 1 (Mosquitto: max_qos)"
    )


def _retain(grant: Grant) -> tuple[str, str] | None:
    if grant.retain:
        return None
    return "retain", (
        "the broker keeps no retained messages: after a start the bridge does not know how things are until each "
        "device speaks; allow them (Mosquitto: retain_available true)"
    )


def _wildcards(grant: Grant) -> tuple[str, str] | None:
    if grant.wildcards:
        return None
    return "wildcards", (
        "the broker takes no subscriptions with wildcards: "
        "only devices with exact topics in the configuration are heard"
    )


def _window(grant: Grant) -> tuple[str, str] | None:
    if grant.receive_maximum >= OUR_WINDOW:
        return None
    return "receive_maximum", (
        f"the broker takes {grant.receive_maximum} of our messages at once: many commands at one moment wait for each "
        "other; raise it (Mosquitto: max_inflight_messages)"
    )


def _packet(grant: Grant) -> tuple[str, str] | None:
    if grant.maximum_packet is None or grant.maximum_packet >= LARGEST_OF_OURS:
        return None
    return "maximum_packet", (
        f"the broker takes no message larger than {grant.maximum_packet} bytes: longer commands are refused; "
        "raise it (Mosquitto: max_packet_size)"
    )


def _session(grant: Grant) -> tuple[str, str] | None:
    if grant.session_expiry_s is None or grant.session_expiry_s >= SESSION_EXPIRY_S:
        return None
    return "session_expiry", (
        f"the broker keeps what waits for the bridge for {grant.session_expiry_s} s instead of {SESSION_EXPIRY_S} s: "
        "after a longer absence events are missing; let it keep sessions longer"
    )


def _keepalive(grant: Grant) -> tuple[str, str] | None:
    if grant.keepalive_s is None or 0 < grant.keepalive_s <= KEEPALIVE_S:
        return None
    every = f"only every {grant.keepalive_s} s" if grant.keepalive_s else "never"
    return "keepalive", (
        f"the broker wants to be asked {every} whether it is there, instead of every {KEEPALIVE_S} s: when it hangs, "
        "the bridge notices late; lower its keep alive"
    )


def _identity(grant: Grant, broker: Broker) -> tuple[str, str] | None:
    if grant.client_id is None or grant.client_id == broker.client_id:
        return None
    return "client_id", (
        f'the broker calls the bridge "{grant.client_id}" instead of "{broker.client_id}": what waits while the '
        "bridge is away may never be found again; let it accept mqtt.client_id"
    )
