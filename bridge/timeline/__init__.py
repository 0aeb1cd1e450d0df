"""What has happened, in order."""
