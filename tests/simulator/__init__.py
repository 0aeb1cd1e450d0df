"""Tests of the stand-ins: what the other tests lean on must itself be right."""
