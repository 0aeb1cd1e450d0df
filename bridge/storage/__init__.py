"""The only folder with SQL: opening, migrating, and one file per thing kept."""
