"""What people see and do on the pages, in a real browser."""
