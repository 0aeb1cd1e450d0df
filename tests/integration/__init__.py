"""Tests of several parts at work together, with real brokers and real sockets."""
