"""The pages that people see: templates in HTML, and their one style sheet."""
