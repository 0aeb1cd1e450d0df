"""What the private pages are drawn with: their style, and the one script that keeps them live."""
