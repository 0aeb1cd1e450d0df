"""IFTTT's endpoint and authentication tests, run over HTTP against any service.

It speaks HTTP alone and shares no code with the bridge, so that it cannot share its mistakes.
"""
