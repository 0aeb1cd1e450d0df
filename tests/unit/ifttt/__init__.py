"""What the service offers."""
