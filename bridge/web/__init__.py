"""The public listener: IFTTT's endpoints and nothing else. Everybody on the internet may knock here."""
