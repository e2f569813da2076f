"""Schema migrations of the one database, applied by `features.database.open_database`."""
