"""The page of a sheet as text, Markdown or HTML. Knows nothing of what is on it, and no configuration."""
