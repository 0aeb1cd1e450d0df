"""Zigbee2MQTT: how it describes the devices of a Zigbee network, and how these report and take orders."""

from bridge.devices.dialects.zigbee2mqtt.convention import Zigbee2Mqtt

__all__ = ["Zigbee2Mqtt"]
