"""The templates of the private pages."""
