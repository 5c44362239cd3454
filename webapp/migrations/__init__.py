"""The database's history: one revision per change, run by the owner's role alone."""
