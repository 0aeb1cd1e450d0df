"""What is unit-tested of the discovery of Home Assistant."""
