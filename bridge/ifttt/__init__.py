"""What the service offers to IFTTT, without HTTP or SQL."""
