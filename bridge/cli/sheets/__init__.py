"""The sheet as a page: what is on it (`page`), and how it looks as text, Markdown or HTML. Knows no configuration."""
