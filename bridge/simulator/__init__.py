"""Stand-ins for the outside worlds: IFTTT's own cloud, and a home full of devices.

They speak to the bridge over HTTP and MQTT like everybody else and share no code with it,
so that they cannot share its mistakes.
"""
