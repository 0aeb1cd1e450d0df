"""The private listener: for the people of the home, never for the internet."""
