"""The package, the unit and the other ways to install, on fresh machines."""
