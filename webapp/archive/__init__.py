"""Backup and restore: database, files and keys as one consistent archive."""
