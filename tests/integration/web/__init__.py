"""The public listener on a real socket with a real database; only the way to the devices is a fake."""
