"""The desk: what a person asks of the database, answered the same by a running daemon and by a command alone."""
