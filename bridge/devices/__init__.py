"""What is in a home and what its messages mean. Plain computation: no I/O, no clock, no log."""
