"""The list in which Zigbee2MQTT 2 announces its devices: a coordinator, a contact, a button and a light, as sold.

What a device is stands under `definition`; nothing here is made easier than real lists are.
"""

from typing import Final

Listed = dict[str, object]

ACTIONS: Final = ("single", "double", "triple", "quadruple", "hold", "release")
BRIGHTEST: Final = 254
_READ: Final = 1
_READ_AND_SET: Final = 3
_READ_SET_AND_ASK: Final = 7


def listed_devices(door: str, button: str, light: str) -> list[Listed]:
    """Return the list, with what the owner calls the devices."""
    return [
        _listed("0x00124b0024c8f1a0", "Coordinator", "Coordinator", 0),
        _listed(
            "0x00158d0004a2b6c1",
            door,
            "EndDevice",
            7001,
            power_source="Battery",
            manufacturer="LUMI",
            model_id="lumi.sensor_magnet.aq2",
            definition=_contact(),
        ),
        _listed(
            "0x00158d0004d7e8f3",
            button,
            "EndDevice",
            6537,
            power_source="Battery",
            manufacturer="LUMI",
            model_id="lumi.sensor_switch.aq2",
            definition=_button(),
        ),
        _listed(
            "0x842e14fffe1b9d57",
            light,
            "Router",
            40312,
            power_source="Mains (single phase)",
            manufacturer="IKEA of Sweden",
            model_id="TRADFRI bulb E27 WW 806lm",
            definition=_bulb(),
        ),
    ]


def _listed(address: str, name: str, role: str, network: int, **more: object) -> Listed:
    endpoint = {
        "bindings": [],
        "clusters": {"input": ["genBasic"], "output": []},
        "configured_reportings": [],
        "scenes": [],
    }
    return {
        "disabled": False,
        "endpoints": {"1": endpoint},
        "friendly_name": name,
        "ieee_address": address,
        "interview_completed": True,
        "interview_state": "SUCCESSFUL",
        "interviewing": False,
        "network_address": network,
        "supported": True,
        "type": role,
        **more,
    }


def _contact() -> Listed:
    contact = _exposed(
        "binary",
        "contact",
        "Contact",
        "Indicates if the contact is closed (= true) or open (= false)",
        value_on=False,
        value_off=True,
    )
    trigger_count = _diagnosis(
        "trigger_count",
        "Trigger count",
        "Indicates how many times the sensor was triggered (since last scheduled report)",
    )
    exposes = [contact, *_battery_powered(), trigger_count, _link_quality()]
    return _definition("Aqara", "MCCGQ11LM", "Door and window sensor", exposes, _calibration())


def _button() -> Listed:
    action = _exposed(
        "enum",
        "action",
        "Action",
        "Triggered action (e.g. a button click)",
        category="diagnostic",
        values=list(ACTIONS),
    )
    exposes = [*_battery_powered("Number of power outages (since last pairing)"), action, _link_quality()]
    return _definition("Aqara", "WXKG11LM", "Wireless mini switch", exposes, _calibration())


def _bulb() -> Listed:
    state = _exposed(
        "binary",
        "state",
        "State",
        "On/off state of this light",
        access=_READ_SET_AND_ASK,
        value_on="ON",
        value_off="OFF",
        value_toggle="TOGGLE",
    )
    brightness = _exposed(
        "numeric",
        "brightness",
        "Brightness",
        "Brightness of this light",
        access=_READ_SET_AND_ASK,
        value_min=0,
        value_max=BRIGHTEST,
    )
    after_a_power_cut = _exposed(
        "enum",
        "power_on_behavior",
        "Power-on behavior",
        "Controls the behavior when the device is powered on after power loss",
        access=_READ_SET_AND_ASK,
        category="config",
        values=["off", "on", "toggle", "previous"],
    )
    effect = _exposed(
        "enum",
        "effect",
        "Effect",
        "Triggers an effect on the light (e.g. make light blink for a few seconds)",
        access=_READ_AND_SET,
        values=["blink", "breathe", "okay", "channel_change", "finish_effect", "stop_effect"],
    )
    light: Listed = {"type": "light", "features": [state, brightness]}
    exposes = [light, effect, after_a_power_cut, _link_quality()]
    transition = _exposed(
        "numeric",
        "transition",
        "Transition",
        "Controls the transition time (in seconds) of on/off and brightness changes",
        access=2,
        value_min=0,
    )
    return _definition("IKEA", "LED1836G9", "TRADFRI bulb E26/E27, warm white, 806 lm", exposes, transition)


def _definition(vendor: str, model: str, description: str, exposes: list[Listed], option: Listed) -> Listed:
    return {
        "description": description,
        "exposes": exposes,
        "model": model,
        "options": [option],
        "source": "native",
        "supports_ota": False,
        "vendor": vendor,
    }


def _battery_powered(about_outages: str = "Number of power outages") -> tuple[Listed, ...]:
    return (
        _diagnosis(
            "battery",
            "Battery",
            "Remaining battery in %, can take up to 24 hours before reported",
            unit="%",
            value_min=0,
            value_max=100,
        ),
        _diagnosis("voltage", "Voltage", "Voltage of the battery in millivolts", unit="mV"),
        _diagnosis("device_temperature", "Device temperature", "Temperature of the device", unit="°C"),
        _diagnosis("power_outage_count", "Power outage count", about_outages),
    )


def _link_quality() -> Listed:
    about = "Link quality (signal strength)"
    return _diagnosis("linkquality", "Linkquality", about, unit="lqi", value_min=0, value_max=255)


def _calibration() -> Listed:
    return _exposed(
        "numeric",
        "device_temperature_calibration",
        "Device temperature calibration",
        "Calibrates the device_temperature value (absolute offset), takes into effect on next report of device.",
        access=2,
        value_step=0.1,
    )


def _diagnosis(name: str, label: str, about: str, **more: object) -> Listed:
    return {**_exposed("numeric", name, label, about), "category": "diagnostic", **more}


def _exposed(kind: str, name: str, label: str, about: str, *, access: int = _READ, **more: object) -> Listed:
    said: Listed = {"access": access, "description": about, "label": label, "name": name, "property": name}
    return {**said, "type": kind, **more}
