"""The words of every finding about a diagram, one subject per file."""
