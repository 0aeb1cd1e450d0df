"""The broker: its connection, what comes in, what goes out, and one that can run inside the process."""
