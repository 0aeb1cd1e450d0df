"""The platform's authentication test: authorize, exchange, refresh, refuse."""
