"""The private pages, one module each."""
