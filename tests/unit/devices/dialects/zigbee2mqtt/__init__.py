"""Zigbee2MQTT: its lists, its states, its presses and its orders."""
