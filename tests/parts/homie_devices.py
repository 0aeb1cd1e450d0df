"""Homie devices that others have written, as a program of its own: `homie_devices.py 4|5 <port of the broker>`.

Version 4 is spoken by Homie4, version 5 by ebus-sdk (both MIT). They know nothing of us, nor we of them. Every line on
the standard input is an order to the device itself, as if somebody stood before it: `open`, `closed`, `press`.
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

LIBRARIES = {"4": "homie", "5": "ebus_sdk"}


def version4(port: int) -> Mapping[str, Callable[[], object]]:
    """Start a dimmer, a contact and a button; return what can be done to them."""
    settings = {"MQTT_BROKER": "127.0.0.1", "MQTT_PORT": port}

    def made(module: str, name: str, **more: Any) -> Any:  # noqa: ANN401 -- the library has no types
        device = getattr(importlib.import_module(f"homie.{module}"), name)
        kind = type(name, (device,), more) if more else device
        return kind(device_id=module.replace("_", "-"), name=name, mqtt_settings=settings)

    made("device_dimmer", "Device_Dimmer", set_dimmer=lambda self, percent: self.update_dimmer(percent))
    contact, button = made("device_contact", "Device_Contact"), made("device_button", "Device_Button")
    return {
        "open": lambda: contact.update_contact("OPEN"),
        "closed": lambda: contact.update_contact("CLOSED"),
        "press": button.push_button,
    }


def version5(port: int) -> Mapping[str, Callable[[], object]]:
    """Start one device with a lamp, a door and a remote; return what can be done to it."""
    library = importlib.import_module("ebus_sdk")
    device = library.Device("hall", name="Hall", mqtt_cfg={"host": "127.0.0.1", "port": port})
    lamp = device.add_node_from_dict({"id": "lamp", "name": "Lamp", "type": "light"})
    settable = {
        "power": {"datatype": "boolean"},
        "brightness": {"datatype": "integer", "format": "0:255"},
        "color": {"datatype": "color", "format": "rgb"},
    }
    for name, described in settable.items():
        echo = _echoing(lamp, name)
        lamp.add_property_from_dict({"id": name, "name": name, "settable": True, "set_callback": echo, **described})
    door = device.add_node_from_dict({"id": "door", "name": "Door", "type": "contact"})
    contact = door.add_property_from_dict(
        {"id": "contact", "name": "Contact", "datatype": "boolean", "format": "closed,open"}
    )
    remote = device.add_node_from_dict({"id": "remote", "name": "Remote", "type": "button"})
    action = remote.add_property_from_dict(
        {"id": "action", "name": "Action", "datatype": "enum", "format": "single,double", "retained": False}
    )
    device.start_mqtt_client()
    return {
        "open": lambda: contact.set_value(True),
        "closed": lambda: contact.set_value(False),
        "press": lambda: action.set_value("double"),
    }


def _echoing(node: Any, name: str) -> Callable[[str], object]:  # noqa: ANN401 -- the library has no types for us
    """Return what a property does when it is told a value: it takes it."""

    def take(payload: str) -> object:
        value: object = {"true": True, "false": False}.get(payload, payload)
        return node.get_property(name).set_value(int(payload) if payload.isdigit() else value)

    return take


def main() -> None:
    """Start the devices of a version, and do what is read."""
    version, port = sys.argv[1:]
    orders = {"4": version4, "5": version5}[version](int(port))
    for line in sys.stdin:
        orders[line.strip()]()


if __name__ == "__main__":
    main()
