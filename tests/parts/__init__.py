"""The real programs that tests run against: Mosquitto, the daemon, and a Realtime API that keeps what it is told."""
