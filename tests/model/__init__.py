"""The bridge, its broker, IFTTT and the disk in random sequences of faults, beside a plain account of what must be.

The bridge is the real one from the intake to the public listener, with its database in a real file; the broker's
session and the Realtime API are stand-ins. More of it, and a real daemon at a real Mosquitto, is the row `model` of
scripts/faults.
"""
