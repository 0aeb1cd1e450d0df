"""Who may ask, without HTTP or SQL."""
